//! How many requests are under way at once, adapting to 429 answers.
//!
//! Owns the slots of one door: first come, first served; halved on a 429, one more after a good while. Must not know time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Good answers per slot in use that earn one slot more.
const GOOD_ANSWERS_PER_SLOT: usize = 10;

/// The slots.
pub(crate) struct Slots {
    most: usize,
    adaptive: bool,
    state: Mutex<State>,
}

struct State {
    /// How many may be taken now; between 1 and `most`.
    limit: usize,
    taken: usize,
    good: usize,
    /// Rises with every reduction: a 429 of a request that was sent before the last one does not reduce again.
    reductions: u64,
    waiting: VecDeque<oneshot::Sender<Slot>>,
}

/// One taken slot; given back when dropped.
pub(crate) struct Slot {
    slots: Option<Arc<Slots>>,
    reductions: u64,
}

impl Slots {
    pub(crate) fn new(most: usize, adaptive: bool) -> Arc<Self> {
        let most = most.max(1);
        let state = State { limit: most, taken: 0, good: 0, reductions: 0, waiting: VecDeque::new() };
        Arc::new(Self { most, adaptive, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a slot.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Slot {
        loop {
            let turn = {
                let mut state = self.state();
                if state.taken < state.limit && state.waiting.is_empty() {
                    state.taken += 1;
                    return Slot { slots: Some(Arc::clone(self)), reductions: state.reductions };
                }
                let (give, turn) = oneshot::channel();
                state.waiting.push_back(give);
                turn
            };
            if let Ok(slot) = turn.await {
                return slot;
            }
        }
    }

    /// Gives free slots to those who wait, in order.
    fn hand_out(self: &Arc<Self>) {
        loop {
            let (waiter, slot) = {
                let mut state = self.state();
                if state.taken >= state.limit {
                    return;
                }
                let Some(waiter) = state.waiting.pop_front() else {
                    return;
                };
                state.taken += 1;
                (waiter, Slot { slots: Some(Arc::clone(self)), reductions: state.reductions })
            };
            if let Err(mut unwanted) = waiter.send(slot) {
                // Whoever waited has gone. Take it back here instead of in `drop`, which would call this again.
                unwanted.slots = None;
                self.state().taken -= 1;
            }
        }
    }

    fn give_back(self: &Arc<Self>) {
        {
            let mut state = self.state();
            state.taken = state.taken.saturating_sub(1);
        }
        self.hand_out();
    }
}

impl Slot {
    /// The request was answered well.
    pub(crate) fn succeeded(self) {
        let Some(slots) = &self.slots else { return };
        if !slots.adaptive {
            return;
        }
        let mut state = slots.state();
        if state.limit < slots.most {
            state.good += 1;
            if state.good >= state.limit * GOOD_ANSWERS_PER_SLOT {
                state.good = 0;
                state.limit += 1;
            }
        }
    }

    /// The request was answered 429.
    pub(crate) fn throttled(&self) {
        let Some(slots) = &self.slots else { return };
        if !slots.adaptive {
            return;
        }
        let mut state = slots.state();
        if self.reductions == state.reductions {
            state.limit = (state.limit / 2).max(1);
            state.reductions += 1;
            state.good = 0;
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(slots) = self.slots.take() {
            slots.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use futures_util::FutureExt;

    use super::*;

    fn now(slots: &Arc<Slots>) -> Option<Slot> {
        slots.acquire().now_or_never()
    }

    #[test]
    fn no_more_than_the_limit_and_first_come_first_served() {
        let slots = Slots::new(2, false);
        let (a, _b) = (now(&slots).unwrap(), now(&slots).unwrap());
        let mut first = Box::pin(slots.acquire());
        let mut second = Box::pin(slots.acquire());
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        drop(a);
        assert!(second.as_mut().now_or_never().is_none(), "the later one must not overtake");
        assert!(first.as_mut().now_or_never().is_some());
    }

    #[test]
    fn a_waiter_that_went_away_costs_no_slot() {
        let slots = Slots::new(1, false);
        let a = now(&slots).unwrap();
        let mut gone = Box::pin(slots.acquire());
        let mut handed = Box::pin(slots.acquire());
        assert!(gone.as_mut().now_or_never().is_none());
        assert!(handed.as_mut().now_or_never().is_none());
        drop(gone);
        drop(a);
        drop(handed);
        assert!(now(&slots).is_some());
    }

    #[test]
    fn a_429_halves_once_per_wave_and_good_answers_bring_it_back() {
        let slots = Slots::new(8, true);
        let wave: Vec<Slot> = (0..8).map(|_| now(&slots).unwrap()).collect();
        for slot in &wave {
            slot.throttled();
        }
        drop(wave);
        assert_eq!(slots.state().limit, 4);
        for _ in 0..40 {
            now(&slots).unwrap().succeeded();
        }
        assert_eq!(slots.state().limit, 5);
        for _ in 0..1000 {
            now(&slots).unwrap().succeeded();
        }
        assert_eq!(slots.state().limit, 8, "never above what was configured");
    }

    #[test]
    fn one_slot_always_remains() {
        let slots = Slots::new(2, true);
        for _ in 0..5 {
            now(&slots).unwrap().throttled();
        }
        assert_eq!(slots.state().limit, 1);
        assert!(now(&slots).is_some());
    }
}

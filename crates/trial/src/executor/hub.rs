//! What all parts of one trial share: virtual time, the draw, the gates that wait, the trace.
//!
//! Owns the order of events. Locks are held for moments only; a trial runs on one thread.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use port::Entropy;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sync::Instant;

use super::gate::{Gate, Kind};

/// Shared by the executor, the clock, the transport and the world of one trial.
#[derive(Clone)]
pub struct Hub(Arc<Mutex<State>>);

pub(super) struct State {
    now: i64,
    draw: ChaCha8Rng,
    pub(super) gates: BTreeMap<u64, Waiting>,
    next: u64,
    steps: u64,
    pub(super) places: BTreeMap<&'static str, u64>,
    digest: blake3::Hasher,
    lines: Option<Vec<String>>,
    lost_tokens: u64,
}

/// A gate that nobody has opened yet, or that was opened and not passed.
pub(super) struct Waiting {
    pub(super) kind: Kind,
    pub(super) open: bool,
    pub(super) waker: Option<Waker>,
}

impl Hub {
    /// A hub for `seed` whose time begins at `start`; the trace is kept in words when `keep` is set, else as a digest only.
    #[must_use]
    pub fn new(seed: u64, start: Timestamp, keep: bool) -> Self {
        Self(Arc::new(Mutex::new(State {
            now: start.as_microsecond(),
            draw: ChaCha8Rng::seed_from_u64(seed),
            gates: BTreeMap::new(),
            next: 0,
            steps: 0,
            places: BTreeMap::new(),
            digest: blake3::Hasher::new(),
            lines: keep.then(Vec::new),
            lost_tokens: 0,
        })))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number below `bound` (at least 1).
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        self.state().below(bound)
    }

    /// True in `share` of a thousand draws.
    #[must_use]
    pub fn chance(&self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// Adds a line to the trace.
    pub fn say(&self, line: impl FnOnce() -> String) {
        self.state().say(line);
    }

    /// The instant it is, in microseconds since 1970.
    #[must_use]
    pub fn micros(&self) -> i64 {
        self.state().now
    }

    /// Moves time forwards by `by`.
    pub fn advance(&self, by: Duration) {
        self.state().advance(by);
    }

    /// A call that waits for its turn; `words` name it in the trace.
    #[must_use]
    pub fn turn(&self, words: String) -> Gate {
        Gate::new(self.clone(), Kind::Turn(words))
    }

    /// A place between two durable steps, where a process may end.
    #[must_use]
    pub fn place(&self, name: &'static str) -> Gate {
        Gate::new(self.clone(), Kind::Place(name))
    }

    /// A timer.
    #[must_use]
    pub fn timer(&self, after: Duration) -> Gate {
        let at = self.micros().saturating_add(i64::try_from(after.as_micros()).unwrap_or(i64::MAX));
        Gate::new(self.clone(), Kind::Timer(at))
    }

    /// An answer of a sign-in server that held new tokens never reached us.
    pub fn token_lost(&self) {
        self.state().lost_tokens += 1;
    }

    /// Takes the count of such answers since it was taken last.
    #[must_use]
    pub fn take_lost_tokens(&self) -> u64 {
        std::mem::take(&mut self.state().lost_tokens)
    }

    /// Steps made so far: gates opened.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.state().steps
    }

    /// Digest of the trace so far, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        self.state().digest.finalize().to_hex().to_string()
    }

    /// The trace in words, where it was kept.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.state().lines.clone().unwrap_or_default()
    }
}

impl State {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.draw.next_u64() % bound.max(1)
    }

    pub(super) fn say(&mut self, line: impl FnOnce() -> String) {
        let line = line();
        let at = self.now;
        self.digest.update(&at.to_le_bytes());
        self.digest.update(line.as_bytes());
        self.digest.update(b"\n");
        if let Some(lines) = &mut self.lines {
            let time = Timestamp::from_microsecond(at).unwrap_or_default();
            lines.push(format!("{} {line}", time.strftime("%d %H:%M:%S%.3f")));
        }
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.now = self.now.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX));
    }

    pub(super) fn register(&mut self, kind: Kind, waker: Waker) -> u64 {
        self.next += 1;
        self.gates.insert(self.next, Waiting { kind, open: false, waker: Some(waker) });
        self.next
    }

    /// Opens the gate that the seed draws: a turn, or the timer that ends first, which is sometimes taken although a call
    /// could go on: a slow system. False when nothing waits.
    pub(super) fn open_one(&mut self) -> bool {
        let turns: Vec<u64> = self.waiting(|kind| !matches!(kind, Kind::Timer(_)));
        let first = self
            .gates
            .iter()
            .filter(|(_, gate)| !gate.open)
            .filter_map(|(id, gate)| match gate.kind {
                Kind::Timer(at) => Some((at, *id)),
                Kind::Turn(_) | Kind::Place(_) => None,
            })
            .min();
        let slow = self.below(64) == 0;
        let chosen = match (turns.len(), first) {
            (0, None) => return false,
            (0, Some((at, id))) => {
                self.now = self.now.max(at);
                id
            }
            (_, Some((at, id))) if slow || at <= self.now => {
                self.now = self.now.max(at);
                id
            }
            (count, _) => {
                let nth = self.below(count as u64);
                let pause = 1 + self.below(40);
                self.advance(Duration::from_millis(pause));
                turns.get(usize::try_from(nth).unwrap_or(0)).copied().unwrap_or_default()
            }
        };
        self.steps += 1;
        let Some(gate) = self.gates.get_mut(&chosen) else { return false };
        gate.open = true;
        let waker = gate.waker.take();
        let words = match &gate.kind {
            Kind::Turn(words) => words.clone(),
            Kind::Place(name) => {
                *self.places.entry(*name).or_default() += 1;
                format!("at {name}")
            }
            Kind::Timer(_) => "timer".to_owned(),
        };
        self.say(|| words);
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    fn waiting(&self, which: impl Fn(&Kind) -> bool) -> Vec<u64> {
        self.gates.iter().filter(|(_, gate)| !gate.open && which(&gate.kind)).map(|(id, _)| *id).collect()
    }
}

/// Our clock.
#[async_trait]
impl port::Clock for Hub {
    fn now(&self) -> Instant {
        Instant::from_micros(self.micros())
    }

    async fn sleep(&self, duration: Duration) {
        self.timer(duration).await;
    }
}

/// Randomness for the product, from a stream of its own so that what the product draws does not move the events.
pub struct Seeded(Mutex<ChaCha8Rng>);

impl Seeded {
    /// The stream of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha8Rng::seed_from_u64(seed ^ 0x5eed)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

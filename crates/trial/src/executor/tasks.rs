//! Driving tasks: woken ones are polled, in drawn order; when none is, one gate opens.
//!
//! Owns the end of a task: done, or killed in the middle, whereupon nothing of it goes on.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::hub::Hub;

/// So many gates open before a run counts as endless.
const ENDLESS: u64 = 60_000;

/// A future under the executor's rule.
pub struct Task<'a, T> {
    future: Option<Pin<Box<dyn Future<Output = T> + 'a>>>,
    woken: Arc<Woken>,
    kill: Option<Kill>,
    ended: Option<Ended<T>>,
}

/// When a task is killed, counted since the drive began.
#[derive(Clone, Copy, Debug)]
pub enum Kill {
    /// When so many gates have opened.
    AfterGates(u64),
    /// When the place of that name, between two durable steps, was reached so often: what is done there by halves shows.
    AtPlace(&'static str, u64),
}

/// How often each place was reached.
type Places = std::collections::BTreeMap<&'static str, u64>;

impl Kill {
    fn due(self, gates: u64, before: &Places, places: &Places) -> bool {
        let count = |places: &Places, name| places.get(name).copied().unwrap_or_default();
        match self {
            Self::AfterGates(after) => gates >= after,
            Self::AtPlace(name, often) => count(places, name) - count(before, name) >= often,
        }
    }
}

/// How a task ended.
#[derive(Debug)]
pub enum Ended<T> {
    /// With its result.
    Done(T),
    /// Dropped in the middle, as a killed process is.
    Killed,
    /// Nothing could go on any more.
    Stuck,
    /// It went on without end.
    Endless,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<'a, T> Task<'a, T> {
    /// A task that is polled at once.
    pub fn new(future: impl Future<Output = T> + 'a, kill: Option<Kill>) -> Self {
        Self { future: Some(Box::pin(future)), woken: Arc::new(Woken(AtomicBool::new(true))), kill, ended: None }
    }

    fn end(&mut self, how: Ended<T>) {
        self.future = None;
        self.ended = Some(how);
    }
}

/// Drives all tasks to their ends. `between` is called after each opened gate, when no task is being polled: whatever else
/// happens in the world happens there.
pub fn drive<T>(hub: &Hub, mut tasks: Vec<Task<'_, T>>, between: &mut dyn FnMut()) -> Vec<Ended<T>> {
    let mut opened = 0;
    let before = hub.state().places.clone();
    loop {
        poll_woken(hub, &mut tasks);
        if tasks.iter().all(|task| task.ended.is_some()) {
            break;
        }
        if opened > ENDLESS || !hub.state().open_one() {
            let endless = opened > ENDLESS;
            for task in tasks.iter_mut().filter(|task| task.ended.is_none()) {
                task.end(if endless { Ended::Endless } else { Ended::Stuck });
            }
            break;
        }
        opened += 1;
        let places = hub.state().places.clone();
        for task in &mut tasks {
            if task.ended.is_none() && task.kill.is_some_and(|kill| kill.due(opened, &before, &places)) {
                hub.say(|| "killed".to_owned());
                task.end(Ended::Killed);
            }
        }
        between();
    }
    tasks.into_iter().map(|task| task.ended.unwrap_or(Ended::Stuck)).collect()
}

fn poll_woken<T>(hub: &Hub, tasks: &mut [Task<'_, T>]) {
    loop {
        let woken: Vec<usize> = (0..tasks.len())
            .filter(|index| {
                tasks.get(*index).is_some_and(|task| task.ended.is_none() && task.woken.0.load(Ordering::Relaxed))
            })
            .collect();
        let chosen = match woken.as_slice() {
            [] => return,
            [one] => *one,
            many => {
                let nth = usize::try_from(hub.below(many.len() as u64)).unwrap_or(0);
                many.get(nth).copied().unwrap_or_default()
            }
        };
        let Some(task) = tasks.get_mut(chosen) else { return };
        task.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&task.woken));
        let mut cx = Context::from_waker(&waker);
        if let Some(future) = task.future.as_mut()
            && let Poll::Ready(done) = future.as_mut().poll(&mut cx)
        {
            task.end(Ended::Done(done));
        }
    }
}

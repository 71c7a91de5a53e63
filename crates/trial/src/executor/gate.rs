//! A gate: a future that goes on when the executor opens it.
//!
//! Owns its place among those that wait; dropping it leaves no trace there.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::hub::Hub;

/// What waits at a gate.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Something that may go on at any time, with its words for the trace.
    Turn(String),
    /// A place between two durable steps, by name.
    Place(&'static str),
    /// Something that goes on at an instant, in microseconds since 1970.
    Timer(i64),
}

/// A future that is ready once the executor has opened it.
pub struct Gate {
    hub: Hub,
    kind: Option<Kind>,
    id: Option<u64>,
}

impl Gate {
    pub(super) fn new(hub: Hub, kind: Kind) -> Self {
        Self { hub, kind: Some(kind), id: None }
    }
}

impl Future for Gate {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let hub = self.hub.clone();
        let mut state = hub.state();
        if let Some(kind) = self.kind.take() {
            self.id = Some(state.register(kind, cx.waker().clone()));
            return Poll::Pending;
        }
        let Some(id) = self.id else { return Poll::Ready(()) };
        match state.gates.get_mut(&id) {
            Some(gate) if !gate.open => {
                gate.waker = Some(cx.waker().clone());
                Poll::Pending
            }
            _ => {
                state.gates.remove(&id);
                self.id = None;
                Poll::Ready(())
            }
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.hub.state().gates.remove(&id);
        }
    }
}

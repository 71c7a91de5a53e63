//! The executor: one thread, no runtime; what happens next is drawn from the seed.
//!
//! Owns virtual time, the gates at which a call or a timer waits for its turn, and the trace. Must not know what the
//! tasks do: it polls what was woken, and opens one gate when nothing can go on by itself.

mod gate;
mod hub;
mod tasks;

pub use gate::Gate;
pub use hub::{Hub, Seeded};
pub use tasks::{Ended, Kill, Task, drive};

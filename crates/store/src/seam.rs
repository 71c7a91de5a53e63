//! Places between two durable steps, where a trial may end the process.
//!
//! Owns the hook. Without the feature `trial`, which no shipped build has, a place is nothing.

#[cfg(feature = "trial")]
mod hook {
    use std::cell::RefCell;
    use std::pin::Pin;

    /// What waits at a place.
    pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;
    /// Makes what waits at the place of that name.
    pub type Hook = Box<dyn Fn(&'static str) -> Wait>;

    thread_local! {
        static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
    }

    /// Sets this thread's hook.
    pub fn set(hook: Option<Hook>) {
        HOOK.with(|slot| *slot.borrow_mut() = hook);
    }

    /// A place.
    pub async fn here(name: &'static str) {
        let wait = HOOK.with(|slot| slot.borrow().as_ref().map(|hook| hook(name)));
        if let Some(wait) = wait {
            wait.await;
        }
    }
}

#[cfg(feature = "trial")]
pub use hook::{Hook, Wait, here, set};

/// A place: nothing, in a build that is shipped.
#[cfg(not(feature = "trial"))]
#[allow(clippy::unused_async, reason = "the same signature as with the hook")]
#[inline]
pub async fn here(_: &'static str) {}

//! The simulators of the demo, on a thread and runtime of their own, as two other systems would be.
//!
//! Owns the thread. Must not share the runtime of the sync, so that neither waits for the other.

use std::sync::Arc;
use std::thread::JoinHandle;

use ::sim::{Options, Ports, Running, Sim, Size, WallClock};
use tokio_util::sync::CancellationToken;

use crate::process::exit::Failure;

/// Both simulators, running.
pub(super) struct Simulators {
    pub(super) sim: Arc<Sim>,
    pub(super) running: Arc<Running>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Simulators {
    /// Makes the data and listens on free loopback ports.
    pub(super) fn start(size: Size, seed: u64) -> Result<Self, Failure> {
        let options = Options { seed, size, ..Options::default() };
        let failed = |what: String| Failure::fault(format!("The simulators cannot start: {what}."));
        let sim = Sim::new(options, Arc::new(WallClock::new())).map_err(|error| failed(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let running = {
            let sim = Arc::clone(&sim);
            std::thread::scope(|scope| {
                // Opened on a thread of its own: the caller is inside another runtime.
                scope.spawn(|| runtime.block_on(sim.serve(Ports::default()))).join()
            })
        };
        let running = match running {
            Ok(Ok(running)) => Arc::new(running),
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Err(_) => return Err(failed("their thread ended".to_owned())),
        };
        let stop = CancellationToken::new();
        let thread = {
            let stop = stop.clone();
            std::thread::Builder::new()
                .name("simulators".to_owned())
                .spawn(move || runtime.block_on(stop.cancelled_owned()))
                .map_err(|error| failed(error.to_string()))?
        };
        Ok(Self { sim, running, stop, thread: Some(thread) })
    }

    /// A posted document of the ERP, to be looked at.
    pub(super) fn some_document(&self) -> String {
        self.sim.with(|books, _| {
            let open = books.documents.iter().find(|(_, document)| {
                document.balance.is_sign_positive() && !document.balance.is_zero() && document.released
            });
            open.map_or_else(|| "KEY".to_owned(), |(key, _)| key.number.clone())
        })
    }

    /// Ends the thread and closes the ports.
    pub(super) fn stop(mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // The thread has nothing to lose; a panic in it was told already.
            let _ = thread.join();
        }
    }
}

//! Ctrl-C during a run: the first one lets it come to a good end, the second one ends the process.
//!
//! Owns the signal from the moment that it is asked for: from then on the system does nothing of its own about it. Must not print.

use tokio_util::sync::CancellationToken;

use crate::process::exit::{Exit, Failure};

#[cfg(unix)]
type Signals = tokio::signal::unix::Signal;
#[cfg(windows)]
type Signals = tokio::signal::windows::CtrlC;

#[cfg(unix)]
fn signals() -> std::io::Result<Signals> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn signals() -> std::io::Result<Signals> {
    tokio::signal::windows::ctrl_c()
}

/// Cancels `stop` at the first Ctrl-C from now on, and ends the process at the second one. What was under way then is found by the next
/// run, as after any other sudden end.
///
/// # Errors
/// The system lets nobody listen.
pub(crate) fn watch(stop: CancellationToken) -> Result<(), Failure> {
    let signals = signals().map_err(|error| Failure::fault(format!("Ctrl-C cannot be listened to: {error}.")))?;
    tokio::spawn(async move {
        if second(signals, stop).await.is_some() {
            std::process::exit(Exit::Interrupted as i32);
        }
    });
    Ok(())
}

/// Waits for the second signal; the first one cancels `stop`. `None` when no more can come.
async fn second(mut signals: Signals, stop: CancellationToken) -> Option<()> {
    signals.recv().await?;
    stop.cancel();
    signals.recv().await
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use nix::sys::signal::{Signal, raise};

    use super::*;

    #[tokio::test]
    async fn the_first_counts_from_the_start_and_the_second_ends_the_wait() {
        let stop = CancellationToken::new();
        let mut waiting = Box::pin(second(signals().unwrap(), stop.clone()));
        raise(Signal::SIGINT).unwrap();
        tokio::select! {
            biased;
            _ = &mut waiting => unreachable!("one signal is not two"),
            () = stop.cancelled() => {}
        }
        raise(Signal::SIGINT).unwrap();
        assert_eq!(waiting.await, Some(()));

        // Nothing of it has been awaited yet when the signal comes.
        let stop = CancellationToken::new();
        watch(stop.clone()).unwrap();
        raise(Signal::SIGINT).unwrap();
        stop.cancelled().await;
    }
}

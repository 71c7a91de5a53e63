//! Ctrl-C during a run: the first one lets it come to a good end, the second one ends the process.
//!
//! Owns the signal from the moment that it is asked for: from then on the system does nothing of its own about it. Must not print.

use std::future::poll_fn;
use std::task::{Context, Poll};

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
    let mut signals = signals().map_err(|error| Failure::fault(format!("Ctrl-C cannot be listened to: {error}.")))?;
    tokio::spawn(async move {
        if second(|cx| signals.poll_recv(cx), stop).await.is_some() {
            std::process::exit(Exit::Interrupted as i32);
        }
    });
    Ok(())
}

/// Waits for the second signal; the first one cancels `stop`. `None` when no more can come.
async fn second(mut signal: impl FnMut(&mut Context<'_>) -> Poll<Option<()>>, stop: CancellationToken) -> Option<()> {
    poll_fn(&mut signal).await?;
    stop.cancel();
    poll_fn(&mut signal).await
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use nix::sys::signal::{Signal, raise};
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_signal_counts_from_the_moment_that_it_is_asked_for() {
        let stop = CancellationToken::new();
        watch(stop.clone()).unwrap();
        // Nothing of it has run yet: were nobody listening, this would end the test's process.
        raise(Signal::SIGINT).unwrap();
        stop.cancelled().await;
    }

    #[tokio::test]
    async fn the_first_one_stops_the_run_and_only_the_second_ends_the_wait() {
        let stop = CancellationToken::new();
        let (press, mut presses) = mpsc::unbounded_channel();
        let mut waiting = Box::pin(second(|cx| presses.poll_recv(cx), stop.clone()));
        press.send(()).unwrap();
        tokio::select! {
            biased;
            _ = &mut waiting => unreachable!("one signal is not two"),
            () = stop.cancelled() => {}
        }
        press.send(()).unwrap();
        assert_eq!(waiting.await, Some(()));
    }
}

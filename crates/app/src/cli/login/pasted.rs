//! Lines that a person pastes while the listener waits.
//!
//! Owns the reading of stdin, on a thread of its own: a read of a terminal cannot be taken back, and must not keep the process alive.

use std::io::{BufRead, Read};

use tokio::sync::mpsc;

use super::redirect::LONGEST;

/// The lines of stdin, bounded in length; ends with stdin.
pub(super) fn lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let most = LONGEST as u64 + 2;
        loop {
            let mut line = String::new();
            match input.by_ref().take(most).read_line(&mut line) {
                Ok(0) | Err(_) => break,
                Ok(_) if sender.blocking_send(line).is_err() => break,
                Ok(_) => {}
            }
        }
    });
    receiver
}

//! One command and what it took, by the operating system's account.
//!
//! Owns the measuring child: a copy of this program whose only child is the command.

use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

/// What a command took.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Took {
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Seconds of processor time, user and system.
    pub(crate) cpu: f64,
    /// Peak resident memory in megabytes.
    pub(crate) memory: f64,
    /// Exit code.
    pub(crate) code: i32,
    /// What it printed.
    pub(crate) stdout: String,
}

/// Runs `command` below a measuring child.
pub(crate) fn command(command: &[String]) -> Took {
    let me = std::env::current_exe().unwrap();
    let output = Command::new(me).arg("measure").arg("--").args(command).stderr(Stdio::inherit()).output().unwrap();
    serde_json::from_slice(&output.stdout).expect("the measuring child prints one object")
}

/// The measuring child: runs the command and prints [`Took`].
pub(crate) fn child(command: &[String]) {
    let begun = Instant::now();
    let output = Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("the command starts");
    let wall = begun.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    let took = Took {
        wall,
        cpu: micros as f64 / 1e6,
        memory: usage.max_rss() as f64 / 1024.0,
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
    };
    println!("{}", serde_json::to_string(&took).unwrap());
}

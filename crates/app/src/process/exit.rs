//! Exit codes: a promise to scripts.
//!
//! Owns the numbers and the error that carries one through the command line.

use std::fmt;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything settled.
    Settled = 0,
    /// The run ended, but records are parked.
    Parked = 1,
    /// Bad usage or a bad file.
    Usage = 2,
    /// A person must act.
    Person = 3,
    /// A system did not answer within the patience given; nothing is lost.
    Unavailable = 4,
    /// Our own fault.
    Fault = 5,
    /// Interrupted; nothing is lost.
    Interrupted = 130,
}

/// A failure with its exit code and the sentences to print.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl Failure {
    /// Bad usage or a bad file.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }

    /// A person must act.
    pub(crate) fn person(message: impl Into<String>) -> Self {
        Self { exit: Exit::Person, message: message.into() }
    }

    /// Our own fault.
    pub(crate) fn fault(message: impl Into<String>) -> Self {
        Self { exit: Exit::Fault, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

//! The one table from a kind of fault to what happens next.
//!
//! Owns the verdicts. Must be exhaustive: a new kind does not compile until its verdict is written.

use port::Kind;

/// What a fault of this kind does to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The run ends as unavailable; the next one goes on.
    Later,
    /// The run ends; a person must act.
    Person,
    /// The request itself was refused: find the record that causes it, park it, go on.
    Isolate,
}

/// The verdict for `kind`.
#[must_use]
pub const fn verdict(kind: Kind) -> Verdict {
    match kind {
        Kind::Unreachable | Kind::Unavailable | Kind::Throttled | Kind::OutcomeUnknown | Kind::Protocol => {
            Verdict::Later
        }
        Kind::Credentials
        | Kind::Forbidden
        | Kind::Unsupported
        | Kind::WrongSystem
        | Kind::Tls
        | Kind::AddressRefused => Verdict::Person,
        Kind::Rejected => Verdict::Isolate,
    }
}

//! Why a call did not give what was asked, by what follows from it.
//!
//! Owns the closed list of kinds. One exhaustive table in the engine turns a kind into what happens next.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The two systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// Acumatica ERP.
    Acumatica,
    /// Zoho CRM.
    Zoho,
}

impl System {
    /// Lower-case word for output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acumatica => "acumatica",
            Self::Zoho => "zoho",
        }
    }

    /// Name for sentences.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Acumatica => "Acumatica",
            Self::Zoho => "Zoho CRM",
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// What follows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[doc = $doc])+ $variant,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: [Self; [$(stringify!($variant)),+].len()] = [$(Self::$variant),+];

            /// The word in output. Scripts may depend on it.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),+ } }

            /// What happened, as a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str { match self { $(Self::$variant => concat!($($doc),+).trim()),+ } }
        }
    };
}

kinds! {
    /// The host cannot be found or does not accept connections.
    Unreachable = "unreachable";
    /// No answer in time, 5xx, HTML from a proxy: after all attempts that are safe.
    Unavailable = "unavailable";
    /// 429 after all attempts.
    Throttled = "throttled";
    /// A write was sent and its outcome is not known.
    OutcomeUnknown = "outcome_unknown";
    /// The grant is dead, or credentials are wrong: a person must consent again or correct them.
    Credentials = "credentials";
    /// Signed in, but not allowed: scope, role, permission.
    Forbidden = "forbidden";
    /// The endpoint version, module or edition is not what the connection needs.
    Unsupported = "unsupported";
    /// The system is not the one that the connection is bound to, or was put back to an earlier state.
    WrongSystem = "wrong_system";
    /// TLS or certificate trouble.
    Tls = "tls";
    /// An address outside of the allowed table, or plain http beyond loopback.
    AddressRefused = "address_refused";
    /// An answer that does not make sense.
    Protocol = "protocol";
    /// The system refused the request as malformed: our defect.
    Rejected = "rejected";
}

/// A call that failed, with sentences for people. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which system.
    pub system: System,
    /// What follows.
    pub kind: Kind,
    /// What happened, as a sentence.
    pub message: String,
    /// What a person can do, as a sentence; may be empty when nothing is to be done.
    pub remedy: String,
}

impl Fault {
    /// A fault.
    #[must_use]
    pub fn new(system: System, kind: Kind, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { system, kind, message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.system.title(), self.message)?;
        if !self.remedy.is_empty() {
            write!(f, " {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

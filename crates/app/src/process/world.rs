//! The machine's clock, randomness and environment.
//!
//! Owns the only production implementations of `Clock` and `Entropy`. Everything else gets them passed in.

#![allow(clippy::disallowed_methods, reason = "the one place where the air is touched")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use port::{Clock, Entropy};
use sync::Instant;

/// The machine's clock.
pub(crate) struct MachineClock;

#[async_trait]
impl Clock for MachineClock {
    fn now(&self) -> Instant {
        Instant::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The operating system's randomness.
pub(crate) struct MachineEntropy;

impl Entropy for MachineEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Without randomness nothing can be sealed or signed in safely: stop at once.
            std::process::abort();
        }
    }
}

/// The environment as it was when the process started.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    variables: Arc<BTreeMap<String, String>>,
    program: Arc<str>,
}

impl Environment {
    /// Takes it from the process; names or values that are not text are left out.
    pub(crate) fn of_process() -> Self {
        let pairs =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let program = std::env::args().next().unwrap_or_else(|| "ml-connector".to_owned());
        Self { variables: Arc::new(pairs.collect()), program: program.into() }
    }

    /// How this program was called, for commands that people are to copy.
    pub(crate) fn program(&self) -> &str {
        &self.program
    }

    /// One variable, when it is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }
}

#[cfg(test)]
impl Environment {
    /// An environment for tests.
    pub(crate) fn with(pairs: &[(&str, &str)]) -> Self {
        let variables = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { variables: Arc::new(variables), program: "ml-connector".into() }
    }
}

//! The connection file: one pair of systems, as a person writes it.
//!
//! Owns reading, checking and the meaning of each key. Must not read the value of a secret (see [`secret`]) nor store anything.
//! Every complaint of a file is reported at once, with line, key, allowed values and the nearest known key.

mod read;
mod secret;
mod template;
mod trouble;
mod view;

#[cfg(test)]
pub(crate) use read::{DATACENTERS, ENVIRONMENTS};
pub(crate) use read::{VERSIONS, read};
pub(crate) use secret::SecretSource;
pub(crate) use template::template;
pub(crate) use trouble::nearest;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sync::Flow;
use sync::detect::sweep::Policy;
use sync::settle::EditPolicy;

/// A checked file: settings without secrets, and where the secrets are to be had.
#[derive(Debug)]
pub(crate) struct ConnectionFile {
    pub(crate) name: String,
    pub(crate) settings: Settings,
    /// By field name, such as `acumatica.client_secret`.
    pub(crate) secrets: BTreeMap<&'static str, SecretSource>,
    /// The folder that relative paths start from.
    pub(crate) folder: PathBuf,
}

/// What is kept of a file: everything but secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) acumatica: Acumatica,
    pub(crate) zoho: Zoho,
    pub(crate) flows: BTreeMap<Flow, FlowPart>,
}

/// `[acumatica]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acumatica {
    pub(crate) url: String,
    /// `Default/24.200.001`.
    pub(crate) endpoint: String,
    pub(crate) grant: AcumaticaGrant,
    pub(crate) client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) branch: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proxy: Option<String>,
    pub(crate) parallel_calls: u32,
    /// 0 means no limit of ours.
    pub(crate) calls_per_minute: u32,
}

/// How Acumatica gives the first token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AcumaticaGrant {
    /// A person consents in the browser.
    AuthorizationCode,
    /// Resource owner password credentials.
    Password,
}

/// `[zoho]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Zoho {
    /// `us`, `eu` …; empty with `accounts_url`.
    pub(crate) datacenter: String,
    /// `production`, `sandbox` or `developer`.
    pub(crate) environment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) accounts_url: Option<String>,
    pub(crate) client_id: String,
    pub(crate) parallel_calls: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) daily_credits: Option<u32>,
    pub(crate) run_workflows: bool,
    /// Seconds between two checks of the links; `None` checks only when asked.
    #[serde(default = "daily_check")]
    pub(crate) check: Option<u64>,
}

/// How often links are checked where a file does not say.
pub(crate) const fn daily_check() -> Option<u64> {
    Some(24 * 60 * 60)
}

/// `[flows.*]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FlowPart {
    pub(crate) enabled: bool,
    pub(crate) schedule: Schedule,
    /// `all`, `open` or a day; invoices only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    /// Seconds between two sweeps of the source's keys; `None` sweeps only when asked.
    #[serde(default = "daily")]
    pub(crate) sweep: Option<u64>,
    /// What follows when the source has a record no more.
    #[serde(default)]
    pub(crate) deleted: Policy,
    /// Seconds that a window reaches back behind the mark; `None` takes the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) overlap: Option<u64>,
    /// What is read again without a moved stamp, and how often.
    #[serde(default, skip_serializing_if = "Rereads::is_default")]
    pub(crate) rereads: Rereads,
    /// What follows when people change in Zoho CRM what Acumatica owns.
    #[serde(default)]
    pub(crate) edited: EditPolicy,
}

/// How often keys are swept where a file does not say.
pub(crate) const fn daily() -> Option<u64> {
    Some(24 * 60 * 60)
}

/// Seconds between two reads of what stamps do not show; 0 is off, `None` takes the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Rereads {
    /// Greatest age of the balance of an open document (invoices).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) balance_age: Option<u64>,
    /// Looks at payments (invoices).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payments: Option<u64>,
    /// Reads of everything (customers and items).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reread: Option<u64>,
}

impl Rereads {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// When a flow runs under the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Schedule {
    /// Every so many seconds.
    Every(u64),
    /// A cron line in a time zone.
    Cron {
        /// Five fields.
        line: String,
        /// IANA name.
        zone: String,
    },
    /// Only when asked.
    Manual,
}

//! How a simulation is set up. Readable from TOML or JSON; unknown keys are refused.
//!
//! Owns the outermost settings: seed, sizes, licence, faults. What only one system needs is among that system's
//! options.

use serde::Deserialize;

use crate::acumatica;
use crate::data;
use crate::faults::Dials;
use crate::zoho;
use crate::zoho::model::OrgOptions;

/// How much data there is at the start.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Size {
    /// Customers of the ERP.
    pub customers: usize,
    /// Stock and non-stock items of the ERP.
    pub items: usize,
    /// Documents of the ERP of every type and status, about five of six posted, eight lines on average.
    pub invoices: usize,
    /// Won deals in the CRM, each with an account and a contact of its own.
    pub won_deals: usize,
    /// Further accounts in the CRM that nobody linked: every fourth has a customer's name, some in capitals.
    pub existing_accounts: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { customers: 200, items: 500, invoices: 600, won_deals: 2, existing_accounts: 0 }
    }
}

/// What the ERP's licence allows; nothing is limited when absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Licence {
    /// Sessions that may be open at once.
    pub seats: Option<usize>,
    /// Requests in a minute; from the half on they are slowed down.
    pub per_minute: Option<u32>,
    /// Requests at once; further ones wait.
    pub at_once: Option<usize>,
}

/// The set-up of both systems.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Seed of data, credentials and faults.
    pub seed: u64,
    /// How much data there is.
    pub size: Size,
    /// The ERP's virtual folder, such as `/AcumaticaERP`; blank when the instance lives at the root.
    pub prefix: String,
    /// What goes wrong.
    pub faults: Dials,
    /// The ERP's licence.
    pub licence: Licence,
    /// Whether answers are compressed for callers that accept it. Off by default: on loopback it costs more than it
    /// saves.
    pub compress: bool,
    /// Doubtful points of the ERP.
    pub acumatica: acumatica::Switches,
    /// Doubtful points of the CRM.
    pub zoho: zoho::Switches,
    /// The CRM's organisation.
    pub org: OrgOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            size: Size::default(),
            prefix: "/AcumaticaERP".to_owned(),
            faults: Dials::default(),
            licence: Licence::default(),
            compress: false,
            acumatica: acumatica::Switches::default(),
            zoho: zoho::Switches::default(),
            org: data::org_options(),
        }
    }
}

//! The credentials that both simulated systems know from the start: plainly fake, shaped like the real ones, derived
//! from the seed alone, so that a connection file for a simulation can be written before it runs.

use std::fmt;

use crate::rng::Seeds;

/// Credentials of both systems.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// For the ERP's identity server.
    pub acumatica: AcumaticaCredentials,
    /// For the CRM's accounts server.
    pub zoho: ZohoCredentials,
}

/// A connected application and a user of the ERP.
#[derive(Clone, PartialEq, Eq)]
pub struct AcumaticaCredentials {
    /// The tenant's login name, also the part of `client_id` after the `@`.
    pub tenant: String,
    /// `GUID@Tenant`.
    pub client_id: String,
    /// The application's shared secret.
    pub client_secret: String,
    /// A user for the password grant and the consent page.
    pub username: String,
    /// That user's password.
    pub password: String,
    /// A consent that exists already, with the scope `api offline_access`.
    pub refresh_token: String,
}

/// A registered client and a user's consent in the CRM.
#[derive(Clone, PartialEq, Eq)]
pub struct ZohoCredentials {
    /// `1000.` and capitals and digits.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// A consent that exists already, with every scope.
    pub refresh_token: String,
    /// A grant code of a self client that was not exchanged yet, with every scope.
    pub grant_code: String,
}

impl Credentials {
    /// The credentials of the simulation with these seeds.
    #[must_use]
    pub fn of(seeds: Seeds) -> Self {
        let mut draw = seeds.stream("credentials");
        let tenant = "Company".to_owned();
        let acumatica = AcumaticaCredentials {
            client_id: format!("{}@{tenant}", draw.guid().hyphenated().to_string().to_uppercase()),
            tenant,
            client_secret: format!("sim-erp-secret-{}", draw.hex(20)),
            username: "sync".to_owned(),
            password: format!("sim-erp-password-{}", draw.hex(12)),
            refresh_token: format!("sim-erp-refresh-{}", draw.hex(40)),
        };
        let zoho = ZohoCredentials {
            client_id: format!("1000.SIM{}", draw.hex(27).to_uppercase()),
            client_secret: format!("sim-crm-secret-{}", draw.hex(28)),
            refresh_token: format!("1000.{}.{}", draw.hex(32), draw.hex(32)),
            grant_code: format!("1000.{}.{}", draw.hex(32), draw.hex(32)),
        };
        Self { acumatica, zoho }
    }

    /// Every value that must never show up in a log, an exchange or a data folder.
    #[must_use]
    pub fn secrets(&self) -> [&str; 6] {
        [
            &self.acumatica.client_secret,
            &self.acumatica.password,
            &self.acumatica.refresh_token,
            &self.zoho.client_secret,
            &self.zoho.refresh_token,
            &self.zoho.grant_code,
        ]
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("acumatica", &self.acumatica).field("zoho", &self.zoho).finish()
    }
}

impl fmt::Debug for AcumaticaCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcumaticaCredentials")
            .field("client_id", &self.client_id)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ZohoCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZohoCredentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn one_seed_one_set_of_credentials_and_none_in_debug_output() {
        let one = Credentials::of(Seeds::new(1));
        assert!(one == Credentials::of(Seeds::new(1)));
        assert!(one != Credentials::of(Seeds::new(2)));
        assert!(one.acumatica.client_id.ends_with("@Company"));
        let shown = format!("{one:?}");
        for secret in one.secrets() {
            assert!(!shown.contains(secret));
        }
    }
}

//! What a connection says of its Zoho organisation.
//!
//! Owns the settings of the client. Must not read files or the environment: the application fills them. Holds a secret, so that
//! its debug text names none.

use secrecy::SecretString;

use crate::client::datacenters::{Datacenter, Environment, loopback};

/// Settings of one connection.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the organisation lives.
    pub datacenter: Datacenter,
    /// Which kind of organisation it is.
    pub environment: Environment,
    /// An accounts server on this machine instead of the data centre's (simulators); only with `allow_loopback`.
    pub accounts_url: Option<String>,
    /// Client id of the API console.
    pub client_id: String,
    /// Client secret.
    pub client_secret: SecretString,
    /// Whether our writes trigger the organisation's workflows.
    pub run_workflows: bool,
    /// Calls under way at once, at most; adapts down by itself.
    pub parallel_calls: usize,
    /// Permits hosts on loopback.
    pub allow_loopback: bool,
}

impl Settings {
    /// The accounts server to use, without a trailing slash; `None` when the override is no loopback address or not permitted.
    pub(crate) fn accounts_server(&self) -> Option<String> {
        match &self.accounts_url {
            None => Some(self.datacenter.accounts_url()),
            Some(url) if self.allow_loopback => loopback(url),
            Some(_) => None,
        }
    }

    /// The API base URL to use for an `api_domain` of a token answer.
    ///
    /// A token of another data centre or environment is refused in `Err` with the place it is from (empty for a host that is none of
    /// Zoho's). A sandbox or developer token whose answer names the production host is sent to the environment's own host: there it
    /// works, or is refused without harm.
    pub(crate) fn api_base(&self, api_domain: &str) -> Result<String, String> {
        if self.accounts_url.is_some() {
            return if self.allow_loopback { loopback(api_domain).ok_or_else(String::new) } else { Err(String::new()) };
        }
        let (datacenter, environment) = Datacenter::of_api_domain(api_domain).ok_or_else(String::new)?;
        if datacenter != self.datacenter {
            return Err(format!("the data center {} ({})", datacenter.title(), datacenter.name()));
        }
        if environment != self.environment && environment != Environment::Production {
            return Err(format!("the environment {}", environment.name()));
        }
        Ok(self.datacenter.api_url(self.environment))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn settings(environment: Environment, accounts_url: Option<&str>, allow_loopback: bool) -> Settings {
        Settings {
            datacenter: Datacenter::Eu,
            environment,
            accounts_url: accounts_url.map(str::to_owned),
            client_id: "id".into(),
            client_secret: "hush".into(),
            run_workflows: false,
            parallel_calls: 10,
            allow_loopback,
        }
    }

    #[test]
    fn tokens_go_to_their_own_data_center_and_environment_only() {
        let live = settings(Environment::Production, None, true);
        assert_eq!(live.api_base("https://www.zohoapis.eu").unwrap(), "https://www.zohoapis.eu");
        assert!(live.api_base("https://www.zohoapis.com").unwrap_err().contains("United States"));
        assert!(live.api_base("https://sandbox.zohoapis.eu").unwrap_err().contains("sandbox"));
        for evil in ["https://evil.example", "http://127.0.0.1:1", "https://www.zohoapis.eu.evil.example"] {
            assert_eq!(live.api_base(evil).unwrap_err(), "", "{evil}");
        }
        let sandbox = settings(Environment::Sandbox, None, false);
        for answered in ["https://www.zohoapis.eu", "https://sandbox.zohoapis.eu"] {
            assert_eq!(sandbox.api_base(answered).unwrap(), "https://sandbox.zohoapis.eu");
        }
        assert!(sandbox.api_base("https://developer.zohoapis.eu").is_err());
    }

    #[test]
    fn loopback_needs_permission_and_stays_on_loopback() {
        let open = settings(Environment::Production, Some("http://127.0.0.1:9802/"), true);
        assert_eq!(open.accounts_server().unwrap(), "http://127.0.0.1:9802");
        assert_eq!(open.api_base("http://127.0.0.1:9803").unwrap(), "http://127.0.0.1:9803");
        assert!(open.api_base("https://www.zohoapis.eu").is_err());
        let shut = settings(Environment::Production, Some("http://127.0.0.1:9802"), false);
        assert_eq!(shut.accounts_server(), None);
        assert!(shut.api_base("http://127.0.0.1:9803").is_err());
        assert_eq!(settings(Environment::Production, Some("https://evil.example"), true).accounts_server(), None);
    }

    #[test]
    fn debug_text_holds_no_secret() {
        assert!(!format!("{:?}", settings(Environment::Production, None, false)).contains("hush"));
    }
}

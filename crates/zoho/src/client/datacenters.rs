//! The data centres of Zoho and the hosts that belong to them, as data.
//!
//! Owns the one table of hosts that a call may go to. Must not build a host from a pattern (Canada and Australia break every
//! pattern), nor accept one that is not in the table. `accounts-server`, `location` and `api_domain` arrive from outside and come in
//! here as text; they leave as rows of the table or not at all.

use std::net::Ipv6Addr;

use url::{Host, Url};

/// A data centre. An organisation lives in exactly one; tokens of one are worthless in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Datacenter {
    /// United States.
    Us,
    /// European Union.
    Eu,
    /// India.
    In,
    /// Australia.
    Au,
    /// Japan.
    Jp,
    /// China.
    Cn,
    /// Canada.
    Ca,
    /// Saudi Arabia.
    Sa,
    /// United Kingdom.
    Uk,
    /// United Arab Emirates.
    Ae,
}

/// Which kind of organisation a connection talks to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Environment {
    /// The live organisation.
    #[default]
    Production,
    /// A sandbox of it.
    Sandbox,
    /// A developer organisation.
    Developer,
}

/// One row of the table.
struct Row {
    datacenter: Datacenter,
    name: &'static str,
    title: &'static str,
    accounts: &'static str,
    /// Production, sandbox, developer.
    api: [&'static str; 3],
}

/// Hosts as published in the vendor's documentation and SDKs; UK and UAE API hosts as used by public connectors.
const TABLE: [Row; 10] = [
    Row {
        datacenter: Datacenter::Us,
        name: "us",
        title: "United States",
        accounts: "accounts.zoho.com",
        api: ["www.zohoapis.com", "sandbox.zohoapis.com", "developer.zohoapis.com"],
    },
    Row {
        datacenter: Datacenter::Eu,
        name: "eu",
        title: "Europe",
        accounts: "accounts.zoho.eu",
        api: ["www.zohoapis.eu", "sandbox.zohoapis.eu", "developer.zohoapis.eu"],
    },
    Row {
        datacenter: Datacenter::In,
        name: "in",
        title: "India",
        accounts: "accounts.zoho.in",
        api: ["www.zohoapis.in", "sandbox.zohoapis.in", "developer.zohoapis.in"],
    },
    Row {
        datacenter: Datacenter::Au,
        name: "au",
        title: "Australia",
        accounts: "accounts.zoho.com.au",
        api: ["www.zohoapis.com.au", "sandbox.zohoapis.com.au", "developer.zohoapis.com.au"],
    },
    Row {
        datacenter: Datacenter::Jp,
        name: "jp",
        title: "Japan",
        accounts: "accounts.zoho.jp",
        api: ["www.zohoapis.jp", "sandbox.zohoapis.jp", "developer.zohoapis.jp"],
    },
    Row {
        datacenter: Datacenter::Cn,
        name: "cn",
        title: "China",
        accounts: "accounts.zoho.com.cn",
        api: ["www.zohoapis.com.cn", "sandbox.zohoapis.com.cn", "developer.zohoapis.com.cn"],
    },
    Row {
        datacenter: Datacenter::Ca,
        name: "ca",
        title: "Canada",
        accounts: "accounts.zohocloud.ca",
        api: ["www.zohoapis.ca", "sandbox.zohoapis.ca", "developer.zohoapis.ca"],
    },
    Row {
        datacenter: Datacenter::Sa,
        name: "sa",
        title: "Saudi Arabia",
        accounts: "accounts.zoho.sa",
        api: ["www.zohoapis.sa", "sandbox.zohoapis.sa", "developer.zohoapis.sa"],
    },
    Row {
        datacenter: Datacenter::Uk,
        name: "uk",
        title: "United Kingdom",
        accounts: "accounts.zoho.uk",
        api: ["www.zohoapis.uk", "sandbox.zohoapis.uk", "developer.zohoapis.uk"],
    },
    Row {
        datacenter: Datacenter::Ae,
        name: "ae",
        title: "United Arab Emirates",
        accounts: "accounts.zoho.ae",
        api: ["www.zohoapis.ae", "sandbox.zohoapis.ae", "developer.zohoapis.ae"],
    },
];

impl Datacenter {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 10] =
        [Self::Us, Self::Eu, Self::In, Self::Au, Self::Jp, Self::Cn, Self::Ca, Self::Sa, Self::Uk, Self::Ae];

    const fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The word in connection files, which is also Zoho's `location`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().title
    }

    /// The data centre of that word; also what becomes of `location` in a redirect.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.datacenter)
    }

    /// Base URL of the accounts server, without a trailing slash.
    #[must_use]
    pub fn accounts_url(self) -> String {
        format!("https://{}", self.row().accounts)
    }

    /// Base URL of the API in `environment`, without a trailing slash.
    #[must_use]
    pub fn api_url(self, environment: Environment) -> String {
        format!("https://{}", self.row().api[environment as usize])
    }

    /// The data centre whose accounts server this URL is; `None` for everything that is not in the table.
    #[must_use]
    pub fn of_accounts_server(url: &str) -> Option<Self> {
        let host = bare_https_host(url)?;
        TABLE.iter().find(|row| row.accounts == host).map(|row| row.datacenter)
    }

    /// Data centre and environment whose API this URL is; `None` for everything that is not in the table.
    #[must_use]
    pub fn of_api_domain(url: &str) -> Option<(Self, Environment)> {
        let host = bare_https_host(url)?;
        TABLE.iter().find_map(|row| {
            let place = row.api.iter().position(|known| *known == host)?;
            Some((row.datacenter, Environment::ALL[place]))
        })
    }
}

impl Environment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Production, Self::Sandbox, Self::Developer];

    /// The word in connection files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
            Self::Developer => "developer",
        }
    }

    /// The environment of that word.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|environment| environment.name() == name)
    }
}

/// The host of an https URL that consists of nothing but scheme and host.
fn bare_https_host(url: &str) -> Option<String> {
    let url = bare(url)?;
    if url.scheme() != "https" || url.port().is_some() {
        return None;
    }
    match url.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// The base URL of a loopback host (`http://127.0.0.1:9802`), without a trailing slash; `None` for every other host.
pub(crate) fn loopback(url: &str) -> Option<String> {
    let url = bare(url)?;
    let here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address == Ipv6Addr::LOCALHOST,
    };
    (here && matches!(url.scheme(), "http" | "https")).then(|| url.as_str().trim_end_matches('/').to_owned())
}

/// A URL without credentials, path, query and fragment.
fn bare(text: &str) -> Option<Url> {
    if text.len() > 256 || text.bytes().any(|byte| byte <= b' ' || byte == b'\\' || byte == 0x7f) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_row_is_as_published() {
        let expected = [
            ("us", "accounts.zoho.com", "zohoapis.com"),
            ("eu", "accounts.zoho.eu", "zohoapis.eu"),
            ("in", "accounts.zoho.in", "zohoapis.in"),
            ("au", "accounts.zoho.com.au", "zohoapis.com.au"),
            ("jp", "accounts.zoho.jp", "zohoapis.jp"),
            ("cn", "accounts.zoho.com.cn", "zohoapis.com.cn"),
            ("ca", "accounts.zohocloud.ca", "zohoapis.ca"),
            ("sa", "accounts.zoho.sa", "zohoapis.sa"),
            ("uk", "accounts.zoho.uk", "zohoapis.uk"),
            ("ae", "accounts.zoho.ae", "zohoapis.ae"),
        ];
        for (datacenter, (name, accounts, api)) in Datacenter::ALL.into_iter().zip(expected) {
            assert_eq!(datacenter.name(), name);
            assert_eq!(Datacenter::named(name), Some(datacenter));
            assert_eq!(datacenter.accounts_url(), format!("https://{accounts}"));
            assert_eq!(Datacenter::of_accounts_server(&format!("https://{accounts}")), Some(datacenter));
            assert_eq!(Datacenter::of_accounts_server(&format!("https://{accounts}/")), Some(datacenter));
            for (environment, prefix) in Environment::ALL.into_iter().zip(["www", "sandbox", "developer"]) {
                let url = format!("https://{prefix}.{api}");
                assert_eq!(datacenter.api_url(environment), url);
                assert_eq!(Datacenter::of_api_domain(&url), Some((datacenter, environment)));
                assert_eq!(Environment::named(environment.name()), Some(environment));
            }
        }
    }

    #[test]
    fn values_from_outside_that_are_not_in_the_table_are_refused() {
        for hostile in [
            "",
            "www.zohoapis.com",
            "http://www.zohoapis.com",
            "https://www.zohoapis.com.evil.example",
            "https://evil.example/www.zohoapis.com",
            "https://www.zohoapis.com@evil.example",
            "https://user:pass@www.zohoapis.com",
            "https://www.zohoapis.com:8443",
            "https://www.zohoapis.com/crm",
            "https://www.zohoapis.com?x=1",
            "https://www.zohoapis.com#x",
            "https://www.zohoapis.com\\@evil.example",
            "https://www.zohoapis.com\n",
            " https://www.zohoapis.com",
            "https://www.zohoapis.com.",
            "https://zohoapis.com",
            "https://content.zohoapis.com",
            "https://www.zohoapis.zz",
            "https://accounts.zoho.com",
            "https://169.254.169.254",
            "https://[::1]",
            "ftp://www.zohoapis.com",
            "https://www.zoh\u{43e}apis.com",
        ] {
            assert_eq!(Datacenter::of_api_domain(hostile), None, "{hostile}");
        }
        for hostile in [
            "https://accounts.zoho.ca",
            "http://accounts.zoho.eu",
            "https://accounts.zoho.eu.evil.example",
            "https://www.zohoapis.eu",
        ] {
            assert_eq!(Datacenter::of_accounts_server(hostile), None, "{hostile}");
        }
        for hostile in ["", "EU", "eu ", "zohocloud", "us,eu", "../eu"] {
            assert_eq!(Datacenter::named(hostile), None, "{hostile}");
        }
    }

    #[test]
    fn loopback_is_this_machine_and_nothing_else() {
        assert_eq!(loopback("http://127.0.0.1:9802").as_deref(), Some("http://127.0.0.1:9802"));
        assert_eq!(loopback("http://127.0.0.1:9802/").as_deref(), Some("http://127.0.0.1:9802"));
        assert_eq!(loopback("http://[::1]:9802").as_deref(), Some("http://[::1]:9802"));
        assert_eq!(loopback("http://localhost:9802").as_deref(), Some("http://localhost:9802"));
        for hostile in [
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "http://0.0.0.0:80",
            "http://169.254.169.254",
            "http://127.0.0.1:9802/path",
            "http://x@127.0.0.1",
            "file://localhost",
            "https://www.zohoapis.com",
        ] {
            assert_eq!(loopback(hostile), None, "{hostile}");
        }
    }
}

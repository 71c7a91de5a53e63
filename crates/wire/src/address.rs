//! Which hosts may be spoken to, and whether a `Location` stays where we are.
//!
//! Owns the rules for addresses that people and servers give us. Must not resolve names: a name that resolves to a private or
//! loopback address is not noticed here (rebinding is not covered; TLS with a name in the certificate is what stands against it).
//! Addresses come from connection files and answers; what passes goes to the transport.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What is permitted beyond https to public hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressRules {
    /// Hosts on loopback, also by plain http (simulators, tests).
    pub loopback: bool,
    /// Private addresses and names without a dot (an ERP in one's own network).
    pub private: bool,
}

/// Why an address is refused. The text is a sentence without the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// It does not parse, or has no host.
    #[error("This is not an absolute https address.")]
    NotAUrl,
    /// A scheme other than https.
    #[error("Only https is spoken; plain http is possible to loopback alone, with --allow-loopback.")]
    NotHttps,
    /// `user:password@`.
    #[error("An address must not carry a user name or password.")]
    Credentials,
    /// A query or fragment where a base address is meant.
    #[error("An address must not carry a query or fragment.")]
    Query,
    /// Loopback without permission.
    #[error("Hosts on loopback need --allow-loopback.")]
    Loopback,
    /// Private network without permission.
    #[error("Hosts in a private network are not permitted here.")]
    Private,
    /// Link-local, multicast, unspecified and the like.
    #[error("This host is not one that can be served from.")]
    Special,
    /// A `Location` that leads elsewhere.
    #[error("The server pointed to another host or folder; it was not followed.")]
    Elsewhere,
}

/// Checks an absolute base address (scheme, host, port, path) against the rules.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(text: &str, rules: AddressRules) -> Result<Url, AddressProblem> {
    let url = Url::parse(text.trim()).map_err(|_| AddressProblem::NotAUrl)?;
    check_parts(&url, rules)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(AddressProblem::Query);
    }
    Ok(url)
}

/// Scheme, credentials and host of `url` against the rules.
pub(crate) fn check_parts(url: &Url, rules: AddressRules) -> Result<(), AddressProblem> {
    let host = url.host().ok_or(AddressProblem::NotAUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressProblem::Credentials);
    }
    let place = place(&host);
    match url.scheme() {
        "https" => {}
        "http" if place == Place::Loopback && rules.loopback => {}
        _ => return Err(AddressProblem::NotHttps),
    }
    match place {
        Place::Public => Ok(()),
        Place::Loopback if rules.loopback => Ok(()),
        Place::Loopback => Err(AddressProblem::Loopback),
        Place::Private if rules.private => Ok(()),
        Place::Private => Err(AddressProblem::Private),
        Place::Special => Err(AddressProblem::Special),
    }
}

/// Where a host is, as far as its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Public,
    Private,
    Loopback,
    Special,
}

fn place(host: &Host<&str>) -> Place {
    match host {
        Host::Ipv4(ip) => place_v4(*ip),
        Host::Ipv6(ip) => place_v6(*ip),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            if name == "localhost" || name.ends_with(".localhost") {
                Place::Loopback
            } else if let Ok(ip) = name.parse::<IpAddr>() {
                match ip {
                    IpAddr::V4(ip) => place_v4(ip),
                    IpAddr::V6(ip) => place_v6(ip),
                }
            } else if !name.contains('.')
                || [".local", ".internal", ".lan", ".home.arpa"].iter().any(|end| name.ends_with(end))
            {
                Place::Private
            } else {
                Place::Public
            }
        }
    }
}

fn place_v4(ip: Ipv4Addr) -> Place {
    let [a, b, ..] = ip.octets();
    if ip.is_loopback() {
        Place::Loopback
    } else if ip.is_private() || (a == 100 && (64..128).contains(&b)) {
        Place::Private
    } else if a == 0 || ip.is_link_local() || ip.is_multicast() || ip.is_documentation() || a >= 240 {
        Place::Special
    } else {
        Place::Public
    }
}

fn place_v6(ip: Ipv6Addr) -> Place {
    if let Some(inner) = ip.to_ipv4_mapped() {
        return place_v4(inner);
    }
    if ip.is_loopback() {
        Place::Loopback
    } else if ip.is_unique_local() {
        Place::Private
    } else if ip.is_unspecified() || ip.is_multicast() || ip.is_unicast_link_local() {
        Place::Special
    } else {
        Place::Public
    }
}

/// Keeps follow-up addresses within one origin and one folder, so that a token never leaves them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    base: Url,
    prefix: String,
}

impl Guard {
    /// A guard around a checked base address; its path is the folder.
    #[must_use]
    pub fn new(base: Url) -> Self {
        let prefix = format!("{}/", base.path().trim_end_matches('/'));
        Self { base, prefix }
    }

    /// Resolves a `Location` (absolute, or from the host's root) and gives it only when it stays within origin and folder.
    ///
    /// # Errors
    /// `NotAUrl`, or `Elsewhere` for another scheme, host, port or folder, or one with a name and password in it.
    pub fn resolve(&self, location: &str) -> Result<Url, AddressProblem> {
        let url = self.base.join(location.trim()).map_err(|_| AddressProblem::NotAUrl)?;
        let same_origin = url.scheme() == self.base.scheme()
            && url.host() == self.base.host()
            && url.port_or_known_default() == self.base.port_or_known_default();
        let inside = url.path().starts_with(&self.prefix);
        if same_origin && inside && url.username().is_empty() && url.password().is_none() {
            Ok(url)
        } else {
            Err(AddressProblem::Elsewhere)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const STRICT: AddressRules = AddressRules { loopback: false, private: false };
    const TESTS: AddressRules = AddressRules { loopback: true, private: false };
    const OWN_NETWORK: AddressRules = AddressRules { loopback: false, private: true };

    #[test]
    fn https_to_public_hosts_is_always_fine() {
        for text in ["https://erp.acme.example/AcumaticaERP", "https://8.8.8.8:8443", "https://[2606:4700::1]/x/"] {
            assert!(check(text, STRICT).is_ok(), "{text}");
        }
    }

    #[test]
    fn plain_http_is_for_permitted_loopback_alone() {
        assert_eq!(check("http://erp.acme.example", TESTS), Err(AddressProblem::NotHttps));
        assert_eq!(check("http://127.0.0.1:9801", STRICT), Err(AddressProblem::NotHttps));
        assert_eq!(check("https://localhost", STRICT), Err(AddressProblem::Loopback));
        assert_eq!(check("ftp://127.0.0.1", TESTS), Err(AddressProblem::NotHttps));
        for text in [
            "http://127.0.0.1:9801",
            "http://localhost:1/x",
            "http://[::1]:5",
            "http://a.localhost.",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(check(text, TESTS).is_ok(), "{text}");
        }
    }

    #[test]
    fn other_spellings_of_loopback_are_seen() {
        for text in ["https://127.1", "https://2130706433", "https://0x7f.1", "https://127.0.0.1."] {
            assert_eq!(check(text, OWN_NETWORK), Err(AddressProblem::Loopback), "{text}");
        }
    }

    #[test]
    fn private_hosts_need_permission_and_special_ones_never_get_it() {
        for text in [
            "https://10.1.2.3",
            "https://192.168.0.9",
            "https://erp",
            "https://erp.local",
            "https://[fd00::1]",
            "https://100.64.0.1",
        ] {
            assert_eq!(check(text, STRICT), Err(AddressProblem::Private), "{text}");
            assert!(check(text, OWN_NETWORK).is_ok(), "{text}");
        }
        for text in
            ["https://169.254.169.254", "https://0.0.0.0", "https://224.0.0.1", "https://[fe80::1]", "https://[::]"]
        {
            assert_eq!(check(text, OWN_NETWORK), Err(AddressProblem::Special), "{text}");
        }
    }

    #[test]
    fn credentials_queries_and_nonsense_are_refused() {
        assert_eq!(check("https://u:p@h.example", STRICT), Err(AddressProblem::Credentials));
        assert_eq!(check("https://h.example/?x=1", STRICT), Err(AddressProblem::Query));
        assert_eq!(check("https://h.example/#x", STRICT), Err(AddressProblem::Query));
        assert_eq!(check("erp.acme.example", STRICT), Err(AddressProblem::NotAUrl));
    }

    #[test]
    fn a_location_stays_within_origin_and_folder() {
        let guard = Guard::new(check("https://h.example/23r2", STRICT).unwrap());
        assert_eq!(guard.resolve("/23r2/entity/x").unwrap().as_str(), "https://h.example/23r2/entity/x");
        assert!(guard.resolve("https://h.example:443/23r2/entity").is_ok());
        for text in [
            "/entity/x",
            "/23r22/x",
            "https://evil.example/23r2/x",
            "//evil.example/23r2/x",
            "http://h.example/23r2/x",
            "https://h.example:8443/23r2/x",
            "/23r2/../entity",
            "/23r2/%2e%2e/entity",
            "https://a:b@h.example/23r2/x",
        ] {
            assert_eq!(guard.resolve(text), Err(AddressProblem::Elsewhere), "{text}");
        }
    }
}

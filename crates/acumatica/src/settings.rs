//! What a connection says about its Acumatica instance.
//!
//! Owns the settings and the order of endpoint versions. Must not read files or secrets by itself: the app fills it.

use secrecy::SecretString;

/// How tokens are obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantKind {
    /// A person consented in the browser; a refresh token is kept.
    AuthorizationCode,
    /// User name and password of a service user (resource owner password credentials).
    Password,
}

/// Everything about one instance.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The instance with its virtual folder, without a slash at the end.
    pub url: String,
    /// Endpoint as `Name/Version`, for example `Default/24.200.001`.
    pub endpoint: String,
    /// How tokens are obtained.
    pub grant: GrantKind,
    /// `GUID@Tenant`.
    pub client_id: String,
    /// The shared secret of the connected application.
    pub client_secret: SecretString,
    /// User name, with [`GrantKind::Password`].
    pub username: Option<String>,
    /// Password, with [`GrantKind::Password`].
    pub password: Option<SecretString>,
    /// Most calls at once.
    pub parallel_calls: usize,
    /// Permits an instance on loopback, by plain http too.
    pub allow_loopback: bool,
}

/// Version of the endpoint, as far as fields differ between versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndpointVersion {
    year: u16,
    release: u16,
}

impl EndpointVersion {
    /// 24.200: from here on stock items carry the same stamp field as everything else.
    pub const V24_200: Self = Self { year: 24, release: 200 };

    /// The version within `Name/24.200.001`; one that cannot be read counts as the newest.
    #[must_use]
    pub fn of_endpoint(endpoint: &str) -> Self {
        let version = endpoint.rsplit('/').next().unwrap_or_default();
        let mut parts = version.split('.').map(str::parse::<u16>);
        match (parts.next(), parts.next()) {
            (Some(Ok(year)), Some(Ok(release))) => Self { year, release },
            _ => Self { year: u16::MAX, release: u16::MAX },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered() {
        let of = EndpointVersion::of_endpoint;
        assert!(of("Default/20.200.001") < of("Default/22.200.001"));
        assert!(of("Default/23.200.001") < EndpointVersion::V24_200);
        assert_eq!(of("Default/24.200.001"), EndpointVersion::V24_200);
        assert!(of("Own/main") > of("Default/25.200.001"));
    }

    #[test]
    fn settings_print_no_secret() {
        let settings = Settings {
            url: String::new(),
            endpoint: String::new(),
            grant: GrantKind::Password,
            client_id: String::new(),
            client_secret: "hidden".into(),
            username: None,
            password: Some("hidden".into()),
            parallel_calls: 1,
            allow_loopback: false,
        };
        assert!(!format!("{settings:?}").contains("hidden"));
    }
}

//! How the instance is set up: address, registered applications, users, licence limits.
//!
//! Owns the settings of one instance and their defaults. Secrets in them show nothing in `Debug`. Data and faults have
//! options of their own.

use std::fmt;
use std::time::Duration;

use super::switches::Switches;

/// A flow that a registered application may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Authorization code.
    AuthorizationCode,
    /// Resource owner password.
    Password,
}

/// How long refresh tokens live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshMode {
    /// None are given; asking for one is an error.
    None,
    /// So many days from the first consent; rotation does not extend it.
    Absolute {
        /// Days.
        days: u16,
    },
    /// Each use extends the life by `days`, up to `cap` days from the consent, or without end.
    Sliding {
        /// Days from the last use.
        days: u16,
        /// Days from the consent.
        cap: Option<u16>,
    },
}

/// A registered application.
#[derive(Clone)]
pub struct Client {
    /// `GUID@Tenant`.
    pub id: String,
    /// Shared secret.
    pub secret: String,
    /// Flows; the ERP's own form registers one per application.
    pub flows: Vec<Flow>,
    /// Redirect addresses, compared byte by byte. An empty list takes any loopback address, for trials.
    pub redirects: Vec<String>,
    /// Life of refresh tokens.
    pub refresh: RefreshMode,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).field("flows", &self.flows).finish_non_exhaustive()
    }
}

/// A user who can sign in.
#[derive(Clone)]
pub struct User {
    /// Login name.
    pub name: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The set-up of an instance.
#[derive(Debug, Clone)]
pub struct Options {
    /// Virtual folder with a leading slash, or empty.
    pub prefix: String,
    /// Login name of the tenant.
    pub tenant: String,
    /// Build of the ERP, as `GET /entity` tells it.
    pub build: String,
    /// Registered applications.
    pub clients: Vec<Client>,
    /// Users.
    pub users: Vec<User>,
    /// Life of access tokens.
    pub access_life: Duration,
    /// Sessions that may be open at once; `None`: no limit.
    pub seats: Option<usize>,
    /// Idle time after which a session ends and its seat is free.
    pub session_idle: Duration,
    /// Requests per minute of the licence; `None`: no limit.
    pub per_minute: Option<u32>,
    /// Requests at once of the licence; further ones wait. `None`: no limit.
    pub at_once: Option<usize>,
    /// How long the server works on a request, inside its session.
    pub work: Duration,
    /// How long a long operation runs.
    pub operation: Duration,
    /// Doubtful points.
    pub switches: Switches,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            prefix: String::new(),
            tenant: "Company".to_owned(),
            build: "25.200.0248".to_owned(),
            clients: Vec::new(),
            users: Vec::new(),
            access_life: Duration::from_secs(3600),
            seats: None,
            session_idle: Duration::from_secs(20 * 60),
            per_minute: None,
            at_once: None,
            work: Duration::ZERO,
            operation: Duration::from_secs(2),
            switches: Switches::default(),
        }
    }
}

//! What each edition of the CRM brings: modules, currencies, caps.
//!
//! Owns: the figures of the fact sheet, sections 6 and 10.1. Must not: enforce them.

/// The edition of the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edition {
    /// Free.
    Free,
    /// Standard.
    Standard,
    /// Professional.
    Professional,
    /// Enterprise.
    #[default]
    Enterprise,
    /// Ultimate.
    Ultimate,
}

impl Edition {
    /// `license_details.paid_type` of `GET /org`.
    #[must_use]
    pub fn paid_type(self) -> &'static str {
        match self {
            Edition::Free => "free",
            Edition::Standard => "standard",
            Edition::Professional => "professional",
            Edition::Enterprise => "enterprise",
            Edition::Ultimate => "ultimate",
        }
    }

    /// Whether Products, Invoices and Vendors exist.
    #[must_use]
    pub fn has_inventory(self) -> bool {
        !matches!(self, Edition::Free | Edition::Standard)
    }

    /// Whether several currencies can be switched on.
    #[must_use]
    pub fn has_currencies(self) -> bool {
        matches!(self, Edition::Enterprise | Edition::Ultimate)
    }

    /// API credits in a rolling day for `users` licences.
    #[must_use]
    pub fn credits(self, users: u64) -> u64 {
        match self {
            Edition::Free => 5_000,
            Edition::Standard => (50_000 + 250 * users).min(100_000),
            Edition::Professional => (50_000 + 500 * users).min(3_000_000),
            Edition::Enterprise => (50_000 + 1_000 * users).min(5_000_000),
            Edition::Ultimate => 50_000 + 2_000 * users,
        }
    }

    /// Calls at once.
    #[must_use]
    pub fn concurrency(self) -> usize {
        match self {
            Edition::Free => 5,
            Edition::Standard => 10,
            Edition::Professional => 15,
            Edition::Enterprise => 20,
            Edition::Ultimate => 25,
        }
    }

    /// Custom fields in one module.
    #[must_use]
    pub fn custom_fields(self) -> usize {
        match self {
            Edition::Free => 0,
            Edition::Standard => 10,
            Edition::Professional => 150,
            Edition::Enterprise => 310,
            Edition::Ultimate => 500,
        }
    }

    /// Records that the organisation may hold, recycle bin counted; and the bytes to report for
    /// editions that are capped by storage.
    #[must_use]
    pub fn records(self, users: u64) -> (u64, Option<u64>) {
        const MB: u64 = 1024 * 1024;
        let bytes = match self {
            Edition::Free => return (5_000, None),
            Edition::Standard => return (100_000, None),
            Edition::Professional => 5 * 1024 * MB + users * 10 * MB,
            Edition::Enterprise => 10 * 1024 * MB + users * 20 * MB,
            Edition::Ultimate => 10 * 1024 * MB + users * 100 * MB,
        };
        // A record weighs 2 KB.
        (bytes / 2048, Some(bytes))
    }
}

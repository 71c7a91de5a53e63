//! Users, profiles, roles, currencies, taxes, pipelines and sharing defaults of the organisation.
//!
//! Owns: their plain descriptions. Must not: enforce anything.

/// A user.
#[derive(Debug, Clone)]
pub struct User {
    /// User id.
    pub id: u64,
    /// Account-wide user number.
    pub zuid: u64,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// Profile id.
    pub profile: u64,
    /// Role id.
    pub role: u64,
    /// False for a deactivated user.
    pub active: bool,
    /// Creation, epoch seconds.
    pub created: i64,
}

impl User {
    /// First and last name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// A profile: a set of permissions.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Profile id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Whether an administrator made it.
    pub custom: bool,
    /// Whether it may create fields and change layouts.
    pub customize: bool,
    /// Modules that the profile may not see.
    pub hidden_modules: Vec<String>,
    /// Modules whose records the profile may see, but neither create nor edit.
    pub read_only_modules: Vec<String>,
}

/// A role in the hierarchy.
#[derive(Debug, Clone)]
pub struct Role {
    /// Role id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// The role above, if any.
    pub above: Option<u64>,
}

/// A currency of the organisation.
#[derive(Debug, Clone)]
pub struct Currency {
    /// Currency id.
    pub id: u64,
    /// ISO 4217 code.
    pub iso: String,
    /// Name.
    pub name: String,
    /// Symbol.
    pub symbol: String,
    /// Digits after the point.
    pub decimals: u8,
    /// Units of this currency for one unit of the home currency, as text with nine decimals.
    pub rate: String,
    /// Whether new records may use it.
    pub active: bool,
    /// Whether it is the home currency.
    pub base: bool,
}

/// A tax of the organisation.
#[derive(Debug, Clone)]
pub struct Tax {
    /// Tax id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Percent.
    pub percent: rust_decimal::Decimal,
}

/// A stage of a pipeline.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Stage id.
    pub id: u64,
    /// What people see.
    pub display: String,
    /// What records hold.
    pub actual: String,
    /// `Open`, `Closed Won` or `Closed Lost`.
    pub forecast: &'static str,
    /// Forecast category and its id.
    pub category: (&'static str, u64),
    /// Percent.
    pub probability: u8,
}

/// A sales pipeline.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Pipeline id.
    pub id: u64,
    /// What people see.
    pub display: String,
    /// What records hold.
    pub actual: String,
    /// Whether it is the default one.
    pub default: bool,
    /// Stages in order.
    pub stages: Vec<Stage>,
}

/// The organisation default for who sees a module's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// Owner and superiors by role.
    #[default]
    Private,
    /// Everybody may read.
    PublicReadOnly,
    /// Everybody may read and write.
    PublicReadWrite,
    /// Everybody may read, write and delete.
    Public,
}

impl Share {
    /// The word of the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Share::Private => "private",
            Share::PublicReadOnly => "public_read_only",
            Share::PublicReadWrite => "public_read_write",
            Share::Public => "public",
        }
    }
}

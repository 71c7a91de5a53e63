//! What a module knows about one of its fields.
//!
//! Owns: the field's description as the metadata API shows it and as `write` validates by it.
//! Must not: hold values.

use std::collections::BTreeMap;

/// The kind of a field: its `data_type` in the metadata API and the values it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Single line.
    Text,
    /// Multi line.
    TextArea,
    /// E-mail address.
    Email,
    /// Phone number.
    Phone,
    /// URL.
    Website,
    /// Whole number of up to 9 digits.
    Integer,
    /// Whole number of up to 18 digits.
    BigInt,
    /// Decimal.
    Double,
    /// Amount of money.
    Currency,
    /// Percentage.
    Percent,
    /// Checkbox.
    Boolean,
    /// Calendar date.
    Date,
    /// Moment.
    DateTime,
    /// One of listed values.
    Picklist,
    /// Several of listed values.
    MultiPicklist,
    /// Reference to a record.
    Lookup,
    /// Reference to a user.
    UserLookup,
    /// The owner of the record.
    OwnerLookup,
    /// Line rows.
    Subform,
    /// Number given by the system.
    AutoNumber,
    /// Computed from other fields.
    Formula,
    /// Taxes of a product.
    MultiTax,
    /// Taxes of a line row.
    LineTax,
    /// Discount of a line row: a number or a percentage as text.
    Discount,
    /// The record's id.
    Id,
}

impl Kind {
    /// `data_type` of the metadata API.
    #[must_use]
    pub fn data_type(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::TextArea => "textarea",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Website => "website",
            Kind::Integer => "integer",
            Kind::BigInt | Kind::Id => "bigint",
            Kind::Double | Kind::Discount => "double",
            Kind::Currency => "currency",
            Kind::Percent => "percent",
            Kind::Boolean => "boolean",
            Kind::Date => "date",
            Kind::DateTime => "datetime",
            Kind::Picklist => "picklist",
            Kind::MultiPicklist | Kind::MultiTax => "multiselectpicklist",
            Kind::Lookup => "lookup",
            Kind::UserLookup => "userlookup",
            Kind::OwnerLookup => "ownerlookup",
            Kind::Subform => "subform",
            Kind::AutoNumber => "autonumber",
            Kind::Formula => "formula",
            Kind::LineTax => "linetax",
        }
    }

    /// `json_type` of the metadata API.
    #[must_use]
    pub fn json_type(self) -> &'static str {
        match self {
            Kind::Integer => "integer",
            Kind::Double | Kind::Currency | Kind::Percent | Kind::Formula | Kind::Discount => "double",
            Kind::Boolean => "boolean",
            Kind::Lookup | Kind::UserLookup | Kind::OwnerLookup => "jsonobject",
            Kind::Subform | Kind::MultiPicklist | Kind::MultiTax | Kind::LineTax => "jsonarray",
            _ => "string",
        }
    }

    /// The kind that `POST /settings/fields` makes for a `data_type`, if that type can be created.
    #[must_use]
    pub fn creatable(data_type: &str) -> Option<Kind> {
        Some(match data_type {
            "text" => Kind::Text,
            "textarea" => Kind::TextArea,
            "email" => Kind::Email,
            "phone" => Kind::Phone,
            "website" => Kind::Website,
            "integer" => Kind::Integer,
            "bigint" => Kind::BigInt,
            "double" => Kind::Double,
            "currency" => Kind::Currency,
            "percent" => Kind::Percent,
            "boolean" => Kind::Boolean,
            "date" => Kind::Date,
            "datetime" => Kind::DateTime,
            "picklist" => Kind::Picklist,
            "multiselectpicklist" => Kind::MultiPicklist,
            _ => return None,
        })
    }

    /// True for the types on which a unique constraint may be set.
    #[must_use]
    pub fn may_be_unique(self) -> bool {
        matches!(self, Kind::Text | Kind::Email | Kind::Phone | Kind::Integer | Kind::BigInt | Kind::Website)
    }

    /// True for values that are numbers in JSON.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Kind::Integer
                | Kind::BigInt
                | Kind::Double
                | Kind::Currency
                | Kind::Percent
                | Kind::Formula
                | Kind::Discount
        )
    }
}

/// Where a field's value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the record's cells.
    Stored,
    /// The record's id.
    Id,
    /// The record's creation stamp.
    CreatedTime,
    /// The record's change stamp.
    ModifiedTime,
    /// The user who created it.
    CreatedBy,
    /// The user who changed it last.
    ModifiedBy,
    /// The owner.
    Owner,
    /// Whether the record is locked.
    Locked,
    /// Always `Available` for records outside the bin.
    RecordStatus,
    /// The parent record of a line row.
    Parent,
    /// The position of a line row, from 1.
    Sequence,
}

/// A unique constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unique {
    /// Whether `a` and `A` are two values.
    pub case_sensitive: bool,
}

/// The mark of an external-id field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    /// `user`, `org` or `external_lookup`.
    pub kind: String,
    /// Whether people see it.
    pub show: bool,
}

/// What a profile may do with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See and change.
    ReadWrite,
    /// See.
    ReadOnly,
    /// Neither.
    Hidden,
}

impl Permission {
    /// The word of the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Permission::ReadWrite => "read_write",
            Permission::ReadOnly => "read_only",
            Permission::Hidden => "hidden",
        }
    }

    /// Reads the word of the API.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "read_write" => Permission::ReadWrite,
            "read_only" => Permission::ReadOnly,
            "hidden" => Permission::Hidden,
            _ => return None,
        })
    }
}

/// One value of a picklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Id of the value.
    pub id: u64,
    /// What people see.
    pub display: String,
    /// What records hold.
    pub actual: String,
    /// For stages: `Open`, `Closed Won` or `Closed Lost`.
    pub forecast: Option<&'static str>,
    /// For stages: percent.
    pub probability: Option<u8>,
}

/// One field of a module.
#[derive(Debug, Clone)]
pub struct Field {
    /// Field id.
    pub id: u64,
    /// Name in the API.
    pub api_name: String,
    /// Label that people see.
    pub label: String,
    /// Kind.
    pub kind: Kind,
    /// Where the value is kept.
    pub source: Source,
    /// Greatest length in characters (digits for numbers).
    pub length: u32,
    /// Digits after the point, for decimals.
    pub decimals: Option<u8>,
    /// Must be filled on insert and cannot be cleared.
    pub mandatory: bool,
    /// Sent values are ignored.
    pub read_only: bool,
    /// Made by an administrator or through the API.
    pub custom: bool,
    /// Unique constraint.
    pub unique: Option<Unique>,
    /// External-id mark.
    pub external: Option<External>,
    /// Values of a picklist.
    pub picks: Vec<Pick>,
    /// Module referred to by a lookup, or that holds the rows of a subform.
    pub target: Option<String>,
    /// What a computed field returns, e.g. `currency`.
    pub returns: Option<&'static str>,
    /// Value given on insert when nothing was sent.
    pub default: Option<super::Cell>,
    /// What profiles may do; a profile that is absent may read and write.
    pub permissions: BTreeMap<u64, Permission>,
    /// Whether people see the field at all.
    pub visible: bool,
    /// Tooltip name and text.
    pub tooltip: Option<(String, String)>,
    /// Creation, epoch seconds; none for fields that came with the organisation.
    pub created: Option<i64>,
}

impl Field {
    /// A standard, optional, writable field. The id is given when the field joins a module.
    #[must_use]
    pub fn new(api_name: &str, label: &str, kind: Kind) -> Self {
        let (length, decimals) = default_size(kind);
        Self {
            id: 0,
            api_name: api_name.to_owned(),
            label: label.to_owned(),
            kind,
            source: Source::Stored,
            length,
            decimals,
            mandatory: false,
            read_only: matches!(kind, Kind::Formula | Kind::AutoNumber),
            custom: false,
            unique: None,
            external: None,
            picks: Vec::new(),
            target: None,
            returns: None,
            default: None,
            permissions: BTreeMap::new(),
            visible: true,
            tooltip: None,
            created: None,
        }
    }

    /// Makes the field mandatory.
    #[must_use]
    pub fn mandatory(mut self) -> Self {
        self.mandatory = true;
        self
    }

    /// Makes the field read-only.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Sets the greatest length.
    #[must_use]
    pub fn length(mut self, length: u32) -> Self {
        self.length = length;
        self
    }

    /// Sets the digits after the point.
    #[must_use]
    pub fn decimals(mut self, decimals: u8) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// Sets the module that the field refers to.
    #[must_use]
    pub fn to(mut self, module: &str) -> Self {
        self.target = Some(module.to_owned());
        self
    }

    /// Sets the values of a picklist.
    #[must_use]
    pub fn picks(mut self, values: &[&str]) -> Self {
        self.picks = values
            .iter()
            .map(|v| Pick {
                id: 0,
                display: (*v).to_owned(),
                actual: (*v).to_owned(),
                forecast: None,
                probability: None,
            })
            .collect();
        self
    }

    /// Sets what a computed field returns.
    #[must_use]
    pub fn returns(mut self, kind: &'static str) -> Self {
        self.returns = Some(kind);
        self
    }

    /// Sets the value given on insert.
    #[must_use]
    pub fn default(mut self, cell: super::Cell) -> Self {
        self.default = Some(cell);
        self
    }

    /// Sets where the value is kept; everything but `Owner` is read-only then.
    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        self.source = source;
        self.read_only = source != Source::Owner;
        self
    }

    /// True when a profile may at least see the field.
    #[must_use]
    pub fn seen_by(&self, profile: u64) -> bool {
        self.permissions.get(&profile).is_none_or(|p| *p != Permission::Hidden)
    }
}

fn default_size(kind: Kind) -> (u32, Option<u8>) {
    match kind {
        Kind::TextArea => (32_000, None),
        Kind::Email => (100, None),
        Kind::Phone => (30, None),
        Kind::Website => (450, None),
        Kind::Integer => (9, None),
        Kind::BigInt => (18, None),
        Kind::Id => (20, None),
        Kind::Double | Kind::Currency | Kind::Discount => (16, Some(2)),
        Kind::Formula => (16, Some(2)),
        Kind::Percent => (5, Some(2)),
        Kind::Boolean => (5, None),
        Kind::Date => (20, None),
        Kind::DateTime | Kind::Lookup | Kind::UserLookup | Kind::OwnerLookup => (120, None),
        Kind::Picklist => (120, None),
        Kind::MultiPicklist | Kind::MultiTax | Kind::LineTax => (2000, None),
        Kind::Text | Kind::AutoNumber | Kind::Subform => (255, None),
    }
}

//! Settings of the simulated company: classes, numbering, base currency; and prospects that are not customers yet.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Meta, Party};

/// A customer class and the defaults that it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerClass {
    /// System members.
    pub meta: Meta,
    /// Class code.
    pub id: String,
    /// Description.
    pub description: String,
    /// Currency of new customers.
    pub currency: Option<String>,
    /// Terms of new customers.
    pub terms: Option<String>,
    /// Statement cycle of new customers.
    pub statement_cycle: Option<String>,
    /// Carrier of new customers.
    pub ship_via: Option<String>,
    /// Tax zone of new customers.
    pub tax_zone: Option<String>,
    /// Country of new customers.
    pub country: Option<String>,
    /// Write-off limit of new customers.
    pub write_off_limit: Decimal,
    /// Credit limit of new customers.
    pub credit_limit: Decimal,
    /// Credit check of new customers, a label.
    pub credit_rule: String,
    /// Attributes that must be filled.
    pub required_attributes: Vec<String>,
}

impl CustomerClass {
    /// The class `DEFAULT` of a dollar company.
    #[must_use]
    pub fn default_class(id: Uuid, now: Timestamp) -> Self {
        Self {
            meta: Meta::new(id, now),
            id: "DEFAULT".to_owned(),
            description: "Default customers".to_owned(),
            currency: Some("USD".to_owned()),
            terms: Some("NET30".to_owned()),
            statement_cycle: Some("DEFAULT".to_owned()),
            ship_via: Some("TRUCK".to_owned()),
            tax_zone: None,
            country: Some("US".to_owned()),
            write_off_limit: Decimal::new(30_0000, 4),
            credit_limit: Decimal::ZERO,
            credit_rule: "Disabled".to_owned(),
            required_attributes: Vec::new(),
        }
    }
}

/// An item class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemClass {
    /// System members.
    pub meta: Meta,
    /// Class code.
    pub id: String,
    /// Description.
    pub description: String,
    /// Whether its items are stock items.
    pub stock: bool,
    /// Base unit of new items.
    pub base_unit: String,
}

/// A business account that is not a customer: a prospect or a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// System members.
    pub meta: Meta,
    /// Number of the business account.
    pub number: i32,
    /// Code.
    pub key: String,
    /// Name.
    pub name: String,
    /// `Business Account`, `Vendor`.
    pub kind: String,
    /// Status label.
    pub status: String,
    /// Account class.
    pub class: Option<String>,
    /// Reference in another system.
    pub account_ref: Option<String>,
    /// Main contact and address.
    pub main: Party,
}

/// Settings of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Whether customer codes are numbered automatically; a code that was sent is then discarded.
    pub auto_number: bool,
    /// Prefix of numbered codes, such as `C`.
    pub prefix: String,
    /// Next number to give.
    pub next: u32,
    /// Greatest length of a code that is given by hand.
    pub key_length: usize,
    /// Class of customers that name none; `None` makes the class mandatory.
    pub default_class: Option<String>,
    /// Customer classes by folded code.
    pub classes: BTreeMap<String, CustomerClass>,
    /// Item classes by folded code.
    pub item_classes: BTreeMap<String, ItemClass>,
    /// Currencies that exist: code to decimals.
    pub currencies: BTreeMap<String, u8>,
    /// Zone of the server: every instant is shown with its offset at that instant.
    pub zone: TimeZone,
    /// Branch of the company.
    pub branch: String,
    /// Base currency.
    pub base_currency: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            auto_number: true,
            prefix: "C".to_owned(),
            next: 1,
            key_length: 10,
            default_class: Some("DEFAULT".to_owned()),
            classes: BTreeMap::new(),
            item_classes: BTreeMap::new(),
            currencies: [("CHF", 2), ("EUR", 2), ("GBP", 2), ("JPY", 0), ("USD", 2)]
                .into_iter()
                .map(|(code, decimals)| (code.to_owned(), decimals))
                .collect(),
            zone: TimeZone::UTC,
            branch: "MAIN".to_owned(),
            base_currency: "USD".to_owned(),
        }
    }
}

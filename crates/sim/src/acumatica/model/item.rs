//! An inventory item, stock (IN202500) or non-stock (IN202000): one table, so that a conversion keeps the row.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::Meta;

/// Stock of an item in a warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseLine {
    /// Warehouse code.
    pub warehouse: String,
    /// Quantity on hand.
    pub on_hand: Decimal,
    /// Whether it is the item's default warehouse.
    pub default: bool,
}

/// Another code of an item, such as a barcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossReference {
    /// Label of the kind: `Barcode`, `Global`, `Customer Part Number`, …
    pub kind: String,
    /// The other code.
    pub alternate: String,
    /// Remark.
    pub description: Option<String>,
}

/// A stored item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// System members.
    pub meta: Meta,
    /// The item's code as displayed (`InventoryID`).
    pub key: String,
    /// Whether it is a stock item.
    pub stock: bool,
    /// Description, may be blank.
    pub description: Option<String>,
    /// `Active`, `No Sales`, `No Purchases`, `No Request`, `Inactive`, `Marked for Deletion`.
    pub status: String,
    /// Item class.
    pub class: String,
    /// Item type label, such as `Finished Good` or `Service`.
    pub kind: String,
    /// Posting class.
    pub posting_class: String,
    /// Tax category.
    pub tax_category: String,
    /// Price class.
    pub price_class: Option<String>,
    /// Base unit.
    pub base_unit: String,
    /// Sales unit.
    pub sales_unit: String,
    /// Purchase unit.
    pub purchase_unit: String,
    /// Default price per base unit, six decimals shown (`DefaultPrice`).
    pub price: Decimal,
    /// Recommended price (`MSRP`).
    pub msrp: Decimal,
    /// Price per base currency of the company (`CurySpecificPrice`); `None`: as `price`.
    pub currency_price: Option<Decimal>,
    /// Standard cost.
    pub standard_cost: Decimal,
    /// Last cost.
    pub last_cost: Decimal,
    /// Weight per base unit.
    pub weight: Decimal,
    /// Volume per base unit.
    pub volume: Decimal,
    /// Whether it is a kit.
    pub kit: bool,
    /// Long description in HTML.
    pub content: Option<String>,
    /// Path of a picture.
    pub image_url: Option<String>,
    /// Template of a matrix item.
    pub template: Option<String>,
    /// Default warehouse.
    pub default_warehouse: Option<String>,
    /// Stock per warehouse.
    pub warehouses: Vec<WarehouseLine>,
    /// Other codes.
    pub cross_references: Vec<CrossReference>,
    /// Attribute values by attribute code.
    pub attributes: BTreeMap<String, String>,
    /// User-defined text fields, `View.Field` to value.
    pub user_fields: BTreeMap<String, String>,
}

impl Item {
    /// An active item without description and prices.
    #[must_use]
    pub fn new(id: Uuid, key: &str, stock: bool, now: Timestamp) -> Self {
        Self {
            meta: Meta::new(id, now),
            key: key.to_owned(),
            stock,
            description: None,
            status: "Active".to_owned(),
            class: if stock { "STOCKITEM" } else { "SERVICE" }.to_owned(),
            kind: if stock { "Finished Good" } else { "Service" }.to_owned(),
            posting_class: "DEFAULT".to_owned(),
            tax_category: "TAXABLE".to_owned(),
            price_class: None,
            base_unit: "EA".to_owned(),
            sales_unit: "EA".to_owned(),
            purchase_unit: "EA".to_owned(),
            price: Decimal::ZERO,
            msrp: Decimal::ZERO,
            currency_price: None,
            standard_cost: Decimal::ZERO,
            last_cost: Decimal::ZERO,
            weight: Decimal::ZERO,
            volume: Decimal::ZERO,
            kit: false,
            content: None,
            image_url: None,
            template: None,
            default_warehouse: None,
            warehouses: Vec::new(),
            cross_references: Vec::new(),
            attributes: BTreeMap::new(),
            user_fields: BTreeMap::new(),
        }
    }
}

//! Rows inside a document: lines, taxes, discounts, freight. Amounts are in the document's currency.

use rust_decimal::Decimal;
use uuid::Uuid;

/// A document line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line's `NoteID`.
    pub id: Uuid,
    /// Line number, unique in the document.
    pub number: i32,
    /// Item, if the line has one.
    pub item: Option<String>,
    /// Text of the line.
    pub description: Option<String>,
    /// Quantity.
    pub quantity: Decimal,
    /// Unit of measure.
    pub unit: Option<String>,
    /// Price per `unit`.
    pub unit_price: Decimal,
    /// Quantity times price, before the discount.
    pub extended: Decimal,
    /// Discount in percent.
    pub discount_percent: Decimal,
    /// Discount amount.
    pub discount: Decimal,
    /// `extended` less `discount`.
    pub amount: Decimal,
    /// Tax category.
    pub tax_category: Option<String>,
    /// Income account.
    pub account: String,
    /// Subaccount.
    pub subaccount: String,
    /// Branch.
    pub branch: String,
    /// Warehouse (order management only).
    pub warehouse: Option<String>,
    /// Sales order that the line came from: type, number, line.
    pub order: Option<(String, String, i32)>,
    /// Shipment that the line came from.
    pub shipment: Option<String>,
}

/// A tax of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// Row id.
    pub id: Uuid,
    /// Tax code.
    pub tax: String,
    /// Rate in percent.
    pub rate: Decimal,
    /// Amount that is taxed.
    pub taxable: Decimal,
    /// The tax.
    pub amount: Decimal,
}

/// A group or document discount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountLine {
    /// Row id.
    pub id: Uuid,
    /// `Document`, `Group` or `External`.
    pub kind: String,
    /// Discount code.
    pub code: Option<String>,
    /// Sequence of the code.
    pub sequence: Option<String>,
    /// Amount that the discount is counted on.
    pub discountable: Decimal,
    /// Discount in percent.
    pub percent: Decimal,
    /// The discount.
    pub amount: Decimal,
    /// Text.
    pub description: Option<String>,
}

/// Freight of one shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreightLine {
    /// Row id.
    pub id: Uuid,
    /// Shipment number.
    pub shipment: String,
    /// Freight charged.
    pub amount: Decimal,
}

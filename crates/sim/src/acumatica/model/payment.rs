//! A payment (AR302000) and its applications to documents.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{DocKey, Meta};

/// Payment types stored apart from documents. The order is that of the stored codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PayType {
    /// `PMT`
    Payment,
    /// `PPM`
    Prepayment,
    /// `REF`
    Refund,
    /// `RPM`
    VoidedPayment,
    /// `SMB`
    BalanceWriteOff,
}

impl PayType {
    /// All types in the order of their codes.
    pub const ALL: [Self; 5] =
        [Self::Payment, Self::Prepayment, Self::Refund, Self::VoidedPayment, Self::BalanceWriteOff];

    /// Label that the interface reads and writes.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Payment => "Payment",
            Self::Prepayment => "Prepayment",
            Self::Refund => "Refund",
            Self::VoidedPayment => "Voided Payment",
            Self::BalanceWriteOff => "Balance WO",
        }
    }

    /// The type with this label, compared without case.
    #[must_use]
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.label().eq_ignore_ascii_case(label.trim()))
    }
}

/// Key of a payment: type, then number in its folded form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayKey {
    /// Payment type.
    pub kind: PayType,
    /// Reference number, upper-cased.
    pub number: String,
}

impl PayKey {
    /// Key of the given type and number.
    #[must_use]
    pub fn new(kind: PayType, number: &str) -> Self {
        Self { kind, number: super::fold(number) }
    }
}

/// Part of a payment that settles a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Row id.
    pub id: Uuid,
    /// The document.
    pub document: DocKey,
    /// Amount in the document's currency.
    pub amount: Decimal,
    /// Balance of the document afterwards.
    pub balance: Decimal,
    /// Date of the application.
    pub date: Date,
    /// Whether it is posted: unreleased rows show under `DocumentsToApply`, released ones under
    /// `ApplicationHistory`.
    pub released: bool,
}

/// A stored payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// System members.
    pub meta: Meta,
    /// Type and number.
    pub key: PayKey,
    /// Status label.
    pub status: String,
    /// Whether it is posted.
    pub released: bool,
    /// Whether it is on hold.
    pub hold: bool,
    /// Customer code.
    pub customer: String,
    /// Currency code.
    pub currency: String,
    /// Application date.
    pub date: Date,
    /// Amount.
    pub amount: Decimal,
    /// What is not yet applied.
    pub balance: Decimal,
    /// Payment method.
    pub method: Option<String>,
    /// Reference of the payment.
    pub reference: Option<String>,
    /// Cash account.
    pub cash_account: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Branch.
    pub branch: String,
    /// What it settles.
    pub applications: Vec<Application>,
}

impl Payment {
    /// A balanced payment that settles nothing yet.
    #[must_use]
    pub fn new(
        id: Uuid,
        key: PayKey,
        customer: &str,
        currency: &str,
        amount: Decimal,
        date: Date,
        now: Timestamp,
    ) -> Self {
        Self {
            meta: Meta::new(id, now),
            key,
            status: "Balanced".to_owned(),
            released: false,
            hold: false,
            customer: customer.to_owned(),
            currency: currency.to_owned(),
            date,
            amount,
            balance: amount,
            method: Some("CHECK".to_owned()),
            reference: None,
            cash_account: Some("10200".to_owned()),
            description: None,
            branch: "MAIN".to_owned(),
            applications: Vec::new(),
        }
    }
}

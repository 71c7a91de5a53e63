//! A receivables document: the one stored row behind Invoice, SalesInvoice and CashSale.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{DiscountLine, FreightLine, Line, Meta, Party, TaxLine};

/// Document types. The order is that of the stored three-letter codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocType {
    /// `CRM`
    CreditMemo,
    /// `CSL`
    CashSale,
    /// `DRM`
    DebitMemo,
    /// `FCH`
    OverdueCharge,
    /// `INV`
    Invoice,
    /// `PPI`
    PrepaymentInvoice,
    /// `RCS`
    CashReturn,
    /// `SMC`
    CreditWriteOff,
}

impl DocType {
    /// All types in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::CreditMemo,
        Self::CashSale,
        Self::DebitMemo,
        Self::OverdueCharge,
        Self::Invoice,
        Self::PrepaymentInvoice,
        Self::CashReturn,
        Self::CreditWriteOff,
    ];

    /// Label that the interface reads and writes.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::CreditMemo => "Credit Memo",
            Self::CashSale => "Cash Sale",
            Self::DebitMemo => "Debit Memo",
            Self::OverdueCharge => "Overdue Charge",
            Self::Invoice => "Invoice",
            Self::PrepaymentInvoice => "Prepmt. Invoice",
            Self::CashReturn => "Cash Return",
            Self::CreditWriteOff => "Credit WO",
        }
    }

    /// The type with this label, compared without case.
    #[must_use]
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.label().eq_ignore_ascii_case(label.trim()))
    }

    /// Whether it is settled on the spot (form AR304000).
    #[must_use]
    pub const fn is_cash(self) -> bool {
        matches!(self, Self::CashSale | Self::CashReturn)
    }

    /// Sign of the document in a customer's balance: 1 or -1.
    #[must_use]
    pub const fn sign(self) -> i8 {
        match self {
            Self::CreditMemo | Self::CashReturn => -1,
            _ => 1,
        }
    }
}

/// Key of a document: type, then number in its folded form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocKey {
    /// Document type.
    pub kind: DocType,
    /// Reference number, upper-cased.
    pub number: String,
}

impl DocKey {
    /// Key of the given type and number.
    #[must_use]
    pub fn new(kind: DocType, number: &str) -> Self {
        Self { kind, number: super::fold(number) }
    }
}

/// Module in which a document was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Receivables.
    Ar,
    /// Order management.
    So,
    /// Employee expenses, billed to customers.
    Ep,
}

/// Whether a status label is one that only released documents have.
#[must_use]
pub fn released_status(status: &str) -> bool {
    matches!(status, "Open" | "Closed" | "Canceled" | "Reserved")
}

/// A stored document. Amounts are in `currency` and positive, whatever the type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// System members.
    pub meta: Meta,
    /// Type and number.
    pub key: DocKey,
    /// Where it was entered.
    pub origin: Origin,
    /// Status label.
    pub status: String,
    /// Whether it is posted.
    pub released: bool,
    /// Whether it is on hold.
    pub hold: bool,
    /// Whether it waits because of the customer's credit.
    pub credit_hold: bool,
    /// Customer code.
    pub customer: String,
    /// Code of the customer's location.
    pub location: String,
    /// Currency code.
    pub currency: String,
    /// Document date.
    pub date: Date,
    /// Due date; credit memos and cash sales have none.
    pub due_date: Option<Date>,
    /// Financial period, `MMyyyy`.
    pub period: Option<String>,
    /// Credit terms.
    pub terms: Option<String>,
    /// Order number of the customer.
    pub customer_order: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Project code, `X` for none.
    pub project: String,
    /// Branch.
    pub branch: String,
    /// Receivables account.
    pub ar_account: String,
    /// Tax zone.
    pub tax_zone: Option<String>,
    /// Total of the document.
    pub amount: Decimal,
    /// What is still open.
    pub balance: Decimal,
    /// Sum of the lines before document discounts.
    pub line_total: Decimal,
    /// Document and group discounts.
    pub discount_total: Decimal,
    /// Taxes.
    pub tax_total: Decimal,
    /// Freight.
    pub freight: Decimal,
    /// Discount for early payment.
    pub cash_discount: Decimal,
    /// Payments applied at entry.
    pub payment_total: Decimal,
    /// Number of the document that was split in instalments.
    pub master_ref: Option<String>,
    /// Which instalment it is, from 1.
    pub installment: Option<i16>,
    /// In how many instalments it was split.
    pub installments: Option<i16>,
    /// Batch in the general ledger.
    pub batch: Option<String>,
    /// Whether it was printed.
    pub printed: bool,
    /// Payment method (cash sales).
    pub payment_method: Option<String>,
    /// Reference of the payment (cash sales).
    pub payment_ref: Option<String>,
    /// Cash account (cash sales).
    pub cash_account: Option<String>,
    /// A reference in another system.
    pub external_ref: Option<String>,
    /// Bill-to particulars.
    pub bill_to: Party,
    /// Ship-to particulars.
    pub ship_to: Party,
    /// Whether the document was archived.
    pub archived: bool,
    /// Lines.
    pub lines: Vec<Line>,
    /// Taxes.
    pub taxes: Vec<TaxLine>,
    /// Discounts.
    pub discounts: Vec<DiscountLine>,
    /// Freight rows.
    pub freights: Vec<FreightLine>,
    /// User-defined text fields, `View.Field` to value.
    pub user_fields: BTreeMap<String, String>,
}

impl Document {
    /// An empty document on hold.
    #[must_use]
    pub fn new(
        id: Uuid,
        key: DocKey,
        origin: Origin,
        customer: &str,
        currency: &str,
        date: Date,
        now: Timestamp,
    ) -> Self {
        Self {
            meta: Meta::new(id, now),
            key,
            origin,
            status: "On Hold".to_owned(),
            released: false,
            hold: true,
            credit_hold: false,
            customer: customer.to_owned(),
            location: "MAIN".to_owned(),
            currency: currency.to_owned(),
            date,
            due_date: None,
            period: Some(format!("{:02}{:04}", date.month(), date.year())),
            terms: None,
            customer_order: None,
            description: None,
            project: "X".to_owned(),
            branch: "MAIN".to_owned(),
            ar_account: "11000".to_owned(),
            tax_zone: None,
            amount: Decimal::ZERO,
            balance: Decimal::ZERO,
            line_total: Decimal::ZERO,
            discount_total: Decimal::ZERO,
            tax_total: Decimal::ZERO,
            freight: Decimal::ZERO,
            cash_discount: Decimal::ZERO,
            payment_total: Decimal::ZERO,
            master_ref: None,
            installment: None,
            installments: None,
            batch: None,
            printed: false,
            payment_method: None,
            payment_ref: None,
            cash_account: None,
            external_ref: None,
            bill_to: Party::default(),
            ship_to: Party::default(),
            archived: false,
            lines: Vec::new(),
            taxes: Vec::new(),
            discounts: Vec::new(),
            freights: Vec::new(),
            user_fields: BTreeMap::new(),
        }
    }

    /// Recomputes the totals from the rows: lines less document discounts plus freight plus tax. An unreleased
    /// document's balance follows the amount.
    pub fn total(&mut self) {
        self.line_total = self.lines.iter().map(|l| l.amount).sum();
        self.discount_total = self.discounts.iter().map(|d| d.amount).sum();
        self.tax_total = self.taxes.iter().map(|t| t.amount).sum();
        if !self.freights.is_empty() {
            self.freight = self.freights.iter().map(|f| f.amount).sum();
        }
        self.amount = self.line_total - self.discount_total + self.freight + self.tax_total;
        if !self.released {
            self.balance = self.amount;
        }
    }

    /// Whether the Invoice form (AR301000) shows it.
    #[must_use]
    pub fn on_invoice_form(&self) -> bool {
        !self.key.kind.is_cash() && (self.origin != Origin::So || self.released)
    }

    /// Whether the sales invoice form (SO303000) shows it.
    #[must_use]
    pub fn on_sales_form(&self) -> bool {
        self.origin == Origin::So
    }

    /// Whether the cash sales form (AR304000) shows it.
    #[must_use]
    pub fn on_cash_form(&self) -> bool {
        self.key.kind.is_cash() && (self.origin != Origin::So || self.released)
    }
}

//! Which kinds of documents there are, in which order they come: a cycle of fifty, so that every kind exists also in a
//! small company and the shares hold in a large one (8 of 50 not posted, 4 of 50 an instalment sale with its parts).

use crate::acumatica::model::DocType;

/// One kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A posted invoice from order management or receivables.
    Invoice,
    /// A posted invoice entered in receivables without order: an opening balance.
    ReceivablesOnly,
    /// A posted credit memo.
    CreditMemo,
    /// A posted credit memo with the number of the invoice before it.
    CreditMemoSameNumber,
    /// A credit memo that was posted and put on hold.
    ReservedCreditMemo,
    /// A posted debit memo.
    DebitMemo,
    /// A posted debit memo with the number of the invoice before it.
    DebitMemoSameNumber,
    /// An overdue charge.
    Charge,
    /// A cash sale.
    CashSale,
    /// A cash return.
    CashReturn,
    /// A posted invoice that was cancelled.
    Canceled,
    /// A posted invoice over nothing.
    Free,
    /// An invoice split in three instalments: four documents.
    Instalments,
    /// Not posted, or of a type that is no bill, by turns in the order of [`BEHIND`].
    Behind,
}

/// Documents that must not travel: type, status, whether posted, whether from order management.
pub(super) const BEHIND: [(DocType, &str, bool, bool); 18] = [
    (DocType::Invoice, "On Hold", false, true),
    (DocType::Invoice, "Balanced", false, false),
    (DocType::Invoice, "Pending Print", false, true),
    (DocType::Invoice, "Pending Email", false, true),
    (DocType::Invoice, "Pending Approval", false, false),
    (DocType::Invoice, "Rejected", false, false),
    (DocType::Invoice, "Credit Hold", false, true),
    (DocType::CreditMemo, "On Hold", false, false),
    (DocType::CreditMemo, "Balanced", false, true),
    (DocType::DebitMemo, "Balanced", false, false),
    (DocType::CashSale, "Balanced", false, false),
    (DocType::Invoice, "Pending Processing", false, true),
    (DocType::Invoice, "Scheduled", false, false),
    (DocType::Invoice, "Voided", false, false),
    (DocType::Invoice, "On Hold", false, false),
    (DocType::Invoice, "Balanced", false, true),
    (DocType::CreditWriteOff, "Open", true, false),
    (DocType::PrepaymentInvoice, "Open", true, false),
];

use Shape::{
    Behind, Canceled, CashReturn, CashSale, Charge, CreditMemo, CreditMemoSameNumber, DebitMemo, DebitMemoSameNumber,
    Free, Instalments, Invoice, ReceivablesOnly, ReservedCreditMemo,
};

/// The cycle: 47 entries, 50 documents.
pub(super) const PLAN: [Shape; 47] = [
    Invoice,
    Invoice,
    CreditMemoSameNumber,
    Behind,
    Invoice,
    Invoice,
    CashSale,
    Invoice,
    Behind,
    Instalments,
    Invoice,
    ReceivablesOnly,
    Invoice,
    Canceled,
    Behind,
    Invoice,
    CreditMemo,
    Invoice,
    Invoice,
    Behind,
    Invoice,
    DebitMemo,
    Invoice,
    Invoice,
    Behind,
    Invoice,
    ReservedCreditMemo,
    Invoice,
    CashReturn,
    Invoice,
    Behind,
    Invoice,
    Invoice,
    Charge,
    Invoice,
    Behind,
    Invoice,
    DebitMemoSameNumber,
    Invoice,
    Free,
    Invoice,
    Behind,
    Invoice,
    CreditMemo,
    Invoice,
    Invoice,
    ReceivablesOnly,
];

impl Shape {
    /// The document type.
    pub(super) fn kind(self) -> DocType {
        match self {
            CreditMemo | CreditMemoSameNumber | ReservedCreditMemo => DocType::CreditMemo,
            DebitMemo | DebitMemoSameNumber => DocType::DebitMemo,
            Charge => DocType::OverdueCharge,
            CashSale => DocType::CashSale,
            CashReturn => DocType::CashReturn,
            Invoice | ReceivablesOnly | Canceled | Free | Instalments | Behind => DocType::Invoice,
        }
    }

    /// Whether it takes the number of the invoice before it.
    pub(super) fn shares_number(self) -> bool {
        matches!(self, CreditMemoSameNumber | DebitMemoSameNumber)
    }
}

//! Payment (AR302000): payments, and the credit memos that the same form shows.
//!
//! Owns the tables of fields of the form and of its applications. Rows are payments, and documents that pay others.

use super::field::{Field, NO_ROWS, Node, at, dec, flag, get, guid, int, rows, text, visit};
use super::{PayRow, Rec};
use crate::acumatica::model::{PayType, Payment};
use crate::acumatica::value;
use crate::acumatica::value::{Val, money, opt, time};
use crate::acumatica::version::Version::{V20, V22, V23};
use rust_decimal::Decimal;

fn pay<'a>(row: PayRow<'a>, get: impl FnOnce(&'a Payment) -> Val<'a>) -> Val<'a> {
    match row {
        PayRow::Payment(p) => get(p),
        PayRow::Memo(_) => Val::Null,
    }
}

/// A payment type as a value: label and stored code.
fn kind(row: PayRow<'_>) -> Val<'static> {
    let kind = match row {
        PayRow::Payment(p) => p.key.kind,
        PayRow::Memo(d) => return super::document::doc_type(d.key.kind),
    };
    Val::Type { label: kind.label(), code: code(kind) }
}

/// The stored code of a payment type.
pub(super) const fn code(kind: PayType) -> &'static str {
    match kind {
        PayType::Payment => "PMT",
        PayType::Prepayment => "PPM",
        PayType::Refund => "REF",
        PayType::VoidedPayment => "RPM",
        PayType::BalanceWriteOff => "SMB",
    }
}

macro_rules! both {
    ($name:ident, $result:ty, $row:ident => $value:expr) => {
        fn $name(row: PayRow<'_>) -> $result {
            match row {
                PayRow::Payment($row) => $value,
                PayRow::Memo($row) => $value,
            }
        }
    };
}
both!(date, jiff::civil::Date, x => x.date);
both!(branch, Val<'_>, x => value::text(&x.branch));
both!(currency, Val<'_>, x => value::text(&x.currency));
both!(customer, Val<'_>, x => value::text(&x.customer));
both!(description, Val<'_>, x => opt(&x.description));
both!(hold, Val<'_>, x => Val::Bool(x.hold));
both!(modified, Val<'_>, x => time(x.meta.modified));
both!(id, Val<'_>, x => Val::Guid(x.meta.id));
both!(number, Val<'_>, x => value::text(&x.key.number));
both!(status, Val<'_>, x => value::text(&x.status));

fn history<'a>(row: PayRow<'a>, released: bool) -> impl Iterator<Item = Rec<'a>> {
    let payment = match row {
        PayRow::Payment(p) => Some(p),
        PayRow::Memo(_) => None,
    };
    payment.into_iter().flat_map(move |p| {
        p.applications.iter().filter(move |a| a.released == released).map(move |a| Rec::Application(p, a))
    })
}

pub(super) static PAYMENT: Node = Node { name: "Payment", fields: PAYMENT_FIELDS };

#[rustfmt::skip]
static PAYMENT_FIELDS: &[Field] = &[
    at("ApplicationDate", V20, "Document.AdjDate", get!(Payment p => Val::Day(date(p)))),
    rows("ApplicationHistory", V20, &HISTORY, visit!(Payment p => history(p, true))),
    dec("AppliedToDocuments", V20, "Document.CuryApplAmt", get!(Payment p => money(p.amount() - p.balance()))),
    dec("AppliedToOrders", V22, "Document.CurySOApplAmt", get!(= money(Decimal::ZERO))),
    dec("AvailableBalance", V22, "Document.CuryUnappliedBal", get!(Payment p => money(p.balance()))),
    text("Branch", V20, "CurrentDocument.BranchID", get!(Payment p => branch(p))),
    text("BranchID", V22, "CurrentDocument.BranchID", get!(Payment p => branch(p))),
    int("CardAccountNbr", V20, "Document.PMInstanceID", get!(null)),
    text("CashAccount", V20, "Document.CashAccountID", get!(Payment p => pay(p, |x| opt(&x.cash_account)))),
    rows("Charges", V23, &Node { name: "PaymentCharge", fields: &[] }, NO_ROWS),
    rows("CreditCardProcessingInfo", V20, &Node { name: "CreditCardProcessingDetail", fields: &[] }, NO_ROWS),
    rows("CreditCardTransactionInfo", V20, &Node { name: "CreditCardTransactionDetail", fields: &[] }, NO_ROWS),
    text("CurrencyID", V20, "Document.CuryID", get!(Payment p => currency(p))),
    text("CustomerID", V20, "Document.CustomerID", get!(Payment p => customer(p))),
    text("CustomerLocationID", V22, "Document.CustomerLocationID", get!(= Val::Text("MAIN"))),
    text("Description", V20, "Document.DocDesc", get!(Payment p => description(p))),
    rows("DocumentsToApply", V20, &TO_APPLY, visit!(Payment p => history(p, false))),
    text("ExternalRef", V22, "Document.ExternalRef", get!(null)),
    flag("Hold", V20, "Document.Hold", get!(Payment p => hold(p))),
    flag("IsCCPayment", V23, "Document.IsCCPayment", get!(= Val::Bool(false))),
    flag("IsNewCard", V22, "Document.NewCard", get!(= Val::Bool(false))),
    at("LastModifiedDateTime", V20, "Document.lastModifiedDateTime", get!(Payment p => modified(p))),
    guid("NoteID", V22, "Document.NoteID", get!(Payment p => id(p))),
    rows("OrdersToApply", V20, &Node { name: "PaymentOrderDetail", fields: &[] }, NO_ROWS),
    text("OrigTransaction", V22, "Document.RefTranExtNbr", get!(null)),
    dec("PaymentAmount", V20, "Document.CuryOrigDocAmt", get!(Payment p => money(p.amount()))),
    text("PaymentMethod", V20, "Document.PaymentMethodID", get!(Payment p => pay(p, |x| opt(&x.method)))),
    text("PaymentRef", V20, "Document.ExtRefNbr", get!(Payment p => pay(p, |x| opt(&x.reference)))),
    text("ProcessingCenterID", V20, "Document.ProcessingCenterID", get!(null)),
    text("ReferenceNbr", V20, "Document.RefNbr", get!(Payment p => number(p))),
    flag("SaveCard", V20, "Document.SaveCard", get!(= Val::Bool(false))),
    text("Status", V20, "Document.Status", get!(Payment p => status(p))),
    text("Type", V20, "Document.DocType", get!(Payment p => kind(p))),
];

pub(super) static HISTORY: Node = Node { name: "PaymentApplicationHistoryDetail", fields: HISTORY_FIELDS };

#[rustfmt::skip]
static HISTORY_FIELDS: &[Field] = &[
    text("AdjustedDocType", V20, "ARPost.SourceDocType", get!(Application (_, a) => super::document::doc_type(a.document.kind))),
    text("AdjustedRefNbr", V20, "ARPost.SourceRefNbr", get!(Application (_, a) => value::text(&a.document.number))),
    text("AdjustingDocType", V20, "ARPost.SourceDocType", get!(Application (p, _) => kind(PayRow::Payment(p)))),
    text("AdjustingRefNbr", V20, "ARPost.ARAdjust2__AdjgRefNbr", get!(Application (p, _) => value::text(&p.key.number))),
    int("AdjustmentNbr", V20, "ARPost.ID", get!(= Val::Int(0))),
    flag("AdjustsVAT", V20, "ARPost.ARAdjust2__PendingPPD", get!(= Val::Bool(false))),
    dec("AmountPaid", V20, "ARPost.CuryAmt", get!(Application (_, a) => money(a.amount))),
    text("ApplicationPeriod", V20, "ARPost.ARRegisterAlias__FinPeriodID", get!(null)),
    dec("Balance", V20, "ARPost.CuryBalanceAmt", get!(Application (_, a) => money(a.balance))),
    dec("BalanceWriteOff", V20, "ARPost.CuryWOAmt", get!(= money(Decimal::ZERO))),
    text("BatchNbr", V20, "ARPost.BatchNbr", get!(null)),
    dec("CashDiscountBalance", V20, "ARPost.CuryDiscBalanceAmt", get!(= money(Decimal::ZERO))),
    at("CashDiscountDate", V20, "ARPost.ARInvoice__DiscDate", get!(null)),
    dec("CashDiscountTaken", V20, "ARPost.CuryDiscAmt", get!(= money(Decimal::ZERO))),
    text("CurrencyID", V20, "ARPost.ARRegisterAlias__CuryID", get!(Application (p, _) => value::text(&p.currency))),
    text("Customer", V20, "ARPost.ARRegisterAlias__CustomerID", get!(Application (p, _) => value::text(&p.customer))),
    text("CustomerOrder", V20, "ARPost.ARInvoice__InvoiceNbr", get!(null)),
    at("Date", V20, "ARPost.ARRegisterAlias__DocDate", get!(Application (_, a) => Val::Day(a.date))),
    text("Description", V20, "ARPost.ARRegisterAlias__DocDesc", get!(null)),
    text("DisplayDocType", V20, "ARPost.SourceDocType", get!(Application (_, a) => super::document::doc_type(a.document.kind))),
    text("DisplayRefNbr", V20, "ARPost.SourceRefNbr", get!(Application (_, a) => value::text(&a.document.number))),
    at("DueDate", V20, "ARPost.ARRegisterAlias__DueDate", get!(null)),
    text("PostPeriod", V20, "ARPost.ARRegisterAlias__FinPeriodID", get!(null)),
    text("VATCreditMemo", V20, "ARPost.ARAdjust2__PPDVATAdjRefNbr", get!(null)),
];

pub(super) static TO_APPLY: Node = Node { name: "PaymentDetail", fields: TO_APPLY_FIELDS };

#[rustfmt::skip]
static TO_APPLY_FIELDS: &[Field] = &[
    dec("AmountPaid", V20, "Adjustments.CuryAdjgAmt", get!(Application (_, a) => money(a.amount))),
    dec("BalanceWriteOff", V20, "Adjustments.CuryAdjgWOAmt", get!(= money(Decimal::ZERO))),
    dec("CashDiscountTaken", V20, "Adjustments.CuryAdjgPPDAmt", get!(= money(Decimal::ZERO))),
    text("CustomerOrder", V20, "Adjustments.ARInvoice__InvoiceNbr", get!(null)),
    text("Description", V20, "Adjustments.ARInvoice__DocDesc", get!(null)),
    int("DocLineNbr", V20, "Adjustments.AdjdLineNbr", get!(null)),
    text("DocType", V20, "Adjustments.AdjdDocType", get!(Application (_, a) => super::document::doc_type(a.document.kind))),
    text("ReferenceNbr", V20, "Adjustments.AdjdRefNbr", get!(Application (_, a) => value::text(&a.document.number))),
    text("WriteOffReasonCode", V20, "Adjustments.WriteOffReasonCode", get!(null)),
];

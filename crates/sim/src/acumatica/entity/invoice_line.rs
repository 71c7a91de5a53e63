//! Lines of Invoice and of CashSale.
//!
//! Owns the tables of fields of both kinds of line. Rows are the lines of a document in the books.

use super::field::{Feature, Field, Node, at, dec, flag, get, int, text};
use crate::acumatica::value;
use crate::acumatica::value::{Val, fine, money, opt, time};
use crate::acumatica::version::Version::{V20, V22};

pub(super) static INVOICE_LINE: Node = Node { name: "InvoiceDetail", fields: INVOICE_LINE_FIELDS };

#[rustfmt::skip]
static INVOICE_LINE_FIELDS: &[Field] = &[
    text("Account", V20, "Transactions.AccountID", get!(Line (_, l) => value::text(&l.account))),
    dec("Amount", V20, "Transactions.CuryTranAmt", get!(Line (_, l) => money(l.amount))),
    text("Branch", V20, "Transactions.BranchID", get!(Line (_, l) => value::text(&l.branch))),
    flag("CalculateDiscountsOnImport", V20, "Transactions.CalculateDiscountsOnImport", get!(null)),
    text("CostCode", V20, "Transactions.CostCodeID", get!(null)),
    dec("DiscountAmount", V20, "Transactions.CuryDiscAmt", get!(Line (_, l) => money(l.discount))),
    dec("ExtendedPrice", V20, "Transactions.CuryExtPrice", get!(Line (_, l) => money(l.extended))),
    text("InventoryID", V20, "Transactions.InventoryID", get!(Line (_, l) => opt(&l.item))),
    at("LastModifiedDateTime", V20, "Transactions.LastModifiedDateTime", get!(Line (d, _) => time(d.meta.modified))),
    int("LineNbr", V20, "Transactions.LineNbr", get!(Line (_, l) => Val::Int(l.number.into()))),
    text("ProjectTask", V20, "Transactions.TaskID", get!(null)),
    dec("Qty", V20, "Transactions.Qty", get!(Line (_, l) => fine(l.quantity))),
    text("Subaccount", V20, "Transactions.SubID", get!(Line (_, l) => value::text(&l.subaccount))),
    text("Subitem", V20, "Transactions.SubItemID", get!(null)).with(Feature::Subitems),
    text("TaxCategory", V22, "Transactions.TaxCategoryID", get!(Line (_, l) => opt(&l.tax_category))),
    text("TransactionDescription", V20, "Transactions.TranDesc", get!(Line (_, l) => opt(&l.description))),
    dec("UnitPrice", V20, "Transactions.CuryUnitPrice", get!(Line (_, l) => fine(l.unit_price))),
    text("UOM", V20, "Transactions.UOM", get!(Line (_, l) => opt(&l.unit))),
];

pub(super) static CASH_SALE_LINE: Node = Node { name: "CashSaleDetail", fields: CASH_SALE_LINE_FIELDS };

#[rustfmt::skip]
static CASH_SALE_LINE_FIELDS: &[Field] = &[
    text("Account", V20, "Transactions.AccountID", get!(Line (_, l) => value::text(&l.account))),
    dec("Amount", V20, "Transactions.CuryTranAmt", get!(Line (_, l) => money(l.amount))),
    text("Branch", V20, "Transactions.BranchID", get!(Line (_, l) => value::text(&l.branch))),
    text("CostCode", V20, "Transactions.CostCodeID", get!(null)),
    dec("ExtendedPrice", V20, "Transactions.CuryExtPrice", get!(Line (_, l) => money(l.extended))),
    text("InventoryID", V20, "Transactions.InventoryID", get!(Line (_, l) => opt(&l.item))),
    text("ProjectTask", V20, "Transactions.TaskID", get!(null)),
    dec("Qty", V20, "Transactions.Qty", get!(Line (_, l) => fine(l.quantity))),
    text("Subaccount", V20, "Transactions.SubID", get!(Line (_, l) => value::text(&l.subaccount))),
    text("TaxCategory", V20, "Transactions.TaxCategoryID", get!(Line (_, l) => opt(&l.tax_category))),
    text("TransactionDescription", V20, "Transactions.TranDesc", get!(Line (_, l) => opt(&l.description))),
    dec("UnitPrice", V20, "Transactions.CuryUnitPrice", get!(Line (_, l) => fine(l.unit_price))),
];

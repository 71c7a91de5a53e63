//! Inventory documents: invoices, quotes and orders with their line rows.
//!
//! Owns: their fields and the positions that the invoice arithmetic needs. Must not: compute.

use super::fields::{address, computed, lookup, money, of, picks, system, text};
use super::join;
use crate::zoho::model::{Cell, Field, FieldNo, Kind, Module, ModuleMeta, Org, Source};

/// Positions of the fields that the arithmetic of an inventory document reads and writes.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "every member is the position of the field of that name")]
pub struct LinePlan {
    pub subform: FieldNo,
    /// Position of the row module in the organisation.
    pub rows: usize,
    pub product: FieldNo,
    pub quantity: FieldNo,
    pub list_price: FieldNo,
    pub row_discount: FieldNo,
    pub total: FieldNo,
    pub after_discount: FieldNo,
    pub line_tax: FieldNo,
    pub row_tax: FieldNo,
    pub net_total: FieldNo,
    pub sub_total: FieldNo,
    pub discount: FieldNo,
    pub tax: FieldNo,
    pub adjustment: FieldNo,
    pub grand_total: FieldNo,
    /// The auto-number field, where the document has one.
    pub number: Option<FieldNo>,
    pub currency: Option<FieldNo>,
    pub exchange_rate: Option<FieldNo>,
}

/// Names of one kind of document.
pub(super) struct Document {
    pub(super) api: &'static str,
    pub(super) singular: &'static str,
    pub(super) plural: &'static str,
    pub(super) subform: &'static str,
    pub(super) rows_module: &'static str,
    pub(super) rows_label: &'static str,
    /// The party that must be filled.
    pub(super) party: (&'static str, &'static str, &'static str),
    pub(super) sequence: u32,
}

/// Adds one kind of document and its row module.
pub(super) fn add(org: &mut Org, document: &Document, own: Vec<Field>) {
    let available = org.edition().has_inventory();
    let mut fields = vec![text("Subject", "Subject", 120).mandatory()];
    fields.extend(own);
    let (party, label, module) = document.party;
    fields.push(lookup(party, label, module).mandatory());
    fields.push(of(document.subform, document.rows_label, Kind::Subform).to(document.subform).mandatory());
    fields.extend([
        computed("Sub_Total", "Sub Total"),
        of("Discount", "Discount", Kind::Currency).default(Cell::Number(0.into())),
        computed("Tax", "Tax"),
        of("Adjustment", "Adjustment", Kind::Currency).default(Cell::Number(0.into())),
        computed("Grand_Total", "Grand Total"),
    ]);
    fields.extend(money(org));
    fields.extend(address(org, "Billing", "Code"));
    fields.extend(address(org, "Shipping", "Code"));
    fields.push(of("Terms_and_Conditions", "Terms and Conditions", Kind::TextArea));
    fields.push(of("Description", "Description", Kind::TextArea));
    fields.extend(system(&format!("{} Owner", document.singular)));
    let meta = ModuleMeta {
        id: 0,
        api_name: document.api.to_owned(),
        module_name: document.api.replace('_', ""),
        singular: document.singular.to_owned(),
        plural: document.plural.to_owned(),
        generated: "default",
        available,
        hidden: false,
        sequence: document.sequence,
        parent: None,
        display: 0,
        duplicate: None,
    };
    let at = join(org, meta, fields, Some("Subject"), "Subject");
    let subform = org.module_at(at).field_no(document.subform).unwrap_or(0);
    let row_meta = ModuleMeta {
        id: 0,
        api_name: document.subform.to_owned(),
        module_name: document.rows_module.to_owned(),
        singular: document.rows_label.to_owned(),
        plural: document.rows_label.to_owned(),
        generated: "subform",
        available,
        hidden: false,
        sequence: document.sequence + 50,
        parent: Some((document.api.to_owned(), subform)),
        display: 0,
        duplicate: None,
    };
    let rows = join(org, row_meta, row_fields(document.api), None, "Product_Name");
    let plan = plan(org.module_at(at), org.module_at(rows), rows, subform);
    org.module_at_mut(at).lines = plan;
}

fn row_fields(parent: &str) -> Vec<Field> {
    vec![
        lookup("Product_Name", "Product Name", "Products").mandatory(),
        of("Quantity", "Quantity", Kind::Double).decimals(9).default(Cell::Number(1.into())),
        of("List_Price", "List Price", Kind::Currency),
        computed("Total", "Amount"),
        of("Discount", "Discount", Kind::Discount).default(Cell::Number(0.into())),
        computed("Total_After_Discount", "Total After Discount"),
        of("Line_Tax", "Line Tax", Kind::LineTax),
        computed("Tax", "Tax"),
        computed("Net_Total", "Total"),
        of("Description", "Description", Kind::TextArea).length(32_000),
        lookup("Price_Book_Name", "Price Book Name", "Price_Books"),
        of("Sequence_Number", "S.NO", Kind::Integer).source(Source::Sequence),
        lookup("Parent_Id", "Parent Id", parent).source(Source::Parent),
        of("id", "Record Id", Kind::Id).source(Source::Id),
        of("Created_Time", "Created Time", Kind::DateTime).source(Source::CreatedTime),
        of("Modified_Time", "Modified Time", Kind::DateTime).source(Source::ModifiedTime),
    ]
}

fn plan(document: &Module, row: &Module, rows: usize, subform: FieldNo) -> Option<LinePlan> {
    Some(LinePlan {
        subform,
        rows,
        product: row.field_no("Product_Name")?,
        quantity: row.field_no("Quantity")?,
        list_price: row.field_no("List_Price")?,
        row_discount: row.field_no("Discount")?,
        total: row.field_no("Total")?,
        after_discount: row.field_no("Total_After_Discount")?,
        line_tax: row.field_no("Line_Tax")?,
        row_tax: row.field_no("Tax")?,
        net_total: row.field_no("Net_Total")?,
        sub_total: document.field_no("Sub_Total")?,
        discount: document.field_no("Discount")?,
        tax: document.field_no("Tax")?,
        adjustment: document.field_no("Adjustment")?,
        grand_total: document.field_no("Grand_Total")?,
        number: document.live_fields().find(|(_, field)| field.kind == Kind::AutoNumber).map(|(no, _)| no),
        currency: document.field_no("Currency"),
        exchange_rate: document.field_no("Exchange_Rate"),
    })
}

/// Status, number and dates of an invoice.
pub(super) fn invoice_fields() -> Vec<Field> {
    vec![
        of("Invoice_Number", "Invoice Number", Kind::AutoNumber).length(20),
        of("Invoice_Date", "Invoice Date", Kind::Date),
        of("Due_Date", "Due Date", Kind::Date),
        picks("Status", "Status", &["Created", "Approved", "Delivered", "Cancelled"])
            .default(Cell::Text("Created".into())),
        lookup("Contact_Name", "Contact Name", "Contacts"),
        lookup("Deal_Name__s", "Deal Name", "Deals"),
        lookup("Sales_Order", "Sales Order", "Sales_Orders"),
        text("Purchase_Order", "Purchase Order", 100),
        of("Excise_Duty", "Excise Duty", Kind::Currency),
        of("Sales_Commission", "Sales Commission", Kind::Currency),
    ]
}

//! The list of entities: names, keys, where their rows come from, and the form columns that `$custom` offers.
//!
//! Owns which name in an address is which table of fields and which rows of the books. Must not render or change rows.

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Cx, Get, Node, PayRow, Rec, account, cash_sale, class, contact, customer, document, invoice};
use super::{non_stock_item, payment, sales_invoice, stock_item};
use crate::acumatica::model::{DocKey, DocType, PayKey, PayType, fold};
use crate::acumatica::value::{self, Kind, Val, money, opt, time};
use crate::acumatica::version::Version;

/// Which rows an entity shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Customers.
    Customers,
    /// Customers and prospects.
    Accounts,
    /// Persons.
    Contacts,
    /// Stock items.
    Stock,
    /// Non-stock items.
    NonStock,
    /// Documents on AR301000.
    Invoices,
    /// Documents on SO303000.
    SalesInvoices,
    /// Documents on AR304000.
    CashSales,
    /// Payments and credit memos.
    Payments,
    /// Customer classes.
    Classes,
    /// Item classes.
    ItemClasses,
    /// Currencies.
    Currencies,
    /// An inquiry: answers only to `PUT`, with one row.
    Inquiry,
}

/// A column of the form that the contract lacks.
#[derive(Clone, Copy)]
pub struct CustomColumn {
    /// `View.Column`.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Reads it.
    pub get: Get,
}

/// An entity.
pub struct Entity {
    /// Exact name.
    pub name: &'static str,
    /// First endpoint version that has it.
    pub since: Version,
    /// Fields.
    pub node: &'static Node,
    /// Key fields, in the order of the address.
    pub keys: &'static [&'static str],
    /// Rows.
    pub source: Source,
    /// Graph and primary view, as they stand in file addresses.
    pub files: &'static str,
    /// Columns for `$custom`.
    pub custom: &'static [CustomColumn],
}

macro_rules! column {
    ($name:literal, $kind:ident, $rec:ident $row:pat => $value:expr) => {
        CustomColumn {
            name: $name,
            kind: Kind::$kind,
            get: |_, rec| match rec {
                Rec::$rec($row) => $value,
                _ => Val::Null,
            },
        }
    };
}

static DOCUMENT_COLUMNS: &[CustomColumn] = &[
    column!("Document.CuryID", Text, Document d => value::text(&d.currency)),
    column!("Document.Released", Bool, Document d => Val::Bool(d.released)),
    column!("Document.MasterRefNbr", Text, Document d => opt(&d.master_ref)),
    column!("Document.InstallmentNbr", Short, Document d => d.installment.map_or(Val::Null, |n| Val::Int(n.into()))),
    column!("Document.InstallmentCntr", Short, Document d => d.installments.map_or(Val::Int(0), |n| Val::Int(n.into()))),
    column!("Document.LastModifiedDateTime", Time, Document d => time(d.meta.modified)),
    column!("Document.CreatedDateTime", Time, Document d => time(d.meta.created)),
    column!("Document.TermsID", Text, Document d => opt(&d.terms)),
    column!("Document.CuryLineTotal", Dec, Document d => money(d.line_total)),
    column!("Document.CuryDiscTot", Dec, Document d => money(d.discount_total)),
    column!("Document.CuryBalanceWOTotal", Dec, Document _d => money(Decimal::ZERO)),
    column!("Document.DiscDate", Time, Document d => value::day(d.due_date)),
    column!("CurrentDocument.TaxZoneID", Text, Document d => opt(&d.tax_zone)),
    column!("CurrentDocument.BatchNbr", Text, Document d => opt(&d.batch)),
    column!("CurrentDocument.DontPrint", Bool, Document d => Val::Bool(d.printed)),
];

static PAYMENT_COLUMNS: &[CustomColumn] = &[
    column!("Document.CuryDocBal", Dec, Payment p => money(p.balance())),
    column!("Document.Released", Bool, Payment p => Val::Bool(match p {
        PayRow::Payment(p) => p.released,
        PayRow::Memo(d) => d.released,
    })),
];

static CUSTOMER_COLUMNS: &[CustomColumn] = &[
    CustomColumn {
        name: "CustomerBalance.Balance",
        kind: Kind::Dec,
        get: |cx, rec| match rec {
            Rec::Customer(c) => money(account::open_balance(cx.books, &c.key)),
            _ => Val::Null,
        },
    },
    column!("BAccount.NoteID", Guid, Customer c => Val::Guid(c.meta.id)),
    column!("CurrentCustomer.CreditLimit", Dec, Customer c => money(c.credit_limit)),
];

static ITEM_COLUMNS: &[CustomColumn] = &[
    column!("Item.NoteID", Guid, Item i => Val::Guid(i.meta.id)),
    column!("Item.CreatedDateTime", Time, Item i => time(i.meta.created)),
    column!("Item.DescrTranslations", Text, Item i => {
        i.description.as_ref().map_or(Val::Null, |d| Val::Made(format!("[{{en:{d}}}]")))
    }),
];

const fn entity(
    name: &'static str,
    node: &'static Node,
    keys: &'static [&'static str],
    source: Source,
    files: &'static str,
    custom: &'static [CustomColumn],
) -> Entity {
    Entity { name, since: Version::V20, node, keys, source, files, custom }
}

const DOCUMENT_KEYS: &[&str] = &["Type", "ReferenceNbr"];

static ENTITIES: &[Entity] = &[
    entity(
        "BusinessAccount",
        &account::BUSINESS_ACCOUNT,
        &["BusinessAccountID"],
        Source::Accounts,
        "PX.Objects.CR.BusinessAccountMaint/BAccount",
        &[],
    ),
    entity(
        "CashSale",
        &cash_sale::CASH_SALE,
        DOCUMENT_KEYS,
        Source::CashSales,
        "PX.Objects.AR.ARCashSaleEntry/Document",
        DOCUMENT_COLUMNS,
    ),
    entity(
        "CompaniesStructure",
        &class::COMPANIES,
        &[],
        Source::Inquiry,
        "PX.Objects.CS.CompaniesStructureInq/Filter",
        &[],
    ),
    entity("Contact", &contact::CONTACT, &["ContactID"], Source::Contacts, "PX.Objects.CR.ContactMaint/Contact", &[]),
    entity(
        "Currency",
        &class::CURRENCY,
        &["CurrencyID"],
        Source::Currencies,
        "PX.Objects.CM.CurrencyMaint/CuryListRecords",
        &[],
    ),
    entity(
        "Customer",
        &customer::CUSTOMER,
        &["CustomerID"],
        Source::Customers,
        "PX.Objects.AR.CustomerMaint/BAccount",
        CUSTOMER_COLUMNS,
    ),
    entity(
        "CustomerClass",
        &class::CLASS,
        &["ClassID"],
        Source::Classes,
        "PX.Objects.AR.CustomerClassMaint/CustomerClassRecord",
        &[],
    ),
    entity(
        "Invoice",
        &invoice::INVOICE,
        DOCUMENT_KEYS,
        Source::Invoices,
        "PX.Objects.AR.ARInvoiceEntry/Document",
        DOCUMENT_COLUMNS,
    ),
    entity(
        "ItemClass",
        &class::ITEM_CLASS,
        &["ClassID"],
        Source::ItemClasses,
        "PX.Objects.IN.INItemClassMaint/itemclass",
        &[],
    ),
    entity(
        "NonStockItem",
        &non_stock_item::NON_STOCK_ITEM,
        &["InventoryID"],
        Source::NonStock,
        "PX.Objects.IN.NonStockItemMaint/Item",
        ITEM_COLUMNS,
    ),
    entity(
        "Payment",
        &payment::PAYMENT,
        DOCUMENT_KEYS,
        Source::Payments,
        "PX.Objects.AR.ARPaymentEntry/Document",
        PAYMENT_COLUMNS,
    ),
    entity(
        "SalesInvoice",
        &sales_invoice::SALES_INVOICE,
        DOCUMENT_KEYS,
        Source::SalesInvoices,
        "PX.Objects.SO.SOInvoiceEntry/Document",
        DOCUMENT_COLUMNS,
    ),
    entity(
        "StockItem",
        &stock_item::STOCK_ITEM,
        &["InventoryID"],
        Source::Stock,
        "PX.Objects.IN.InventoryItemMaint/Item",
        ITEM_COLUMNS,
    ),
];

/// All entities, by name.
#[must_use]
pub fn entities() -> &'static [Entity] {
    ENTITIES
}

/// The entity of this exact name.
#[must_use]
pub fn find(name: &str, version: Version) -> Option<&'static Entity> {
    ENTITIES.iter().find(|e| e.name == name && e.since <= version)
}

/// A column behind `View.Column`: a custom column, a contract field's own column, or a user-defined field.
pub enum Found {
    /// A column of the form.
    Column(Kind, Get),
    /// A user-defined text field of this name.
    User,
}

impl Entity {
    /// Finds the column that `cf.` filters and `$custom` name. With `offered`, only columns that the contract of
    /// this version lacks are found, and only those that the switches offer.
    #[must_use]
    pub fn column(&self, name: &str, version: Version, cx: &Cx<'_>, offered: bool) -> Option<Found> {
        let switches = cx.switches;
        if offered {
            let hidden = match name {
                "Document.Released" => !switches.custom_released,
                "Document.MasterRefNbr" | "Document.InstallmentNbr" | "Document.InstallmentCntr" => {
                    !switches.custom_installments
                }
                _ => false,
            };
            let in_contract = self.node.fields.iter().any(|f| f.source == name && f.offered(version, switches));
            if hidden || in_contract {
                return None;
            }
        }
        if let Some(column) = self.custom.iter().find(|c| c.name == name) {
            return Some(Found::Column(column.kind, column.get));
        }
        if !offered {
            for field in self.node.fields.iter().filter(|f| f.source == name) {
                if let super::Shape::Value(kind, get) = field.shape {
                    return Some(Found::Column(kind, get));
                }
            }
        }
        let (_, column) = name.split_once('.')?;
        (column.starts_with("Usr") || column.starts_with("Attribute")).then_some(Found::User)
    }
}

/// Reads a user-defined field, an attribute (`Document.AttributeCOLOR`) or nothing.
#[must_use]
pub fn custom_value<'a>(rec: Rec<'a>, name: &str) -> Val<'a> {
    if let Some(value) = rec.user_field(name) {
        return value::text(value);
    }
    let code = name.split_once(".Attribute").map(|(_, code)| code);
    let attributes = match rec {
        Rec::Customer(c) => &c.attributes,
        Rec::Item(i) => &i.attributes,
        _ => return Val::Null,
    };
    code.and_then(|c| attributes.get(c)).map_or(Val::Null, |v| value::text(v))
}

/// Finds a record by its keys or by its id, as an address names it.
#[must_use]
pub fn lookup<'a>(entity: &Entity, cx: &Cx<'a>, keys: &[String]) -> Option<Rec<'a>> {
    if let [one] = keys
        && let Ok(id) = one.parse::<Uuid>()
    {
        return by_id(entity, cx, id);
    }
    if keys.len() != entity.keys.len() {
        return None;
    }
    let books = cx.books;
    let rec = match (entity.source, keys) {
        (Source::Customers, [key]) => Rec::Customer(books.customers.get(&fold(key))?),
        (Source::Accounts, [key]) => match books.customers.get(&fold(key)) {
            Some(customer) => Rec::Customer(customer),
            None => Rec::Prospect(books.prospects.get(&fold(key))?),
        },
        (Source::Contacts, [key]) => Rec::Contact(books.contacts.get(&key.trim().parse().ok()?)?),
        (Source::Stock | Source::NonStock, [key]) => Rec::Item(books.items.get(&fold(key))?),
        (Source::Invoices | Source::SalesInvoices | Source::CashSales, [kind, number]) => {
            Rec::Document(books.documents.get(&DocKey::new(DocType::from_label(kind)?, number))?)
        }
        (Source::Payments, [kind, number]) => match PayType::from_label(kind) {
            Some(kind) => Rec::Payment(PayRow::Payment(books.payments.get(&PayKey::new(kind, number))?)),
            None => Rec::Payment(PayRow::Memo(books.documents.get(&DocKey::new(DocType::from_label(kind)?, number))?)),
        },
        (Source::Classes, [key]) => Rec::Class(books.setup.classes.get(&fold(key))?),
        (Source::ItemClasses, [key]) => Rec::ItemClass(books.setup.item_classes.get(&fold(key))?),
        (Source::Currencies, [key]) => {
            let (code, decimals) = books.setup.currencies.get_key_value(&fold(key))?;
            Rec::Currency(code, *decimals)
        }
        _ => return None,
    };
    entity.source.shows(rec, cx).then_some(rec)
}

fn by_id<'a>(entity: &Entity, cx: &Cx<'a>, id: Uuid) -> Option<Rec<'a>> {
    let books = cx.books;
    let rec = match entity.source {
        Source::Customers => Rec::Customer(books.customer_by_id(id)?),
        Source::Accounts => match books.customer_by_id(id) {
            Some(customer) => Rec::Customer(customer),
            None => Rec::Prospect(books.prospects.values().find(|p| p.meta.id == id)?),
        },
        Source::Contacts => Rec::Contact(books.contacts.values().find(|c| c.meta.id == id)?),
        Source::Stock | Source::NonStock => Rec::Item(books.item_by_id(id)?),
        Source::Invoices | Source::SalesInvoices | Source::CashSales => Rec::Document(books.document_by_id(id)?),
        Source::Payments => match books.payments.values().find(|p| p.meta.id == id) {
            Some(payment) => Rec::Payment(PayRow::Payment(payment)),
            None => Rec::Payment(PayRow::Memo(books.document_by_id(id)?)),
        },
        Source::Classes => Rec::Class(books.setup.classes.values().find(|c| c.meta.id == id)?),
        Source::ItemClasses => Rec::ItemClass(books.setup.item_classes.values().find(|c| c.meta.id == id)?),
        Source::Currencies | Source::Inquiry => return None,
    };
    entity.source.shows(rec, cx).then_some(rec)
}

impl Source {
    /// Whether the entity's form shows the row.
    #[must_use]
    pub fn shows(self, rec: Rec<'_>, cx: &Cx<'_>) -> bool {
        match (self, rec) {
            (Self::Stock, Rec::Item(i)) => i.stock,
            (Self::NonStock, Rec::Item(i)) => !i.stock,
            (Self::Invoices, Rec::Document(d)) => {
                d.on_invoice_form() || (cx.switches.invoice_lists_cash_sales && d.on_cash_form())
            }
            (Self::SalesInvoices, Rec::Document(d)) => d.on_sales_form(),
            (Self::CashSales, Rec::Document(d)) => d.on_cash_form(),
            (Self::Payments, Rec::Payment(PayRow::Memo(d))) => {
                cx.switches.payment_lists_credit_memos && d.released && d.key.kind == DocType::CreditMemo
            }
            _ => true,
        }
    }
}

/// The type label's stored code, for comparisons by order.
#[must_use]
pub fn type_code(label: &str) -> Option<&'static str> {
    if let Some(kind) = DocType::from_label(label) {
        return match document::doc_type(kind) {
            Val::Type { code, .. } => Some(code),
            _ => None,
        };
    }
    PayType::from_label(label).map(payment::code)
}

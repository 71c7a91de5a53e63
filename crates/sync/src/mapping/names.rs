//! The sink's schema as the rules use it: one shared API name per field, made once per run.
//!
//! Owns which label each rule writes to. Must not hold values of records. Made from [`Schema`]; read by the rules of this folder.

use std::collections::BTreeMap;

use super::picklist;
use super::schema::{FieldSchema, ModuleSchema, Schema};
use crate::{Module, Name};

/// A field that can be written: its shared API name and what its metadata allows.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The API name.
    pub(super) name: Name,
    /// Longest text in characters.
    pub(super) length: Option<usize>,
    /// Decimal places.
    pub(super) places: Option<u32>,
    /// Values of a picklist by their folded form; `None` for a free field.
    pub(super) values: Option<BTreeMap<String, String>>,
}

impl Column {
    fn find(fields: &BTreeMap<String, FieldSchema>, label: &str) -> Option<Self> {
        fields.get(label).map(|field| Self {
            name: Name::from(field.api_name.as_str()),
            length: field.length,
            places: field.places,
            values: field.values.as_ref().map(|values| picklist::index(values)),
        })
    }
}

macro_rules! columns {
    ($(#[doc = $doc:literal])+ $group:ident { $($field:ident = $label:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default)]
        pub(super) struct $group { $(pub(super) $field: Option<Column>,)+ }

        impl $group {
            /// Labels that the rules write to.
            const LABELS: &'static [&'static str] = &[$($label),+];

            fn of(fields: &BTreeMap<String, FieldSchema>) -> Self {
                Self { $($field: Column::find(fields, $label),)+ }
            }
        }
    };
}

columns! {
    /// Fields of Accounts, addresses apart.
    AccountNames {
        key = "ERP Key",
        name = "Account_Name",
        code = "ERP Code",
        status = "ERP Status",
        class = "ERP Class",
        terms = "ERP Terms",
        currency = "ERP Currency",
        phone = "Phone",
        website = "Website",
        parent = "Parent_Account",
    }
}

columns! {
    /// Fields of Products.
    ProductNames {
        key = "ERP Key",
        name = "Product_Name",
        code = "Product_Code",
        kind = "ERP Kind",
        status = "ERP Status",
        unit = "ERP Unit",
        usage_unit = "Usage_Unit",
        active = "Product_Active",
        price = "Unit_Price",
    }
}

columns! {
    /// Header fields of Invoices.
    InvoiceNames {
        key = "ERP Key",
        subject = "Subject",
        number = "ERP Number",
        kind = "ERP Type",
        erp_status = "ERP Status",
        total = "ERP Total",
        balance = "ERP Balance",
        erp_currency = "ERP Currency",
        account = "Account_Name",
        date = "Invoice_Date",
        due = "Due_Date",
        order = "Purchase_Order",
        description = "Description",
        status = "Status",
        currency = "Currency",
        adjustment = "Adjustment",
    }
}

columns! {
    /// Columns of a line row.
    RowNames {
        product = "Product_Name",
        quantity = "Quantity",
        price = "List_Price",
        discount = "Discount",
        description = "Description",
    }
}

/// Fields of one address.
#[derive(Clone, Debug, Default)]
pub(super) struct AddressNames {
    pub(super) street: Option<Column>,
    pub(super) city: Option<Column>,
    pub(super) state: Option<Column>,
    pub(super) code: Option<Column>,
    pub(super) country: Option<Column>,
}

impl AddressNames {
    fn of(fields: &BTreeMap<String, FieldSchema>, prefix: &str) -> Self {
        let find = |part: &str| Column::find(fields, &format!("{prefix}_{part}"));
        Self {
            street: find("Street"),
            city: find("City"),
            state: find("State"),
            code: find("Code"),
            country: find("Country"),
        }
    }
}

/// Parts of an address, as they end the names of its fields.
const ADDRESS: [&str; 5] = ["Street", "City", "State", "Code", "Country"];

/// API names of the header fields of a module that the rules can write and the schema offers, in the rules' order.
#[must_use]
pub fn columns(schema: &Schema, module: Module) -> Vec<Name> {
    let Some(ModuleSchema { fields, .. }) = schema.modules.get(&module) else { return Vec::new() };
    let offered = labels(module).into_iter().filter_map(|label| fields.get(&label));
    offered.map(|field| Name::from(field.api_name.as_str())).collect()
}

/// Labels of the header fields of a module that the rules can write, in the rules' order.
pub(super) fn labels(module: Module) -> Vec<String> {
    let (labels, addresses): (_, &[&str]) = match module {
        Module::Accounts => (AccountNames::LABELS, &["Billing", "Shipping"]),
        Module::Products => (ProductNames::LABELS, &[]),
        Module::Invoices => (InvoiceNames::LABELS, &[]),
    };
    let of_addresses = addresses.iter().flat_map(|prefix| ADDRESS.map(|part| format!("{prefix}_{part}")));
    labels.iter().map(|label| (*label).to_owned()).chain(of_addresses).collect()
}

/// Labels of the columns of a line row that the rules can write.
pub(super) const fn row_labels() -> &'static [&'static str] {
    RowNames::LABELS
}

/// API names of the columns of a line row that the rules can write and the schema offers.
#[must_use]
pub fn row_columns(schema: &Schema) -> Vec<Name> {
    let Some(ModuleSchema { rows, .. }) = schema.modules.get(&Module::Invoices) else { return Vec::new() };
    RowNames::LABELS
        .iter()
        .filter_map(|label| rows.get(*label))
        .map(|field| Name::from(field.api_name.as_str()))
        .collect()
}

/// Every field that the rules can write, resolved against one schema. Make it once per run and again when the schema changes.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub(super) accounts: AccountNames,
    pub(super) billing: AddressNames,
    pub(super) shipping: AddressNames,
    pub(super) products: ProductNames,
    pub(super) invoices: InvoiceNames,
    pub(super) rows: RowNames,
}

impl Names {
    /// Resolves the rules' labels; a label that the schema lacks is never written.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        let nothing = BTreeMap::new();
        let fields = |module| schema.modules.get(&module).map_or(&nothing, |module| &module.fields);
        let accounts = fields(Module::Accounts);
        Self {
            accounts: AccountNames::of(accounts),
            billing: AddressNames::of(accounts, "Billing"),
            shipping: AddressNames::of(accounts, "Shipping"),
            products: ProductNames::of(fields(Module::Products)),
            invoices: InvoiceNames::of(fields(Module::Invoices)),
            rows: RowNames::of(schema.modules.get(&Module::Invoices).map_or(&nothing, |module| &module.rows)),
        }
    }
}

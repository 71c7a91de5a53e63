//! Named edits of either system's data, as a person or a business process would make them, past both interfaces.
//!
//! Owns: the words of `POST /control/change`. Must not: write what the systems themselves could not hold; every edit
//! goes through the books' own edits or checks the field's kind.

mod books;
mod crm;
mod schema;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use crate::acumatica::model::{Books, DocKey, DocType, EditError};
use crate::data::changes::{Change, change_some};
use crate::rng::Stream;
use crate::zoho::State;
use crate::zoho::model::Hold;

/// One edit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// A working day's mix of edits in the ERP.
    Some {
        /// How many.
        count: usize,
    },
    /// Gives a customer of the ERP another phone number.
    TouchCustomer {
        /// Its code.
        key: String,
        /// The number.
        phone: String,
    },
    /// Sets one field of a customer.
    Customer {
        /// Its code.
        key: String,
        /// `name`, `status`, `class`, `terms`, `currency`, `parent`, `phone`, `web`, `line1`, `line2`, `city`,
        /// `state`, `postal_code`, `country`; with the prefix `billing_` or `shipping_` for particulars of their own.
        field: String,
        /// The value; absent clears.
        value: Option<String>,
        /// Whether the customer's stamp moves.
        #[serde(default = "yes")]
        moves_stamp: bool,
    },
    /// Sets one field of an item.
    Item {
        /// Its code.
        key: String,
        /// `description`, `status`, `price`, `unit`.
        field: String,
        /// The value; absent clears.
        value: Option<String>,
        /// Whether the item's stamp moves.
        #[serde(default = "yes")]
        moves_stamp: bool,
    },
    /// Pays a document in part or in full.
    Pay {
        /// The document.
        #[serde(flatten)]
        document: Named,
        /// How much; all of the balance when absent.
        amount: Option<Decimal>,
        /// Whether the document's stamp moves.
        #[serde(default = "yes")]
        moves_stamp: bool,
    },
    /// Posts a document that was not posted yet.
    Post(Named),
    /// Enters and posts a new invoice.
    PostNew,
    /// Cancels a posted document.
    Cancel(Named),
    /// Removes a customer without released documents.
    DeleteCustomer {
        /// Its code.
        key: String,
    },
    /// Removes an item.
    DeleteItem {
        /// Its code.
        key: String,
    },
    /// Removes a document that was not posted.
    DeleteDocument(Named),
    /// Gives a customer another code.
    RenameCustomer {
        /// The code so far.
        from: String,
        /// The new code.
        to: String,
    },
    /// Gives an item another code.
    RenameItem {
        /// The code so far.
        from: String,
        /// The new code.
        to: String,
    },
    /// Takes a record out of the sight of the interface's user, as row-level rights do: it is missing, without an error.
    Hide(Row),
    /// Gives the sight of it back.
    Show(Row),
    /// Takes the rights to an entity's screen from the interface's user, or gives them back.
    Rights {
        /// The entity, such as `Customer`.
        entity: String,
        /// Whether the user has them from now on.
        granted: bool,
    },
    /// Archives a document: only requests that ask for archived ones find it.
    Archive(Named),
    /// Turns a stock item into a non-stock item or back.
    ConvertItem {
        /// Its code.
        key: String,
    },
    /// Sets a field of a CRM record, as a user other than the connector's.
    ZohoSet {
        /// API name of the module.
        module: String,
        /// Record id.
        id: String,
        /// API name of the field.
        field: String,
        /// The value, shaped as in the API; null clears.
        value: Value,
    },
    /// Creates a CRM record.
    ZohoInsert {
        /// API name of the module.
        module: String,
        /// Values by API name, shaped as in the API.
        values: Value,
    },
    /// Creates an account and a deal that is won at once.
    ZohoWinDeal {
        /// The account's name.
        name: String,
        /// The deal's amount, a number.
        amount: Value,
    },
    /// Moves a CRM record to the recycle bin.
    ZohoDelete {
        /// API name of the module.
        module: String,
        /// Record id.
        id: String,
    },
    /// Brings a CRM record back from the recycle bin.
    ZohoRestore {
        /// API name of the module.
        module: String,
        /// Record id.
        id: String,
    },
    /// Removes a CRM record for good, from the recycle bin or live.
    ZohoPurge {
        /// API name of the module.
        module: String,
        /// Record id.
        id: String,
    },
    /// Puts a CRM record into a state in which writes are refused, or frees it.
    ZohoHold {
        /// API name of the module.
        module: String,
        /// Record id.
        id: String,
        /// `locked`, `merging`, `vision`, `approval`, `review`, `blueprint`; null frees.
        hold: Option<Hold>,
    },
    /// An administrator of the CRM changes a field; what is absent stays.
    ZohoField {
        /// API name of the module.
        module: String,
        /// API name of the field.
        field: String,
        /// Whether it must be filled.
        mandatory: Option<bool>,
        /// Whether sent values are ignored.
        read_only: Option<bool>,
        /// Greatest length in characters; records that hold more keep it.
        length: Option<u32>,
    },
    /// An administrator of the CRM deletes a field with its values.
    ZohoRemoveField {
        /// API name of the module.
        module: String,
        /// API name of the field.
        field: String,
    },
    /// An administrator of the CRM adds a value to a picklist or takes it away; records keep what they hold.
    ZohoPick {
        /// API name of the module.
        module: String,
        /// API name of the field.
        field: String,
        /// The value.
        value: String,
        /// Whether it is listed from now on.
        listed: bool,
    },
    /// An administrator of the CRM switches a currency on or off for new records; the home currency stays on.
    ZohoCurrency {
        /// ISO 4217 code.
        iso: String,
        /// Whether new records may use it.
        active: bool,
    },
    /// An administrator of the CRM changes the formula of documents' totals: what is written from now on comes to so much more.
    ZohoTotals {
        /// How much, a decimal.
        extra: Decimal,
    },
    /// An administrator of the CRM takes the right to create and edit records of a module from every profile, or gives it back.
    ZohoRights {
        /// API name of the module.
        module: String,
        /// Whether they have it from now on.
        granted: bool,
    },
    /// Merges two CRM records; the loser vanishes.
    ZohoMerge {
        /// API name of the module.
        module: String,
        /// Id of the record that stays.
        winner: String,
        /// Id of the record that goes.
        loser: String,
    },
}

/// A row of the ERP by its entity's key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// A customer's code.
    Customer(String),
    /// An item's code.
    Item(String),
    /// A document.
    Document(Named),
}

/// A document by the words of the ERP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Named {
    /// Label of the type, such as `Invoice` or `Credit Memo`.
    pub kind: String,
    /// Reference number.
    pub number: String,
}

/// Why an edit was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    /// The books refuse it.
    #[error(transparent)]
    Books(#[from] EditError),
    /// The words say nothing possible.
    #[error("{0}")]
    Words(String),
}

fn yes() -> bool {
    true
}

fn words(text: impl Into<String>) -> Refused {
    Refused::Words(text.into())
}

impl Named {
    fn key(&self) -> Result<DocKey, Refused> {
        let kind =
            DocType::from_label(&self.kind).ok_or_else(|| words(format!("{} is no document type", self.kind)))?;
        Ok(DocKey::new(kind, &self.number))
    }
}

/// Makes one edit at `now` and says what was done.
///
/// # Errors
/// When there is no such record or field, or its state forbids the edit. Nothing is changed then.
pub fn make(
    books: &mut Books,
    crm: &mut State,
    draw: &mut Stream,
    edit: &Edit,
    now: Timestamp,
) -> Result<Vec<Change>, Refused> {
    let second = now.as_second();
    Ok(match edit {
        Edit::ZohoSet { module, id, field, value } => vec![crm::set(crm, module, id, (field, value), second)?],
        Edit::ZohoInsert { module, values } => vec![crm::insert(crm, module, values, second)?],
        Edit::ZohoWinDeal { name, amount } => crm::win_deal(crm, name, amount, second)?,
        Edit::ZohoDelete { module, id } => {
            let by = crm::person(crm);
            crm.delete_record(module, crm::id_of(id)?, by, second).map_err(words)?;
            vec![crm::change(module, id, "deleted")]
        }
        Edit::ZohoRestore { module, id } => {
            crm.restore_record(module, crm::id_of(id)?).map_err(words)?;
            vec![crm::change(module, id, "restored")]
        }
        Edit::ZohoMerge { module, winner, loser } => {
            let by = crm::person(crm);
            crm.merge_records(module, crm::id_of(winner)?, crm::id_of(loser)?, by, second).map_err(words)?;
            vec![crm::change(module, winner, &format!("merged with {loser}"))]
        }
        Edit::ZohoPurge { module, id } => {
            crm.purge_record(module, crm::id_of(id)?, second).map_err(words)?;
            vec![crm::change(module, id, "removed for good")]
        }
        Edit::ZohoHold { module, id, hold } => {
            crm.hold_record(module, crm::id_of(id)?, *hold).map_err(words)?;
            vec![crm::change(module, id, &hold.map_or("free".to_owned(), |hold| format!("{hold:?}")))]
        }
        Edit::ZohoField { module, field, mandatory, read_only, length } => {
            vec![schema::field(crm, module, field, (*mandatory, *read_only, *length))?]
        }
        Edit::ZohoRemoveField { module, field } => {
            crm.remove_field(module, field).map_err(words)?;
            vec![schema::change(module, field, "removed")]
        }
        Edit::ZohoPick { module, field, value, listed } => vec![schema::pick(crm, module, field, value, *listed)?],
        Edit::ZohoRights { module, granted } => vec![schema::rights(crm, module, *granted)?],
        Edit::ZohoCurrency { iso, active } => vec![schema::currency(crm, iso, *active)?],
        Edit::ZohoTotals { extra } => vec![schema::totals(crm, *extra)],
        Edit::Some { count } => change_some(books, draw, *count, now)?,
        other => vec![books::make(books, draw, other, now)?],
    })
}

#[cfg(test)]
mod tests;

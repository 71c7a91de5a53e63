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
        Edit::ZohoCurrency { iso, active } => vec![schema::currency(crm, iso, *active)?],
        Edit::Some { count } => change_some(books, draw, *count, now)?,
        other => vec![books::make(books, draw, other, now)?],
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::clock::SetClock;
    use crate::data;
    use crate::options::Size;
    use crate::rng::Seeds;
    use crate::zoho::{ZohoOptions, ZohoSim};

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    struct World {
        books: Books,
        crm: ZohoSim,
        draw: Stream,
    }

    fn world() -> World {
        let size = Size { customers: 20, items: 20, invoices: 60, ..Size::default() };
        let seeds = Seeds::new(1);
        let books = data::books(seeds, &size, now()).unwrap();
        let clock = std::sync::Arc::new(SetClock::new(now()));
        let crm = ZohoSim::new(ZohoOptions { org: data::org_options(), ..ZohoOptions::default() }, clock);
        crm.with(|state| state.org = data::org(seeds, &size, &books, data::org_options(), now()));
        World { books, crm, draw: seeds.stream("edits") }
    }

    impl World {
        fn make(&mut self, json: &str) -> Result<Vec<Change>, Refused> {
            let edit = serde_json::from_str(json).unwrap();
            let (books, draw) = (&mut self.books, &mut self.draw);
            self.crm.with(|state| make(books, state, draw, &edit, now()))
        }
    }

    #[test]
    fn customers_are_edited_by_field_with_or_without_stamp() {
        let mut world = world();
        let before = world.books.customers["C00001"].meta.modified;
        world
            .make(r#"{"edit":"customer","key":"C00001","field":"billing_city","value":"Bonn","moves_stamp":false}"#)
            .unwrap();
        let customer = &world.books.customers["C00001"];
        assert_eq!(customer.billing.as_ref().unwrap().address.city.as_deref(), Some("Bonn"));
        assert_eq!(customer.meta.modified, before);
        world.make(r#"{"edit":"customer","key":"C00001","field":"name","value":"New"}"#).unwrap();
        assert_eq!(world.books.customers["C00001"].meta.modified, now());
        let refused = world.make(r#"{"edit":"customer","key":"C00001","field":"colour","value":"red"}"#);
        assert!(matches!(refused, Err(Refused::Words(_))));
        let refused = world.make(r#"{"edit":"customer","key":"NOBODY","field":"name","value":"x"}"#);
        assert_eq!(refused, Err(Refused::Books(EditError::NotFound)));
    }

    #[test]
    fn documents_are_paid_posted_cancelled_and_deleted() {
        let mut world = world();
        let of = |status: &str| {
            let wanted = |d: &&crate::acumatica::model::Document| d.status == status && d.key.kind == DocType::Invoice;
            world.books.documents.values().find(wanted).unwrap().key.clone()
        };
        let (open, held) = (of("Open"), of("On Hold"));
        let named = |key: &DocKey| format!(r#""kind":"Invoice","number":"{}""#, key.number);
        world.make(&format!(r#"{{"edit":"pay",{},"amount":"0.01"}}"#, named(&open))).unwrap();
        world.make(&format!(r#"{{"edit":"pay",{}}}"#, named(&open))).unwrap();
        assert_eq!(world.books.documents[&open].status, "Closed");
        world.make(&format!(r#"{{"edit":"post",{}}}"#, named(&held))).unwrap();
        assert!(world.books.documents[&held].released);
        world.make(&format!(r#"{{"edit":"cancel",{}}}"#, named(&held))).unwrap();
        assert_eq!(world.books.documents[&held].status, "Canceled");
        let refused = world.make(&format!(r#"{{"edit":"delete_document",{}}}"#, named(&held)));
        assert_eq!(refused, Err(Refused::Books(EditError::State)));
        let made = world.make(r#"{"edit":"post_new"}"#).unwrap();
        assert!(made[0].created && made[0].key.starts_with("Invoice/INV"));
    }

    #[test]
    fn renaming_and_converting_keep_the_id() {
        let mut world = world();
        let id = world.books.items["AA000001"].meta.id;
        world.make(r#"{"edit":"rename_item","from":"AA000001","to":"NEW 1"}"#).unwrap();
        world.make(r#"{"edit":"convert_item","key":"NEW 1"}"#).unwrap();
        let item = &world.books.items["NEW 1"];
        assert_eq!((item.meta.id, item.stock), (id, false));
        assert!(world.make(r#"{"edit":"rename_item","from":"NEW 1","to":"  "}"#).is_err());
    }

    #[test]
    fn rows_go_out_of_sight_and_come_back_and_documents_are_archived() {
        let mut world = world();
        let document = world.books.documents.values().find(|d| d.key.kind == DocType::Invoice).unwrap().key.clone();
        let rows = [
            r#""customer":"C00001""#.to_owned(),
            r#""item":"AA000001""#.to_owned(),
            format!(r#""document":{{"kind":"Invoice","number":"{}"}}"#, document.number),
        ];
        for (count, row) in rows.iter().enumerate() {
            assert_eq!(world.make(&format!(r#"{{"edit":"hide",{row}}}"#)).unwrap()[0].what, "hidden");
            assert_eq!(world.books.hidden.len(), count + 1, "{row}");
        }
        for row in &rows {
            world.make(&format!(r#"{{"edit":"show",{row}}}"#)).unwrap();
        }
        assert!(world.books.hidden.is_empty());
        assert!(world.make(r#"{"edit":"hide","item":"NOTHING"}"#).is_err());
        world.make(&format!(r#"{{"edit":"archive","kind":"Invoice","number":"{}"}}"#, document.number)).unwrap();
        assert!(world.books.documents[&document].archived);
    }

    #[test]
    fn crm_records_are_made_set_deleted_and_restored() {
        let mut world = world();
        let id = world.crm.with(|state| state.org.module("Accounts").unwrap().records().next().unwrap().id);
        let edit = |word: &str, more: &str| format!(r#"{{"edit":"{word}","module":"Accounts","id":"{id}"{more}}}"#);
        let there = |world: &World| {
            world.crm.with(|state| state.org.module("Accounts").unwrap().record(id).map(|record| record.modified))
        };
        world.make(&edit("zoho_set", r#","field":"Phone","value":"+1 1""#)).unwrap();
        assert_eq!(world.crm.with(|state| state.org.value("Accounts", id, "Phone")), Some("+1 1".into()));
        assert_eq!(there(&world), Some(now().as_second()));
        assert!(world.make(&edit("zoho_set", r#","field":"Phone","value":5"#)).is_err());
        assert!(world.make(&edit("zoho_set", r#","field":"Colour","value":"red""#)).is_err());
        world.make(&edit("zoho_delete", "")).unwrap();
        assert_eq!(there(&world), None);
        world.make(&edit("zoho_restore", "")).unwrap();
        assert!(there(&world).is_some());
        let made = world.make(r#"{"edit":"zoho_win_deal","name":"Newcomer Ltd","amount":1200.5}"#).unwrap();
        assert!(made.iter().all(|change| change.created));
        assert_eq!(world.crm.with(|state| state.org.module("Deals").unwrap().len()), 3);
    }

    #[test]
    fn crm_records_are_held_and_removed_for_good() {
        let mut world = world();
        let id = world.crm.with(|state| state.org.module("Accounts").unwrap().records().next().unwrap().id);
        let edit = |word: &str, more: &str| format!(r#"{{"edit":"{word}","module":"Accounts","id":"{id}"{more}}}"#);
        let phone = edit("zoho_set", r#","field":"Phone","value":"+1 1""#);
        world.make(&edit("zoho_hold", r#","hold":"approval""#)).unwrap();
        assert!(matches!(world.make(&phone), Err(Refused::Words(_))), "a record in approval was changed");
        world.make(&edit("zoho_hold", r#","hold":null"#)).unwrap();
        world.make(&phone).unwrap();
        world.make(&edit("zoho_delete", "")).unwrap();
        world.make(&edit("zoho_purge", "")).unwrap();
        assert!(world.make(&edit("zoho_restore", "")).is_err());
        assert!(world.make(&edit("zoho_purge", "")).is_err());
        world.crm.with(|state| {
            let gone: Vec<u64> = state.org.module("Accounts").unwrap().gone().iter().map(|gone| gone.id).collect();
            assert_eq!(gone, [id]);
        });
    }

    #[test]
    fn merging_moves_references_to_the_winner() {
        let mut world = world();
        let ids: Vec<u64> = world.crm.with(|state| {
            let accounts = state.org.module("Accounts").unwrap();
            accounts.records().map(|record| record.id).take(2).collect()
        });
        let insert = format!(
            r#"{{"edit":"zoho_insert","module":"Deals","values":{{"Deal_Name":"Big","Stage":"Qualification",
            "Closing_Date":"2026-05-01","Account_Name":{{"id":"{}"}}}}}}"#,
            ids[1]
        );
        let made = world.make(&insert).unwrap();
        let deal: u64 = made[0].key.rsplit('/').next().unwrap().parse().unwrap();
        let merge =
            format!(r#"{{"edit":"zoho_merge","module":"Accounts","winner":"{}","loser":"{}"}}"#, ids[0], ids[1]);
        world.make(&merge).unwrap();
        world.crm.with(|state| {
            let account = state.org.value("Deals", deal, "Account_Name").unwrap();
            assert_eq!(account["id"], serde_json::Value::from(ids[0].to_string()));
            assert!(state.org.module("Accounts").unwrap().bin().contains_key(&ids[1]));
        });
        assert!(world.make(&merge).is_err());
    }

    #[test]
    fn unknown_words_are_refused() {
        assert!(serde_json::from_str::<Edit>(r#"{"edit":"rename_item","from":"A","to":"B","now":1}"#).is_err());
        assert!(serde_json::from_str::<Edit>(r#"{"edit":"explode"}"#).is_err());
    }
}

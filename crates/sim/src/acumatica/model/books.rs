//! The tables, ordered by folded key, and rows whose transaction has not committed yet.
//!
//! Owns the tables and who may see a row that is staged. Rules of a form stand in `write`, edits by the simulation's
//! owner in `control`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::{Contact, Customer, DocKey, Document, Item, PayKey, Payment, Prospect, Setup, fold};

/// A written row that nobody sees before its transaction commits. Its stamps are set already.
#[derive(Debug, Clone)]
pub enum Staged {
    /// A customer.
    Customer(Box<Customer>),
    /// An item.
    Item(Box<Item>),
    /// A document.
    Document(Box<Document>),
    /// A payment.
    Payment(Box<Payment>),
}

/// Everything that the company stores.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// Settings and classes.
    pub setup: Setup,
    /// Customers by folded code.
    pub customers: BTreeMap<String, Customer>,
    /// Business accounts that are not customers, by folded code.
    pub prospects: BTreeMap<String, Prospect>,
    /// Persons by contact number.
    pub contacts: BTreeMap<i32, Contact>,
    /// Stock and non-stock items by folded code.
    pub items: BTreeMap<String, Item>,
    /// Documents by type and number.
    pub documents: BTreeMap<DocKey, Document>,
    /// Payments by type and number.
    pub payments: BTreeMap<PayKey, Payment>,
    /// Ids of rows that the interface's user may not see: they are missing from answers, without an error.
    pub hidden: BTreeSet<Uuid>,
    /// Names of entities to whose screens the interface's user has lost the rights: 403.
    pub closed: BTreeSet<String>,
    staged: Vec<(Timestamp, Staged)>,
}

impl Books {
    /// Adds or replaces a customer under its own key.
    pub fn put_customer(&mut self, customer: Customer) {
        self.customers.insert(fold(&customer.key), customer);
    }

    /// Adds or replaces an item under its own key.
    pub fn put_item(&mut self, item: Item) {
        self.items.insert(fold(&item.key), item);
    }

    /// Adds or replaces a document under its own key.
    pub fn put_document(&mut self, document: Document) {
        self.documents.insert(document.key.clone(), document);
    }

    /// Adds or replaces a payment under its own key.
    pub fn put_payment(&mut self, payment: Payment) {
        self.payments.insert(payment.key.clone(), payment);
    }

    /// Adds or replaces a person.
    pub fn put_contact(&mut self, contact: Contact) {
        self.contacts.insert(contact.party.contact_id, contact);
    }

    /// Holds a written row back until `commit`: the late commit of a long transaction, which makes rows appear
    /// whose stamp is older than the last poll.
    pub fn stage(&mut self, commit: Timestamp, row: Staged) {
        self.staged.push((commit, row));
    }

    /// Whether a staged row is due.
    #[must_use]
    pub fn has_due(&self, now: Timestamp) -> bool {
        self.staged.iter().any(|(at, _)| *at <= now)
    }

    /// Commits the staged rows that are due, oldest first.
    pub fn commit_due(&mut self, now: Timestamp) {
        let (mut due, rest): (Vec<_>, Vec<_>) = self.staged.drain(..).partition(|(at, _)| *at <= now);
        self.staged = rest;
        due.sort_by_key(|(at, _)| *at);
        for (_, row) in due {
            match row {
                Staged::Customer(c) => self.put_customer(*c),
                Staged::Item(i) => self.put_item(*i),
                Staged::Document(d) => self.put_document(*d),
                Staged::Payment(p) => self.put_payment(*p),
            }
        }
    }

    /// The customer whose `NoteID` is `id`.
    #[must_use]
    pub fn customer_by_id(&self, id: Uuid) -> Option<&Customer> {
        self.customers.values().find(|c| c.meta.id == id)
    }

    /// The item whose `NoteID` is `id`.
    #[must_use]
    pub fn item_by_id(&self, id: Uuid) -> Option<&Item> {
        self.items.values().find(|i| i.meta.id == id)
    }

    /// The document whose `NoteID` is `id`.
    #[must_use]
    pub fn document_by_id(&self, id: Uuid) -> Option<&Document> {
        self.documents.values().find(|d| d.meta.id == id)
    }

    /// A number above that of every business account.
    #[must_use]
    pub fn next_account_number(&self) -> i32 {
        let customers = self.customers.values().map(|c| c.number);
        let prospects = self.prospects.values().map(|p| p.number);
        customers.chain(prospects).max().unwrap_or(1000) + 1
    }

    /// A number above that of every contact row, embedded ones included.
    #[must_use]
    pub fn next_contact_number(&self) -> i32 {
        let persons = self.contacts.keys().copied();
        let embedded = self.customers.values().flat_map(|c| {
            [Some(&c.main), c.billing.as_ref(), c.shipping.as_ref()].into_iter().flatten().map(|p| p.contact_id)
        });
        let prospects = self.prospects.values().map(|p| p.main.contact_id);
        persons.chain(embedded).chain(prospects).max().unwrap_or(2000) + 1
    }

    /// The next automatic customer code that is free.
    pub fn next_customer_key(&mut self) -> String {
        loop {
            let key = format!("{}{:05}", self.setup.prefix, self.setup.next);
            self.setup.next += 1;
            let folded = fold(&key);
            if !self.customers.contains_key(&folded) && !self.prospects.contains_key(&folded) {
                return key;
            }
        }
    }
}

//! Rows as the field tables see them: references into the books.
//!
//! Owns the kinds of row and the ids that are derived for parts without a stored one. Must not copy or change what it
//! refers to.

use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::acumatica::model::{
    Application, Books, Contact, CrossReference, Customer, CustomerClass, DiscountLine, Document, FreightLine, Item,
    ItemClass, Line, Meta, Party, Payment, Prospect, SalespersonLine, TaxLine, WarehouseLine,
};
use crate::acumatica::switches::Switches;

/// What getters may look at besides the row.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// The books.
    pub books: &'a Books,
    /// The switches.
    pub switches: &'a Switches,
    /// The instant of the request.
    pub now: Timestamp,
}

/// A row of the payment form: a payment, or a credit memo that can be applied.
#[derive(Clone, Copy)]
pub enum PayRow<'a> {
    /// A payment.
    Payment(&'a Payment),
    /// A released credit memo.
    Memo(&'a Document),
}

/// A row.
#[derive(Clone, Copy)]
pub enum Rec<'a> {
    /// A customer.
    Customer(&'a Customer),
    /// Contact particulars of the row `owner`; `part` tells several of one owner apart.
    Party {
        /// The particulars.
        party: &'a Party,
        /// Id of the owning row.
        owner: Uuid,
        /// Which of the owner's.
        part: u8,
    },
    /// A person.
    Contact(&'a Contact),
    /// A salesperson of a customer.
    Salesperson(&'a Customer, &'a SalespersonLine),
    /// Credit rules of a customer.
    Credit(&'a Customer),
    /// An attribute value.
    Attribute {
        /// Id of the owning row.
        owner: Uuid,
        /// Attribute code.
        code: &'a str,
        /// Its value.
        value: &'a str,
    },
    /// An item.
    Item(&'a Item),
    /// Stock of an item in a warehouse.
    Warehouse(&'a Item, &'a WarehouseLine),
    /// Another code of an item.
    CrossReference(&'a Item, &'a CrossReference),
    /// A document.
    Document(&'a Document),
    /// A document line.
    Line(&'a Document, &'a Line),
    /// A tax of a document.
    Tax(&'a TaxLine),
    /// A discount of a document.
    Discount(&'a DiscountLine),
    /// Freight of a document.
    Freight(&'a FreightLine),
    /// The bill-to settings, financial details or commissions of a document, by `part`.
    DocumentPart(&'a Document, u8),
    /// A row of the payment form.
    Payment(PayRow<'a>),
    /// An application, seen from either side.
    Application(&'a Payment, &'a Application),
    /// A customer class.
    Class(&'a CustomerClass),
    /// An item class.
    ItemClass(&'a ItemClass),
    /// A business account that is not a customer.
    Prospect(&'a Prospect),
    /// A company and its branch.
    Company,
    /// A currency: code and decimals.
    Currency(&'a str, u8),
}

/// An id that is derived from another: stable, and different for each `part`.
#[must_use]
pub fn derived(owner: Uuid, part: u64) -> Uuid {
    let spread = part.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Uuid::from_u128(owner.as_u128() ^ u128::from(spread))
}

fn named(owner: Uuid, name: &str) -> Uuid {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    derived(owner, hash)
}

impl<'a> Rec<'a> {
    /// The row's system members, if it is stored as a row of its own.
    #[must_use]
    pub fn meta(self) -> Option<&'a Meta> {
        match self {
            Self::Customer(c) => Some(&c.meta),
            Self::Contact(c) => Some(&c.meta),
            Self::Item(i) => Some(&i.meta),
            Self::Document(d) => Some(&d.meta),
            Self::Payment(PayRow::Payment(p)) => Some(&p.meta),
            Self::Payment(PayRow::Memo(d)) => Some(&d.meta),
            Self::Class(c) => Some(&c.meta),
            Self::ItemClass(c) => Some(&c.meta),
            Self::Prospect(p) => Some(&p.meta),
            _ => None,
        }
    }

    /// The id that the interface shows.
    #[must_use]
    pub fn id(self) -> Uuid {
        if let Some(meta) = self.meta() {
            return meta.id;
        }
        match self {
            Self::Party { owner, part, .. } => derived(owner, u64::from(part)),
            Self::Salesperson(c, s) => named(c.meta.id, &s.id),
            Self::Credit(c) => derived(c.meta.id, 100),
            Self::Attribute { owner, code, .. } => named(owner, code),
            Self::Warehouse(i, w) => named(i.meta.id, &w.warehouse),
            Self::CrossReference(i, x) => named(i.meta.id, &x.alternate),
            Self::Line(_, l) => l.id,
            Self::Tax(t) => t.id,
            Self::Discount(d) => d.id,
            Self::Freight(f) => f.id,
            Self::DocumentPart(d, part) => derived(d.meta.id, 200 + u64::from(part)),
            Self::Application(_, a) => a.id,
            Self::Currency(code, _) => named(Uuid::from_u128(0x00c0_ffee), code),
            _ => derived(Uuid::from_u128(0x00c0_ffee), 1),
        }
    }

    /// The note's text; `None` for rows without one.
    #[must_use]
    pub fn note(self) -> Option<&'a str> {
        self.meta().and_then(|m| m.note.as_deref())
    }

    /// User-defined text fields of the row.
    #[must_use]
    pub fn user_field(self, name: &str) -> Option<&'a str> {
        let fields = match self {
            Self::Customer(c) => &c.user_fields,
            Self::Item(i) => &i.user_fields,
            Self::Document(d) => &d.user_fields,
            _ => return None,
        };
        fields.get(name).map(String::as_str)
    }
}

impl PayRow<'_> {
    /// What is not yet applied.
    #[must_use]
    pub fn balance(self) -> Decimal {
        match self {
            Self::Payment(p) => p.balance,
            Self::Memo(d) => d.balance,
        }
    }

    /// The whole amount.
    #[must_use]
    pub fn amount(self) -> Decimal {
        match self {
            Self::Payment(p) => p.amount,
            Self::Memo(d) => d.amount,
        }
    }
}

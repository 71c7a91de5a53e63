//! What is read of each entity: fields, links, details, stamp and keys, by endpoint version.
//!
//! Owns the table behind `docs/mapping.md`; a field that the mapping does not use is not read. Names and versions are those of the
//! endpoint definitions. Must not send anything.

use sync::Entity;

use crate::client::filter::Filter;
use crate::client::instance::{Instance, ListQuery};
use crate::client::json::{Kind, Shape};
use crate::settings::EndpointVersion;

type Columns = &'static [(&'static str, Kind)];

const CUSTOMER: Columns = &[
    ("CustomerID", Kind::Text),
    ("CustomerName", Kind::Text),
    ("Status", Kind::Text),
    ("CustomerClass", Kind::Text),
    ("Terms", Kind::Text),
    ("CurrencyID", Kind::Text),
    ("ParentRecord", Kind::Text),
    ("MainContact/Phone1", Kind::Text),
    ("MainContact/WebSite", Kind::Text),
    ("BillingContact/Address/AddressLine1", Kind::Text),
    ("BillingContact/Address/AddressLine2", Kind::Text),
    ("BillingContact/Address/City", Kind::Text),
    ("BillingContact/Address/State", Kind::Text),
    ("BillingContact/Address/PostalCode", Kind::Text),
    ("BillingContact/Address/Country", Kind::Text),
    ("ShippingContact/Address/AddressLine1", Kind::Text),
    ("ShippingContact/Address/AddressLine2", Kind::Text),
    ("ShippingContact/Address/City", Kind::Text),
    ("ShippingContact/Address/State", Kind::Text),
    ("ShippingContact/Address/PostalCode", Kind::Text),
    ("ShippingContact/Address/Country", Kind::Text),
];

const STOCK_ITEM: Columns = &[
    ("InventoryID", Kind::Text),
    ("Description", Kind::Text),
    ("ItemStatus", Kind::Text),
    ("BaseUOM", Kind::Text),
    ("DefaultPrice", Kind::Number),
];

const NON_STOCK_ITEM: Columns = &[
    ("InventoryID", Kind::Text),
    ("Description", Kind::Text),
    ("ItemStatus", Kind::Text),
    ("BaseUnit", Kind::Text),
    ("DefaultPrice", Kind::Number),
];

const INVOICE: Columns = &[
    ("Type", Kind::Text),
    ("ReferenceNbr", Kind::Text),
    ("Status", Kind::Text),
    ("Customer", Kind::Text),
    ("Date", Kind::Day),
    ("DueDate", Kind::Day),
    ("Amount", Kind::Number),
    ("Balance", Kind::Number),
    ("CustomerOrder", Kind::Text),
    ("Description", Kind::Text),
];

/// Enough of a document to see whether its balance moved.
const OPEN_DOCUMENT: Columns = &[
    ("Type", Kind::Text),
    ("ReferenceNbr", Kind::Text),
    ("Status", Kind::Text),
    ("Customer", Kind::Text),
    ("Balance", Kind::Number),
];

const INVOICE_LINE: Columns = &[
    ("LineNbr", Kind::Number),
    ("InventoryID", Kind::Text),
    ("TransactionDescription", Kind::Text),
    ("Qty", Kind::Number),
    ("UnitPrice", Kind::Number),
    ("Amount", Kind::Number),
];

const CASH_SALE: Columns = &[
    ("Type", Kind::Text),
    ("ReferenceNbr", Kind::Text),
    ("Status", Kind::Text),
    ("CustomerID", Kind::Text),
    ("Date", Kind::Day),
    ("Amount", Kind::Number),
    ("Balance", Kind::Number),
    ("Description", Kind::Text),
];

const CASH_SALE_LINE: Columns = &[
    ("InventoryID", Kind::Text),
    ("TransactionDescription", Kind::Text),
    ("Qty", Kind::Number),
    ("UnitPrice", Kind::Number),
    ("Amount", Kind::Number),
];

/// Form fields of documents that the contract lacks: the currency, and what tells instalments from their original.
const DOCUMENT_CUSTOM: Columns = &[
    ("Document.CuryID", Kind::Text),
    ("Document.InstallmentCntr", Kind::Number),
    ("Document.MasterRefNbr", Kind::Text),
    ("Document.InstallmentNbr", Kind::Number),
];

/// The part of it that a cash sale has.
const CASH_SALE_CUSTOM: Columns = &[("Document.CuryID", Kind::Text)];

/// How the records of an entity are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyFields {
    /// One field.
    One(&'static str),
    /// Type and reference number.
    Document,
}

/// What is read of one entity.
#[derive(Clone, Debug)]
pub(crate) struct Projection {
    pub entity: Entity,
    pub keys: KeyFields,
    pub stamp: &'static str,
    pub shape: Shape,
    pub has_custom: bool,
    select: String,
    expand: &'static str,
    custom: String,
}

/// Form fields that are worth asking for, by entity.
pub(crate) const fn wanted_custom(entity: Entity) -> Columns {
    match entity {
        Entity::Invoice => DOCUMENT_CUSTOM,
        Entity::CashSale => CASH_SALE_CUSTOM,
        Entity::Customer | Entity::StockItem | Entity::NonStockItem => &[],
    }
}

/// Names of the change stamp, the newer first.
const STAMPS: [&str; 2] = ["LastModifiedDateTime", "LastModified"];

/// The stamp of that name.
pub(crate) fn stamp_named(name: &str) -> Option<&'static str> {
    STAMPS.into_iter().find(|stamp| *stamp == name)
}

/// The other name that a stamp may have.
pub(crate) fn other_stamp(stamp: &str) -> Option<&'static str> {
    STAMPS.into_iter().find(|other| *other != stamp)
}

/// The field that moves with a change.
const fn stamp_field(entity: Entity, old_stock_stamp: bool) -> &'static str {
    match entity {
        Entity::StockItem if old_stock_stamp => "LastModified",
        Entity::Customer | Entity::StockItem | Entity::NonStockItem | Entity::Invoice | Entity::CashSale => {
            "LastModifiedDateTime"
        }
    }
}

impl Projection {
    /// The projection of an entity for an endpoint version, with those form fields that the instance offers.
    pub(crate) fn new(entity: Entity, version: EndpointVersion, offered: &[String]) -> Self {
        let (columns, lines, expand): (Columns, Columns, &'static str) = match entity {
            Entity::Customer => (
                CUSTOMER,
                &[],
                "MainContact,BillingContact,BillingContact/Address,ShippingContact,ShippingContact/Address",
            ),
            Entity::StockItem => (STOCK_ITEM, &[], ""),
            Entity::NonStockItem => (NON_STOCK_ITEM, &[], ""),
            Entity::Invoice => (INVOICE, INVOICE_LINE, "Details"),
            Entity::CashSale => (CASH_SALE, CASH_SALE_LINE, "Details"),
        };
        let keys = match entity {
            Entity::Customer => KeyFields::One("CustomerID"),
            Entity::StockItem | Entity::NonStockItem => KeyFields::One("InventoryID"),
            Entity::Invoice | Entity::CashSale => KeyFields::Document,
        };
        let stamp = stamp_field(entity, version < EndpointVersion::V24_200);
        let custom: Vec<(&str, Kind)> = wanted_custom(entity)
            .iter()
            .filter(|(field, _)| offered.iter().any(|offer| offer == field))
            .copied()
            .collect();
        let paths: Vec<String> = custom.iter().map(|(field, _)| format!("custom/{field}")).collect();
        let all: Vec<(&str, Kind)> = columns
            .iter()
            .copied()
            .chain(paths.iter().map(String::as_str).zip(custom.iter().map(|(_, kind)| *kind)))
            .collect();
        let rows = (!lines.is_empty()).then(|| ("Details", Shape::new(lines)));
        let mut select: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        select.push(stamp.to_owned());
        select.extend(lines.iter().map(|(name, _)| format!("Details/{name}")));
        Self {
            entity,
            keys,
            stamp,
            shape: Shape::new(&all).record(Some(stamp), rows),
            has_custom: !custom.is_empty(),
            select: select.join(","),
            expand,
            custom: custom.iter().map(|(field, _)| *field).collect::<Vec<_>>().join(","),
        }
    }

    /// The same with another field as change stamp, where an instance is known to have one.
    pub(crate) fn stamped(mut self, stamp: Option<&'static str>) -> Self {
        let Some(stamp) = stamp.filter(|stamp| *stamp != self.stamp) else { return self };
        let select: Vec<&str> =
            self.select.split(',').map(|field| if field == self.stamp { stamp } else { field }).collect();
        self.select = select.join(",");
        self.shape = self.shape.stamped(stamp);
        self.stamp = stamp;
        self
    }

    /// The same without form fields.
    pub(crate) fn without_custom(&self, version: EndpointVersion) -> Self {
        Self::new(self.entity, version, &[]).stamped(Some(self.stamp))
    }

    /// Only what tells records apart and when they changed: for lists of keys.
    pub(crate) fn keys_only(&self) -> Self {
        let whole = self.clone();
        let columns: Columns = match whole.keys {
            KeyFields::One("CustomerID") => &[("CustomerID", Kind::Text)],
            KeyFields::One(_) => &[("InventoryID", Kind::Text)],
            KeyFields::Document => &[("Type", Kind::Text), ("ReferenceNbr", Kind::Text)],
        };
        let mut select: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        select.push(whole.stamp);
        Self {
            shape: Shape::new(columns).record(Some(whole.stamp), None),
            select: select.join(","),
            expand: "",
            custom: String::new(),
            has_custom: false,
            ..whole
        }
    }

    /// What a light list of open documents brings.
    pub(crate) fn open_documents(&self) -> Self {
        let whole = self.clone();
        let mut select: Vec<&str> = OPEN_DOCUMENT.iter().map(|(name, _)| *name).collect();
        select.push(whole.stamp);
        Self {
            shape: Shape::new(OPEN_DOCUMENT).record(Some(whole.stamp), None),
            select: select.join(","),
            expand: "",
            custom: String::new(),
            has_custom: false,
            ..whole
        }
    }

    /// The parameters of a list under `filter`.
    pub(crate) fn query(&self, filter: Option<&Filter>, top: Option<usize>, skip: Option<u64>) -> ListQuery<'_> {
        ListQuery {
            select: &self.select,
            expand: self.expand,
            custom: &self.custom,
            filter: filter.map(ToString::to_string).unwrap_or_default(),
            top,
            skip,
        }
    }

    /// The cheapest read that proves the right to read, and that lists can be made: one record.
    pub(crate) fn proof(&self, instance: &Instance) -> String {
        instance.list(self.entity.name(), &self.query(None, Some(1), None))
    }
}

/// What the form is called on screen, for sentences.
pub(crate) const fn form(entity: Entity) -> &'static str {
    match entity {
        Entity::Customer => "Customers (AR303000)",
        Entity::StockItem => "Stock Items (IN202500)",
        Entity::NonStockItem => "Non-Stock Items (IN202000)",
        Entity::Invoice => "Invoices and Memos (AR301000)",
        Entity::CashSale => "Cash Sales (AR304000)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::instance::LONGEST_QUERY;

    fn projection(entity: Entity, version: &str, offered: &[&str]) -> Projection {
        let offered: Vec<String> = offered.iter().map(|field| (*field).to_owned()).collect();
        Projection::new(entity, EndpointVersion::of_endpoint(version), &offered)
    }

    #[test]
    fn the_stamp_of_stock_items_follows_the_version() {
        assert_eq!(projection(Entity::StockItem, "Default/23.200.001", &[]).stamp, "LastModified");
        assert_eq!(projection(Entity::StockItem, "Default/24.200.001", &[]).stamp, "LastModifiedDateTime");
        assert_eq!(projection(Entity::Invoice, "Default/20.200.001", &[]).stamp, "LastModifiedDateTime");
    }

    #[test]
    fn another_stamp_takes_the_place_of_the_expected_one_everywhere() {
        let stamped = projection(Entity::StockItem, "Default/24.200.001", &[]).stamped(stamp_named("LastModified"));
        assert_eq!(stamped.stamp, "LastModified");
        assert!(stamped.query(None, None, None).select.ends_with(",LastModified"));
        assert!(stamped.keys_only().query(None, None, None).select.ends_with(",LastModified"));
        assert_eq!((other_stamp("LastModified"), stamp_named("Date")), (Some("LastModifiedDateTime"), None));
    }

    #[test]
    fn form_fields_are_asked_for_only_where_offered() {
        let none = projection(Entity::Invoice, "Default/24.200.001", &[]);
        assert!(!none.has_custom && !none.query(None, None, None).encode().contains("custom"));
        let some = projection(
            Entity::Invoice,
            "Default/24.200.001",
            &["Document.CuryID", "Document.InstallmentNbr", "Document.Other"],
        );
        assert!(some.query(None, None, None).encode().contains("&$custom=Document.CuryID,Document.InstallmentNbr"));
        assert!(!projection(Entity::Customer, "Default/24.200.001", &["Document.CuryID"]).has_custom);
    }

    #[test]
    fn every_field_that_is_decoded_is_selected_and_every_link_is_expanded() {
        for entity in Entity::ALL {
            let projection = projection(entity, "Default/22.200.001", &[]);
            let query = projection.query(None, None, None);
            let selected: Vec<&str> = query.select.split(',').collect();
            assert!(selected.contains(&projection.stamp));
            for path in &selected {
                if let Some((link, _)) = path.rsplit_once('/') {
                    assert!(query.expand.split(',').any(|named| named == link), "{entity:?} {path}");
                }
            }
        }
    }

    #[test]
    fn a_list_of_keys_names_nothing_else() {
        for entity in Entity::ALL {
            let whole = Projection::new(entity, EndpointVersion::V24_200, &[]);
            let keys = whole.keys_only();
            assert_eq!((keys.keys, keys.stamp), (whole.keys, whole.stamp));
            let query = keys.query(None, None, None).encode();
            let wanted = match keys.keys {
                KeyFields::One(field) => format!("$select={field},{}", keys.stamp),
                KeyFields::Document => format!("$select=Type,ReferenceNbr,{}", keys.stamp),
            };
            assert_eq!(query, wanted, "{entity:?}");
        }
    }

    #[test]
    fn every_query_leaves_room_for_a_condition() {
        let all: Vec<String> = DOCUMENT_CUSTOM.iter().map(|(field, _)| (*field).to_owned()).collect();
        for entity in Entity::ALL {
            let projection = Projection::new(entity, EndpointVersion::V24_200, &all);
            assert!(projection.query(None, Some(5000), None).encode().len() < LONGEST_QUERY - 1000, "{entity:?}");
        }
    }
}

//! Addresses: lines joined into a street, city and code as they are, state and country as the sink's lists know them.
//!
//! Owns the five fields of one address. Reads the customer's contact of that kind; writes Billing_… or Shipping_….

use std::borrow::Cow;

use super::names::AddressNames;
use super::sheet::Sheet;
use crate::Record;

/// Paths of one address in a customer record.
pub(super) struct Paths {
    line1: &'static str,
    line2: &'static str,
    city: &'static str,
    state: &'static str,
    code: &'static str,
    country: &'static str,
}

/// The bill-to address.
pub(super) const BILLING: Paths = Paths {
    line1: "BillingContact/Address/AddressLine1",
    line2: "BillingContact/Address/AddressLine2",
    city: "BillingContact/Address/City",
    state: "BillingContact/Address/State",
    code: "BillingContact/Address/PostalCode",
    country: "BillingContact/Address/Country",
};

/// The ship-to address.
pub(super) const SHIPPING: Paths = Paths {
    line1: "ShippingContact/Address/AddressLine1",
    line2: "ShippingContact/Address/AddressLine2",
    city: "ShippingContact/Address/City",
    state: "ShippingContact/Address/State",
    code: "ShippingContact/Address/PostalCode",
    country: "ShippingContact/Address/Country",
};

/// Puts the address of `record` at `paths` into the fields `names`.
pub(super) fn put(sheet: &mut Sheet, names: &AddressNames, record: &Record, paths: &Paths) {
    let text = |path| record.fields.text(path);
    let street = match (text(paths.line1), text(paths.line2)) {
        (Some(first), Some(second)) => Some(Cow::Owned(format!("{first}, {second}"))),
        (Some(only), None) | (None, Some(only)) => Some(Cow::Borrowed(only)),
        (None, None) => None,
    };
    sheet.listed(&names.street, street.as_deref());
    sheet.listed(&names.city, text(paths.city));
    sheet.listed(&names.state, text(paths.state));
    sheet.listed(&names.code, text(paths.code));
    sheet.listed(&names.country, text(paths.country));
}

//! Persons of the Contact form (CR302000).

use super::{Meta, Party};

/// A person. The key is `party.contact_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// System members.
    pub meta: Meta,
    /// Names, phones, mail, address and the contact's number.
    pub party: Party,
    /// Key of the customer or prospect that the person belongs to.
    pub account: Option<String>,
    /// Contact class.
    pub class: Option<String>,
    /// `Active` or `Inactive`.
    pub status: String,
    /// A reference of the person in another system.
    pub external_ref: Option<String>,
}

impl Contact {
    /// Last name and first name as the ERP shows them: `Last, First`.
    #[must_use]
    pub fn display_name(&self) -> String {
        match (self.party.last_name.as_deref(), self.party.first_name.as_deref()) {
            (Some(last), Some(first)) => format!("{last}, {first}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => String::new(),
        }
    }
}

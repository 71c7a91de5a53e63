//! OAuth scopes: what a token may do and what a route needs.
//!
//! Owns: reading scopes and comparing them (fact sheet, section 2.6). Must not: know routes.

/// The scopes of a token, as granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Vec<String>);

/// One thing that a route needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) service: &'static str,
    pub(crate) group: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) action: &'static str,
}

impl Need {
    /// `ZohoCRM.{group}.{action}`
    pub(crate) fn group(group: &'static str, action: &'static str) -> Self {
        Self { service: "ZohoCRM", group, name: None, action }
    }

    /// `ZohoCRM.settings.{name}.{action}`
    pub(crate) fn setting(name: &str, action: &'static str) -> Self {
        Self { service: "ZohoCRM", group: "settings", name: Some(name.to_owned()), action }
    }

    /// `ZohoCRM.modules.{module}.{action}`, the module by its API name.
    pub(crate) fn module(module: &str, action: &'static str) -> Self {
        let name = module.to_ascii_lowercase().replace('_', "");
        Self { service: "ZohoCRM", group: "modules", name: Some(name), action }
    }

    /// `ZohoSearch.securesearch.READ`
    pub(crate) fn search() -> Self {
        Self { service: "ZohoSearch", group: "securesearch", name: None, action: "READ" }
    }
}

impl Scopes {
    /// Reads a list that is separated by commas or blanks.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let words = text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty());
        Self(words.map(str::to_owned).collect())
    }

    /// True when every scope is a known word: `service.group.action` or `service.group.name.action`.
    #[must_use]
    pub fn well_formed(&self) -> bool {
        let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        !self.0.is_empty()
            && self.0.iter().all(|scope| {
                let parts: Vec<&str> = scope.split('.').collect();
                matches!(parts.len(), 3 | 4)
                    && matches!(parts[0], "ZohoCRM" | "ZohoSearch" | "ZohoFiles" | "AaaServer")
                    && parts.iter().all(|part| word(part))
            })
    }

    /// The list as token answers show it, separated by blanks.
    #[must_use]
    pub fn joined(&self) -> String {
        self.0.join(" ")
    }

    /// True when the scopes cover a need.
    pub(crate) fn cover(&self, need: &Need) -> bool {
        self.0.iter().any(|scope| {
            let parts: Vec<&str> = scope.split('.').collect();
            let (group, name, action) = match parts.as_slice() {
                [service, group, action] if *service == need.service => (*group, None, *action),
                [service, group, name, action] if *service == need.service => (*group, Some(*name), *action),
                _ => return false,
            };
            let write = action == "WRITE" && matches!(need.action, "CREATE" | "UPDATE");
            group == need.group
                && name.is_none_or(|name| need.name.as_deref() == Some(name))
                && (action == "ALL" || action == need.action || write)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn scopes_cover_what_they_name() {
        let scopes = Scopes::parse("ZohoCRM.modules.invoices.READ,ZohoCRM.settings.ALL ZohoCRM.coql.READ");
        assert!(scopes.well_formed());
        assert!(scopes.cover(&Need::module("Invoices", "READ")));
        assert!(!scopes.cover(&Need::module("Invoices", "CREATE")));
        assert!(!scopes.cover(&Need::module("Accounts", "READ")));
        assert!(scopes.cover(&Need::setting("fields", "CREATE")));
        assert!(scopes.cover(&Need::group("coql", "READ")));
        assert!(!scopes.cover(&Need::search()));
        assert!(Scopes::parse("ZohoCRM.modules.salesorders.ALL").cover(&Need::module("Sales_Orders", "DELETE")));
        assert!(!Scopes::parse("everything").well_formed());
    }
}

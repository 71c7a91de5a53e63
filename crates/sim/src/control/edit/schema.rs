//! Edits of the CRM's set-up, as its administrator makes them between two runs of a connector.
//!
//! Owns what an administrator may turn. Records keep what they hold; only later writes meet the new rules.

use rust_decimal::Decimal;

use super::{Refused, words};
use crate::data::changes::{Change, Entity};
use crate::zoho::State;
use crate::zoho::model::{Field, Kind, Pick};

fn find<'a>(state: &'a mut State, module: &str, field: &str) -> Result<&'a mut Field, Refused> {
    let held = state.org.module_mut(module).ok_or_else(|| words(format!("no module {module}")))?;
    let no = held.field_no(field).ok_or_else(|| words(format!("{module} has no field {field}")))?;
    held.fields.get_mut(usize::from(no)).ok_or_else(|| words(format!("{module} has no field {field}")))
}

/// Makes a field mandatory or optional, read-only or writable, shorter or longer.
pub(super) fn field(
    state: &mut State,
    module: &str,
    name: &str,
    (mandatory, read_only, length): (Option<bool>, Option<bool>, Option<u32>),
) -> Result<Change, Refused> {
    if length == Some(0) {
        return Err(words("a field holds at least one character"));
    }
    let held = find(state, module, name)?;
    if matches!(held.kind, Kind::Formula | Kind::AutoNumber | Kind::Id) {
        return Err(words(format!("{name} is the system's own")));
    }
    held.mandatory = mandatory.unwrap_or(held.mandatory);
    held.read_only = read_only.unwrap_or(held.read_only);
    held.length = length.unwrap_or(held.length);
    let (mandatory, read_only) = (held.mandatory, held.read_only);
    let what = format!("mandatory {mandatory}, read-only {read_only}, {} characters", held.length);
    Ok(change(module, name, &what))
}

/// Lists a value of a picklist, or takes it away.
pub(super) fn pick(state: &mut State, module: &str, name: &str, value: &str, listed: bool) -> Result<Change, Refused> {
    let id = state.org.meta_id();
    let held = find(state, module, name)?;
    if !matches!(held.kind, Kind::Picklist | Kind::MultiPicklist) {
        return Err(words(format!("{name} is no picklist")));
    }
    let there = held.picks.iter().any(|pick| pick.actual == value);
    match (there, listed) {
        (true, false) => held.picks.retain(|pick| pick.actual != value),
        (false, true) => held.picks.push(Pick {
            id,
            display: value.to_owned(),
            actual: value.to_owned(),
            forecast: None,
            probability: None,
        }),
        _ => return Err(words(format!("{value} is {} already", if there { "listed" } else { "not listed" }))),
    }
    Ok(change(module, name, &format!("{value} {}", if listed { "is listed" } else { "is gone" })))
}

/// Takes the right to create and edit records of a module from every profile, or gives it back.
pub(super) fn rights(state: &mut State, module: &str, granted: bool) -> Result<Change, Refused> {
    if state.org.module(module).is_none() {
        return Err(words(format!("no module {module}")));
    }
    for profile in &mut state.org.profiles {
        profile.read_only_modules.retain(|held| held != module);
        if !granted {
            profile.read_only_modules.push(module.to_owned());
        }
    }
    Ok(change(module, "rights", if granted { "may be written" } else { "may be read only" }))
}

/// Switches a currency on or off.
pub(super) fn currency(state: &mut State, iso: &str, active: bool) -> Result<Change, Refused> {
    let held = state.org.currencies.iter_mut().find(|held| held.iso == iso);
    let held = held.ok_or_else(|| words(format!("no currency {iso}")))?;
    if held.base {
        return Err(words(format!("{iso} is the home currency")));
    }
    held.active = active;
    Ok(change("Currencies", iso, if active { "on" } else { "off" }))
}

/// Changes what the formula of documents' totals adds.
pub(super) fn totals(state: &mut State, extra: Decimal) -> Change {
    state.org.total_extra = extra;
    change("Invoices", "Grand_Total", &format!("adds {extra}"))
}

/// What an edit of the set-up did.
pub(super) fn change(module: &str, field: &str, what: &str) -> Change {
    Change { entity: Entity::CrmSetup, key: format!("{module}/{field}"), what: what.to_owned(), created: false }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::sync::Arc;

    use serde_json::json;

    use crate::clock::SetClock;
    use crate::control::edit::{Edit, Refused};
    use crate::options::Size;
    use crate::simulation::Sim;
    use crate::{Options, data};

    fn sim() -> Arc<Sim> {
        let clock = Arc::new(SetClock::new("2026-03-01T12:00:00Z".parse().unwrap()));
        let size = Size { customers: 5, items: 5, invoices: 5, existing_accounts: 1, ..Size::default() };
        Sim::new(Options { size, ..Options::default() }, clock).unwrap()
    }

    fn make(sim: &Sim, edit: serde_json::Value) -> Result<(), Refused> {
        let edit: Edit = serde_json::from_value(edit).unwrap();
        sim.change(&edit).map(|_| ())
    }

    fn insert(sim: &Sim, values: serde_json::Value) -> Result<(), Refused> {
        make(sim, json!({"edit": "zoho_insert", "module": "Accounts", "values": values}))
    }

    #[test]
    fn a_field_is_made_mandatory_shorter_and_read_only_and_back() {
        let sim = sim();
        let field = |more: serde_json::Value| {
            let mut edit = json!({"edit": "zoho_field", "module": "Accounts"});
            edit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            make(&sim, edit)
        };
        insert(&sim, json!({"Account_Name": "One"})).unwrap();
        field(json!({"field": "Industry", "mandatory": true})).unwrap();
        assert!(insert(&sim, json!({"Account_Name": "Two"})).is_err());
        field(json!({"field": "Industry", "mandatory": false})).unwrap();
        insert(&sim, json!({"Account_Name": "Two"})).unwrap();
        field(json!({"field": "Account_Name", "length": 4})).unwrap();
        assert!(insert(&sim, json!({"Account_Name": "Three"})).is_err());
        field(json!({"field": "Account_Name", "length": 5})).unwrap();
        insert(&sim, json!({"Account_Name": "Three"})).unwrap();
        assert!(field(json!({"field": "Account_Name", "length": 0})).is_err());
        assert!(field(json!({"field": "Colour", "length": 3})).is_err());
    }

    #[test]
    fn a_value_leaves_a_picklist_and_comes_back() {
        let sim = sim();
        let pick = |listed: bool| {
            let edit = json!({"edit": "zoho_pick", "module": "Invoices", "field": "Status", "value": "Approved",
                "listed": listed});
            make(&sim, edit)
        };
        let listed = || {
            sim.with(|_, org| {
                let invoices = org.module("Invoices").unwrap();
                let status = invoices.field(invoices.field_no("Status").unwrap());
                status.picks.iter().any(|pick| pick.actual == "Approved")
            })
        };
        assert!(listed());
        pick(false).unwrap();
        assert!(!listed());
        assert!(pick(false).is_err());
        pick(true).unwrap();
        assert!(listed());
    }

    #[test]
    fn a_currency_is_switched_off_but_not_the_home_currency() {
        let sim = sim();
        let home = data::org_options().base_currency;
        let currency =
            |iso: &str, active: bool| make(&sim, json!({"edit": "zoho_currency", "iso": iso, "active": active}));
        assert!(currency(&home, false).is_err());
        assert!(currency("XXX", false).is_err());
        let other = sim.with(|_, org| org.currencies.iter().find(|held| !held.base).map(|held| held.iso.clone()));
        let other = other.unwrap();
        currency(&other, false).unwrap();
        assert_eq!(sim.with(|_, org| org.currency(&other).map(|held| held.active)), Some(false));
        currency(&other, true).unwrap();
        assert_eq!(sim.with(|_, org| org.currency(&other).map(|held| held.active)), Some(true));
    }
}

//! Records that the sink refused for what they name: whether that is gone there.
//!
//! Owns noticing it at once. A record that a person deleted is else found by the daily check of links only, and until then everything
//! that names it would be parked as if one of its own values were wrong. Must not judge a link: the check does.

use std::collections::BTreeSet;

use sync::problem::Code;
use sync::settle::Outcome;
use sync::{Draft, Flow, Value};

use super::RunError;
use super::check;
use super::item::Item;
use super::shared::Run;

/// Ids of the sink that refused records name in the field that was refused, and behind which no link stands any more, because the
/// records there are gone: whoever names one is drafted again, and waits then for what is missing.
pub(super) async fn among(run: &Run<'_>, items: &[Item], outcomes: &[Outcome]) -> Result<BTreeSet<String>, RunError> {
    let (mut accounts, mut products) = (BTreeSet::new(), BTreeSet::new());
    for (item, outcome) in items.iter().zip(outcomes) {
        if let Outcome::Refused(refusal) = outcome
            && refusal.problem.code == Code::ValueRefused
        {
            let Draft { fields, rows, .. } = &*item.draft;
            accounts.extend(link(fields.get(&refusal.field)));
            products.extend(rows.iter().filter_map(|row| link(row.get(&refusal.field))));
        }
    }
    let mut dead = BTreeSet::new();
    for (flow, named) in [(Flow::Customers, accounts), (Flow::Items, products)] {
        if named.is_empty() {
            continue;
        }
        let ids: Vec<String> = named.iter().cloned().collect();
        check::now(run, flow, &ids).await?;
        let linked = run.cx.store.linked_to(run.connection.id, flow, &ids).await?;
        let living: BTreeSet<String> = linked
            .into_iter()
            .filter(|row| row.entry.problem.as_ref().is_none_or(|problem| !problem.code.breaks_link()))
            .filter_map(|row| row.entry.target_id)
            .collect();
        dead.extend(named.difference(&living).cloned());
    }
    Ok(dead)
}

/// True when the draft names one of `dead` in that field.
pub(super) fn names(draft: &Draft, field: &str, dead: &BTreeSet<String>) -> bool {
    let fields = std::iter::once(&draft.fields).chain(&draft.rows);
    fields.filter_map(|fields| link(fields.get(field))).any(|id| dead.contains(&id))
}

fn link(value: Option<&Value>) -> Option<String> {
    match value {
        Some(Value::Link(id)) => Some(id.clone()),
        _ => None,
    }
}

//! `covered_up_to` is the truth: what was stamped before it is in the CRM as it is, or is told as open.
//!
//! Owns what excuses a difference: a later stamp, a change that no stamp shows, somebody else's hand in the CRM, a record that was told.

use std::collections::BTreeMap;

use sim::Sim;

use super::agreement::{self, Facts};
use super::{Doings, Told, Violation, people, trail};

/// Fields that follow another record than the one they stand in.
const OF_OTHERS: [&str; 2] = ["Parent_Account", "Account_Name"];

struct Truth {
    code: String,
    stamp: i64,
    flow: &'static str,
    /// Whether a list of the ERP shows it.
    listed: bool,
}

pub(super) fn look(sim: &Sim, told: &Told, doings: &Doings, people: &people::Memory) -> Vec<Violation> {
    let truths = truths(sim);
    let facts = sim.with(|_, org| Facts::of(org, people));
    let report = sim.compare();
    let mut found = Vec::new();
    for (module, report) in report.modules() {
        let missing = report.missing.iter().map(|key| (key.as_str(), String::from("is missing")));
        let differing = report
            .differing
            .iter()
            .filter(|d| !followed(&d.field) && !doings.is_reckoned(&d.key, &d.field))
            .map(|d| (d.key.as_str(), format!("{} is {:?} instead of {:?}", d.field, d.found, d.expected)));
        for (key, why) in missing.chain(differing) {
            let Some(truth) = truths.get(&key.to_lowercase()) else { continue };
            let covered = told.covered.get(truth.flow).copied().unwrap_or(i64::MIN);
            let excused = truth.is_later(covered, doings)
                || doings.unseen.contains(&key.to_lowercase())
                || doings.is_touched(module, key)
                || facts.was_deleted(module, key)
                || told.open.contains(&(truth.flow.to_owned(), truth.code.clone()));
            if !excused {
                let what = format!(
                    "{module} {} ({key}) {why}, though stamped {} s before what is covered",
                    truth.code,
                    (covered - truth.stamp) / 1_000_000
                );
                found.push(Violation { name: "covered_up_to_lies", what });
            }
        }
    }
    found
}

impl Truth {
    /// Whether it was stamped, or became visible, after what is covered.
    fn is_later(&self, covered: i64, doings: &Doings) -> bool {
        self.stamp.saturating_add(doings.lag) > covered
            || doings.late.get(&self.code).is_some_and(|visible| *visible > covered)
    }
}

/// Records of which nothing was ever told, though they are covered.
pub(super) fn untold(sim: &Sim, told: &Told, doings: &Doings, trail: &trail::Memory) -> Option<Violation> {
    let silent = |(key, truth): &(String, Truth)| {
        let covered = told.covered.get(truth.flow).is_some_and(|covered| !truth.is_later(*covered, doings));
        covered && truth.listed && !doings.unseen.contains(key) && !trail.knows(truth.flow, key)
    };
    let untold = truths(sim).into_iter().filter(silent);
    let untold: Vec<String> = untold.map(|(key, truth)| format!("{} {key} is nowhere told", truth.flow)).collect();
    agreement::summed("trail_silent", untold)
}

fn followed(field: &str) -> bool {
    OF_OTHERS.contains(&field) || field.contains("Product_Name")
}

fn truths(sim: &Sim) -> BTreeMap<String, Truth> {
    sim.with(|books, _| {
        let customers = books.customers.values().map(|customer| {
            let stamp = customer.meta.modified.as_microsecond();
            let key = customer.meta.id.hyphenated().to_string();
            (key, Truth { code: customer.key.clone(), stamp, flow: "customers", listed: true })
        });
        let items = books.items.values().map(|item| {
            let stamp = item.meta.modified.as_microsecond();
            let key = item.meta.id.hyphenated().to_string();
            (key, Truth { code: item.key.clone(), stamp, flow: "items", listed: true })
        });
        let documents = books.documents.values().map(|document| {
            let key = format!("{}/{}", document.key.kind.label(), document.key.number);
            let stamp = document.meta.modified.as_microsecond();
            let listed = !document.archived && (document.on_invoice_form() || document.on_cash_form());
            (key.to_lowercase(), Truth { code: key, stamp, flow: "invoices", listed })
        });
        customers.chain(items).chain(documents).collect()
    })
}

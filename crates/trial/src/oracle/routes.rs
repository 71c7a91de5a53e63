//! What may be asked of both systems at all: closed lists of methods and places, looked up in the simulators' own counts.
//!
//! Owns the lists. What an answer said, and what became of it, is judged elsewhere.

use sim::Sim;
use sim::faults::System;

use super::Violation;

/// What is sent to the ERP beside reads: signing in and out.
const ERP_SIGN_IN: [&str; 2] = ["POST identity/connect/token", "POST entity/auth/logout"];
/// Modules of the CRM that are written.
const CRM_RECORDS: [&str; 3] = ["Accounts", "Products", "Invoices"];
/// Places of the CRM that take a POST or PATCH without changing a record.
const CRM_OTHERS: [&str; 2] = ["coql", "settings"];

/// Requests that were looked at.
#[derive(Debug, Default)]
pub(super) struct Memory {
    seen: u64,
}

impl Memory {
    /// Judges the kinds of request made so far; nothing when none was made since the last look.
    pub(super) fn look(&mut self, sim: &Sim) -> Vec<Violation> {
        let total = sim.requests().page(0, 1).total;
        if total == self.seen {
            return Vec::new();
        }
        self.seen = total;
        let mut found = Vec::new();
        for (route, count) in sim.requests().counters(System::Acumatica).by_route {
            let read = route.starts_with("GET ") || ERP_SIGN_IN.contains(&route.as_str());
            if !read {
                found.push(Violation { name: "finance_written", what: format!("{route}, {count} times") });
            }
        }
        for (route, count) in sim.requests().counters(System::Zoho).by_route {
            if route.starts_with("DELETE ") {
                found.push(Violation { name: "deleted_by_us", what: format!("{route}, {count} times") });
            } else if !is_known(&route) {
                found.push(Violation { name: "written_elsewhere", what: format!("{route}, {count} times") });
            }
        }
        found
    }
}

/// How often records of the CRM were written so far, whatever was answered.
pub(super) fn record_writes(sim: &Sim) -> u64 {
    let routes = sim.requests().counters(System::Zoho).by_route;
    routes
        .iter()
        .filter(|(route, _)| !is_read(route) && CRM_RECORDS.contains(&place(route)))
        .map(|(_, count)| count)
        .sum()
}

fn is_read(route: &str) -> bool {
    route.starts_with("GET ")
}

fn is_known(route: &str) -> bool {
    is_read(route)
        || route.starts_with("POST /oauth/")
        || CRM_RECORDS.contains(&place(route))
        || CRM_OTHERS.contains(&place(route))
}

/// What follows the version: `PUT /crm/v8/Accounts/{id}` is `Accounts`.
fn place(route: &str) -> &str {
    let path = route.split(' ').nth(1).unwrap_or_default();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    match (parts.next(), parts.next(), parts.next()) {
        (Some("crm"), Some(_), Some(place)) => place,
        _ => "",
    }
}

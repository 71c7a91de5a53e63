//! Lists are fetched in one statement. What sits on a view with code cannot be: this module knows which that is.
//!
//! Owns the verdicts on named fields and custom columns, by the switches. Asked by `plan` before a row is visited.

use crate::acumatica::entity::{Entity, Source};
use crate::acumatica::switches::{Computed, Switches};

/// What becomes of a field in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is there.
    Given,
    /// It is empty.
    Empty,
    /// The list fails because of this view.
    Fails(&'static str),
}

fn verdict(computed: Computed, view: &'static str) -> Verdict {
    match computed {
        Computed::Fails => Verdict::Fails(view),
        Computed::Empty => Verdict::Empty,
        Computed::Given => Verdict::Given,
    }
}

/// Judges a field, collection or custom column of a list. `named` says that the request names it.
pub(super) fn judge(entity: &Entity, path: &str, named: bool, switches: &Switches) -> Verdict {
    match (entity.source, path) {
        (Source::Inquiry, _) => Verdict::Fails("Results"),
        (Source::Payments, "ApplicationHistory") => Verdict::Fails("ARPost"),
        (Source::Payments, "AppliedToDocuments" | "AvailableBalance" | "AppliedToOrders") => {
            match verdict(switches.payment_computed_in_lists, "Document") {
                Verdict::Fails(_) if !named => Verdict::Empty,
                other => other,
            }
        }
        (Source::Customers, "CreditVerificationRules" | "CustomerBalance.Balance") => {
            verdict(switches.customer_credit_in_lists, "CustomerBalance")
        }
        (Source::Customers, "Attributes") => verdict(switches.customer_attributes_in_lists, "Answers"),
        _ if switches.view_code.get(entity.name).is_some_and(|paths| paths.iter().any(|code| code == path)) => {
            Verdict::Fails("Customised")
        }
        _ => Verdict::Given,
    }
}

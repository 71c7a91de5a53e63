//! Labels of the source that decide something: document status and type, item status.
//!
//! Owns the closed lists (the drop-down labels of the forms AR301000, AR304000, SO303000, IN202500, as read and written by
//! the contract). A label that is not here is unknown: never taken for released.

/// What a document's status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Released, with a balance or on hold after release: Open, Reserved.
    Open,
    /// Released, nothing left to pay.
    Closed,
    /// Released and cancelled or corrected since.
    Canceled,
    /// Not released, or never a receivable.
    NotReleased,
    /// None of the documented labels.
    Unknown,
}

/// What the status label `status` says.
#[must_use]
pub fn standing(status: &str) -> Standing {
    match status {
        "Open" | "Reserved" => Standing::Open,
        "Closed" => Standing::Closed,
        "Canceled" => Standing::Canceled,
        "On Hold" | "Balanced" | "Pending Print" | "Pending Email" | "Pending Approval" | "Rejected"
        | "Credit Hold" | "Pending Processing" | "Incomplete" | "Scheduled" | "Voided" => Standing::NotReleased,
        _ => Standing::Unknown,
    }
}

/// Whether a document type travels, and if so whether it counts against the customer's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Adds to what the customer owes.
    Plus,
    /// Takes from it: Credit Memo, Cash Return.
    Minus,
}

/// The sign of the document type `kind`; `None` when the type does not travel.
#[must_use]
pub fn sign(kind: &str) -> Option<Sign> {
    match kind {
        "Invoice" | "Debit Memo" | "Overdue Charge" | "Cash Sale" => Some(Sign::Plus),
        "Credit Memo" | "Cash Return" => Some(Sign::Minus),
        _ => None,
    }
}

/// True when an item of this status can be sold.
#[must_use]
pub fn is_sellable(item_status: &str) -> bool {
    !matches!(item_status, "No Sales" | "Inactive" | "Marked for Deletion")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_statuses() {
        for status in ["Open", "Reserved"] {
            assert_eq!(standing(status), Standing::Open, "{status}");
        }
        assert_eq!(standing("Closed"), Standing::Closed);
        assert_eq!(standing("Canceled"), Standing::Canceled);
        for status in [
            "On Hold",
            "Balanced",
            "Pending Print",
            "Pending Email",
            "Pending Approval",
            "Rejected",
            "Credit Hold",
            "Pending Processing",
            "Incomplete",
            "Scheduled",
            "Voided",
        ] {
            assert_eq!(standing(status), Standing::NotReleased, "{status}");
        }
        for status in ["open", "Cancelled", "In Collection", "", "N"] {
            assert_eq!(standing(status), Standing::Unknown, "{status}");
        }
    }

    #[test]
    fn types_that_travel() {
        for kind in ["Invoice", "Debit Memo", "Overdue Charge", "Cash Sale"] {
            assert_eq!(sign(kind), Some(Sign::Plus), "{kind}");
        }
        for kind in ["Credit Memo", "Cash Return"] {
            assert_eq!(sign(kind), Some(Sign::Minus), "{kind}");
        }
        for kind in ["Credit WO", "Prepmt. Invoice", "Payment", "INV", ""] {
            assert_eq!(sign(kind), None, "{kind}");
        }
    }

    #[test]
    fn items_that_sell() {
        for status in ["Active", "No Purchases", "No Request", "Something new"] {
            assert!(is_sellable(status), "{status}");
        }
        for status in ["No Sales", "Inactive", "Marked for Deletion"] {
            assert!(!is_sellable(status), "{status}");
        }
    }
}

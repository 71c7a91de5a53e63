//! What is written to the sink for a record that the source has no more.
//!
//! Owns which fields that touches: the status, for a product whether it is sold, or our key; never anything else. Must not decide that a
//! record is gone: `detect::sweep` does.

use super::Names;
use super::names::Column;
use super::sheet::Sheet;
use crate::{Draft, Flow, Value};

/// The status of what the source has no more.
pub const DELETED: &str = "Deleted";

fn columns(flow: Flow, names: &Names) -> (&Option<Column>, &Option<Column>) {
    match flow {
        Flow::Customers => (&names.accounts.key, &names.accounts.status),
        Flow::Items => (&names.products.key, &names.products.status),
        Flow::Invoices => (&names.invoices.key, &names.invoices.erp_status),
    }
}

fn draft(flow: Flow, erp_key: &str, sheet: Sheet) -> Option<Draft> {
    let (draft, _) = sheet.finish(flow.module(), erp_key, Vec::new());
    (!draft.fields.0.is_empty()).then_some(*draft)
}

/// The mark: the status, and with `inactive` that a product is not sold. `None` when the sink has no field for it.
#[must_use]
pub fn mark(flow: Flow, erp_key: &str, inactive: bool, names: &Names) -> Option<Draft> {
    let mut sheet = Sheet::with_room(2);
    sheet.text(columns(flow, names).1, Some(DELETED));
    if inactive && flow == Flow::Items {
        sheet.put(&names.products.active, Value::Bool(false));
    }
    draft(flow, erp_key, sheet)
}

/// Our key cleared. `None` when the sink has no field for it.
#[must_use]
pub fn unlink(flow: Flow, erp_key: &str, names: &Names) -> Option<Draft> {
    let mut sheet = Sheet::with_room(1);
    sheet.put(columns(flow, names).0, Value::Null);
    draft(flow, erp_key, sheet)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::sample;
    use super::*;
    use crate::mapping::Schema;

    #[test]
    fn a_mark_touches_the_status_and_what_is_asked_for() {
        let names = Names::of(&sample::schema());
        for flow in Flow::ALL {
            let mark = mark(flow, "k", true, &names).unwrap();
            assert_eq!((mark.module, mark.erp_key.as_str(), mark.rows.len()), (flow.module(), "k", 0));
            let active = mark.fields.0.iter().find(|(_, value)| *value == Value::Bool(false));
            assert_eq!(active.is_some(), flow == Flow::Items, "{flow:?}");
            assert_eq!(mark.fields.0.len(), 1 + usize::from(flow == Flow::Items));
            assert_eq!(mark.fields.0[0].1, Value::from("Deleted"));
        }
        assert_eq!(mark(Flow::Items, "k", false, &names).unwrap().fields.0.len(), 1);
    }

    #[test]
    fn unlinking_clears_our_key_alone() {
        let names = Names::of(&sample::schema());
        for flow in Flow::ALL {
            assert_eq!(
                unlink(flow, "k", &names).unwrap().fields.0.iter().map(|(_, value)| value).collect::<Vec<_>>(),
                [&Value::Null]
            );
        }
    }

    #[test]
    fn a_sink_without_our_fields_is_left_alone() {
        let names = Names::of(&Schema::default());
        assert_eq!((mark(Flow::Items, "k", true, &names), unlink(Flow::Items, "k", &names)), (None, None));
    }
}

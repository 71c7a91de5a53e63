//! Tests rows, with the database's logic: what is null compares as neither true nor false.
//!
//! Owns comparison of values with literals. Must not fail: what could is refused by `bind`. Rows come from the books,
//! one at a time.

use std::cmp::Ordering;

use super::{Column, Lit, Op, Pred, Test};
use crate::acumatica::entity::{Cx, Rec, custom_value};
use crate::acumatica::switches::TypeOrder;
use crate::acumatica::value::{Val, collate};

impl Pred {
    /// Whether the row fulfils the condition.
    #[must_use]
    pub fn holds<'a>(&self, cx: &Cx<'a>, rec: Rec<'a>) -> bool {
        self.decide(cx, rec) == Some(true)
    }

    fn decide<'a>(&self, cx: &Cx<'a>, rec: Rec<'a>) -> Option<bool> {
        match self {
            Self::Never => Some(false),
            Self::And(all) => {
                let mut result = Some(true);
                for part in all {
                    match part.decide(cx, rec) {
                        Some(false) => return Some(false),
                        None => result = None,
                        Some(true) => {}
                    }
                }
                result
            }
            Self::Or(all) => {
                let mut result = Some(false);
                for part in all {
                    match part.decide(cx, rec) {
                        Some(true) => return Some(true),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                result
            }
            Self::Not(inner) => inner.decide(cx, rec).map(|b| !b),
            Self::Test(column, test) => test.decide(&column.read(cx, rec), cx),
        }
    }
}

impl Column {
    /// The row's value in this column.
    #[must_use]
    pub fn read<'a>(&self, cx: &Cx<'a>, mut rec: Rec<'a>) -> Val<'a> {
        for step in &self.hops {
            match step(cx, rec) {
                Some(next) => rec = next,
                None => return Val::Null,
            }
        }
        match self.get {
            Some(get) => get(cx, rec),
            None => custom_value(rec, &self.user),
        }
    }
}

impl Test {
    /// Tests a value; `None` when it is null and the test is not about null.
    #[must_use]
    pub fn decide(&self, value: &Val<'_>, cx: &Cx<'_>) -> Option<bool> {
        match (self, value) {
            (Self::Null, _) => Some(*value == Val::Null),
            (Self::NotNull, _) => Some(*value != Val::Null),
            (_, Val::Null) => None,
            (Self::Compare(op, lit, code), _) => {
                let order = order(value, lit, *code, *op, cx)?;
                Some(match op {
                    Op::Eq => order.is_eq(),
                    Op::Ne => order.is_ne(),
                    Op::Gt => order.is_gt(),
                    Op::Ge => order.is_ge(),
                    Op::Lt => order.is_lt(),
                    Op::Le => order.is_le(),
                })
            }
            (Self::Contains(part), _) => value.as_text().map(|t| t.to_uppercase().contains(part)),
            (Self::Starts(part), _) => value.as_text().map(|t| t.to_uppercase().starts_with(part)),
            (Self::Ends(part), _) => value.as_text().map(|t| t.to_uppercase().ends_with(part)),
        }
    }
}

fn order(value: &Val<'_>, lit: &Lit, code: Option<&str>, op: Op, cx: &Cx<'_>) -> Option<Ordering> {
    Some(match (value, lit) {
        (Val::Type { code: mine, .. }, Lit::Text(_))
            if cx.switches.type_order == TypeOrder::Code && !matches!(op, Op::Eq | Op::Ne) =>
        {
            mine.cmp(&code?)
        }
        (_, Lit::Text(text)) => collate(value.as_text()?, text),
        (Val::Bool(a), Lit::Bool(b)) => a.cmp(b),
        (Val::Int(a), Lit::Int(b)) => a.cmp(b),
        (Val::Dec(a, _), Lit::Dec(b)) => a.cmp(b),
        (Val::Guid(a), Lit::Guid(b)) => a.cmp(b),
        (_, Lit::Time(b)) => value.as_instant(&cx.books.setup.zone)?.cmp(b),
        _ => return None,
    })
}

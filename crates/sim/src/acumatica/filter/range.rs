//! Narrows the keys that a condition can hold for, so that a list seeks instead of scanning.
//!
//! Owns only the bounds; a bound may be too wide and never too narrow, because `test` still judges each row. Used by
//! `list`.

use super::{Lit, Op, Pred, Test};
use crate::acumatica::entity::Cx;
use crate::acumatica::value::Val;

/// A range of folded keys. Both ends are inclusive or not by their flag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interval {
    /// Lower end.
    pub low: Option<(String, bool)>,
    /// Upper end.
    pub high: Option<(String, bool)>,
}

impl Interval {
    fn both(mut self, other: Self) -> Self {
        if let Some(low) = other.low
            && self.low.as_ref().is_none_or(|mine| (&low.0, !low.1) > (&mine.0, !mine.1))
        {
            self.low = Some(low);
        }
        if let Some(high) = other.high
            && self.high.as_ref().is_none_or(|mine| (&high.0, high.1) < (&mine.0, mine.1))
        {
            self.high = Some(high);
        }
        self
    }

    fn either(self, other: Self) -> Self {
        let low = match (self.low, other.low) {
            (Some(a), Some(b)) => Some(if (&a.0, !a.1) <= (&b.0, !b.1) { a } else { b }),
            _ => None,
        };
        let high = match (self.high, other.high) {
            (Some(a), Some(b)) => Some(if (&a.0, a.1) >= (&b.0, b.1) { a } else { b }),
            _ => None,
        };
        Self { low, high }
    }

    /// Whether no key can be in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (Some((low, a)), Some((high, b))) => low > high || (low == high && !(*a && *b)),
            _ => false,
        }
    }
}

/// The keys for which `pred` may hold; `None` when it holds for none. The range is of the last of `keys` key fields;
/// for entities with two, the first has the value `kind`.
#[must_use]
pub fn narrow(pred: &Pred, keys: usize, kind: Option<&Val<'_>>, cx: &Cx<'_>) -> Option<Interval> {
    match pred {
        Pred::Never => None,
        Pred::And(all) => {
            let mut range = Interval::default();
            for part in all {
                range = range.both(narrow(part, keys, kind, cx)?);
            }
            (!range.is_empty()).then_some(range)
        }
        Pred::Or(all) => {
            let ranges = all.iter().filter_map(|part| narrow(part, keys, kind, cx));
            ranges.reduce(Interval::either)
        }
        Pred::Not(_) => Some(Interval::default()),
        Pred::Test(column, test) => match (column.key, kind, test) {
            (Some(0), Some(kind), test) if keys == 2 => (test.decide(kind, cx) == Some(true)).then(Interval::default),
            (Some(key), _, Test::Compare(op, Lit::Text(text), _)) if key + 1 == keys => {
                let end = |inclusive| Some((text.clone(), inclusive));
                Some(match op {
                    Op::Eq => Interval { low: end(true), high: end(true) },
                    Op::Gt => Interval { low: end(false), high: None },
                    Op::Ge => Interval { low: end(true), high: None },
                    Op::Lt => Interval { low: None, high: end(false) },
                    Op::Le => Interval { low: None, high: end(true) },
                    Op::Ne => Interval::default(),
                })
            }
            _ => Some(Interval::default()),
        },
    }
}

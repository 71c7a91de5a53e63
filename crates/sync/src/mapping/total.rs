//! What a document must come to in the sink, and what is said when it comes to something else.
//!
//! Owns the comparison to the minor unit of the document's currency. Must not read anything: what the sink shows comes in.

use rust_decimal::Decimal;

use super::names::{Column, Names};
use super::schema::Schema;
use crate::problem::Code;
use crate::settle::Agreed;
use crate::{Draft, Fields, Problem};

/// In which field the sink tells it.
const SHOWN: &str = "Grand_Total";

/// What a draft must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    total: Decimal,
    /// The smallest amount of the currency.
    unit: Decimal,
}

impl Expected {
    /// Of a draft with rows. `None` when its rows had to go without value, or its total has no field of ours.
    #[must_use]
    pub fn of(draft: &Draft, schema: &Schema, names: &Names) -> Option<Self> {
        let columns = &names.invoices;
        let total = amount(&draft.fields, columns.total.as_ref())?;
        let zero = |amount: Option<Decimal>| amount.is_none_or(|amount| amount.is_zero());
        let worthless = draft.rows.iter().all(|row| zero(amount(row, names.rows.price.as_ref())));
        if draft.rows.is_empty()
            || (worthless && zero(amount(&draft.fields, columns.adjustment.as_ref())) && !total.is_zero())
        {
            return None;
        }
        let currency = columns.erp_currency.as_ref().and_then(|column| draft.fields.text(&column.name));
        let places = currency.and_then(|code| schema.currencies.get(code)).map_or(2, |currency| currency.places);
        Some(Self { total, unit: Decimal::new(1, places.min(super::document::MOST_PLACES)) })
    }

    /// What to say of a document of which the sink shows this total; `None` when it is as expected.
    #[must_use]
    pub fn against(&self, shown: Decimal) -> Option<Problem> {
        if (self.total - shown).abs() < self.unit {
            return None;
        }
        let (is, must) = (shown.normalize(), self.total.normalize());
        let message = format!("The document comes to {is} in Zoho CRM, and to {must} in Acumatica.");
        Some(Problem::new(Code::TotalDiffers, message).at(SHOWN))
    }
}

/// True when the header alone changes what the document comes to, against what was agreed.
#[must_use]
pub fn moves(draft: &Draft, agreed: Option<&Agreed>, names: &Names) -> bool {
    let Some(agreed) = agreed else { return true };
    let columns = [&names.invoices.total, &names.invoices.adjustment];
    columns.into_iter().any(|column| amount(&draft.fields, column.as_ref()) != amount(&agreed.fields, column.as_ref()))
}

fn amount(fields: &Fields, column: Option<&Column>) -> Option<Decimal> {
    fields.get(&column?.name)?.as_decimal()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::super::sample::*;
    use super::super::{Currency, PLACEHOLDER_KEY};
    use super::*;
    use crate::Value;

    fn expected(draft: &Draft, schema: &Schema) -> Option<Expected> {
        Expected::of(draft, schema, &Names::of(schema))
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn totals_are_compared_to_the_minor_unit() {
        let mut schema = schema();
        for (places, near, off) in [(2, "100.009", "100.01"), (0, "100.9", "101"), (3, "100.0009", "100.001")] {
            schema.currencies.insert("USD".to_owned(), Currency { places });
            let (draft, _) = draft(&with_lines(&[line(1, "A", "10", "10", "100")]), &schema);
            let must = expected(&draft, &schema).unwrap();
            assert_eq!(must.against(decimal("100.00")), None);
            assert_eq!(must.against(decimal(near)), None, "{places} places");
            let problem = must.against(decimal(off)).unwrap();
            assert_eq!((problem.code, problem.field.as_str()), (Code::TotalDiffers, "Grand_Total"));
            assert_eq!(problem.message, format!("The document comes to {off} in Zoho CRM, and to 100 in Acumatica."));
        }
    }

    #[test]
    fn rows_that_had_to_go_without_value_are_not_compared() {
        let mut schema = schema();
        let memo = |amount: &str| {
            let mut record = with_lines(&[line(1, "A", "1", amount, amount)]);
            set(&mut record, "Type", Value::from("Credit Memo"));
            set(&mut record, "Amount", number(amount));
            record
        };
        let (taken, _) = draft(&memo("100"), &schema);
        assert!(expected(&taken, &schema).unwrap().against(decimal("-100")).is_none());
        schema.negative_adjustment = false;
        let (refused, _) = draft(&memo("100"), &schema);
        assert_eq!(expected(&refused, &schema), None, "{PLACEHOLDER_KEY}");
        let (nothing, _) = draft(&memo("0"), &schema);
        assert!(expected(&nothing, &schema).unwrap().against(decimal("0.01")).is_some());
        let alone = Draft { rows: Vec::new(), ..taken };
        assert_eq!(expected(&alone, &schema), None, "some fields of a document");
    }

    #[test]
    fn a_header_moves_the_total_by_total_or_adjustment() {
        let (schema, names) = (schema(), Names::of(&schema()));
        let drafted = |amount: &str, balance: &str| {
            let mut record = with_lines(&[line(1, "A", "10", "10", "100")]);
            set(&mut record, "Amount", number(amount));
            set(&mut record, "Balance", number(balance));
            draft(&record, &schema).0
        };
        let Draft { fields, rows, .. } = drafted("100", "100");
        let before = Agreed { fields, rows };
        assert!(!moves(&drafted("100.00", "40"), Some(&before), &names));
        assert!(moves(&drafted("107", "40"), Some(&before), &names));
        assert!(moves(&drafted("100", "100"), None, &names), "nothing is known");
    }
}

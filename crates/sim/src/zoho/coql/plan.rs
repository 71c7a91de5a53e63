//! Binding a COQL query to fields: every name becomes a position, every literal a comparable value.
//!
//! Owns: unknown columns, unsupported comparisons, caps on joins and `in` lists. Must not: read records.

use std::str::FromStr as _;

use rust_decimal::Decimal;

use super::parse::{Condition, Query, Value};
use super::{exceeded, invalid};
use crate::zoho::api::Call;
use crate::zoho::model::{Field, FieldNo, Kind, Org, Source, fold, parse_stamp};
use crate::zoho::refusal::{Refusal, details};
use crate::zoho::switches::Switches;

/// Where a column's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    /// A field of the queried module.
    Own(FieldNo),
    /// A field of the record that a lookup points to.
    Via { lookup: FieldNo, module: usize, field: FieldNo },
    /// Every record, for `count(*)`.
    Any,
}

/// A selected column.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) path: Path,
    pub(super) name: String,
    pub(super) aggregate: Option<String>,
}

/// A literal in the form in which the field's values are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Literal {
    /// Lower-case text.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A boolean.
    Bool(bool),
    /// An id.
    Id(u64),
    /// Epoch seconds.
    Time(i64),
}

/// A bound condition.
#[derive(Debug, Clone)]
pub(super) enum Test {
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Compare { path: Path, op: &'static str, values: Vec<Literal> },
}

/// A bound query.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) module: usize,
    /// For row modules: the module and subform field that hold the rows.
    pub(super) parent: Option<(usize, FieldNo)>,
    pub(super) columns: Vec<Bound>,
    pub(super) test: Test,
    pub(super) group: Vec<Bound>,
    pub(super) order: Vec<(Path, bool)>,
}

struct Binder<'a> {
    org: &'a Org,
    switches: &'a Switches,
    module: usize,
    profile: u64,
    joins: Vec<FieldNo>,
}

impl Plan {
    /// Binds a query for a caller.
    pub(super) fn bind(org: &Org, switches: &Switches, call: &Call<'_>, query: &Query) -> Result<Self, Refusal> {
        let module = org.module_no(&query.module).filter(|no| !org.module_at(*no).meta.hidden);
        let Some(module) = module else {
            let details = details(|out| {
                out.pair("module", &query.module);
            });
            return Err(Refusal::new(400, "INVALID_MODULE", "the module name given seems to be invalid", details));
        };
        let parent = org.module_at(module).meta.parent.as_ref();
        let parent = parent.and_then(|(name, field)| org.module_no(name).map(|no| (no, *field)));
        let mut binder = Binder { org, switches, module, profile: call.profile, joins: Vec::new() };
        let columns = binder.columns(query)?;
        let test = binder.condition(&query.condition)?;
        let mut group = Vec::new();
        for name in &query.group {
            group.push(Bound { path: binder.path(name)?, name: name.clone(), aggregate: None });
        }
        let mut order = Vec::new();
        for (name, descending) in &query.order {
            order.push((binder.path(name)?, *descending));
        }
        if binder.joins.len() > switches.coql_joins {
            return Err(exceeded("join", switches.coql_joins));
        }
        Ok(Self { module, parent, columns, test, group, order })
    }

    /// Module and position of the selected fields, for `include_meta`.
    pub(super) fn selected_fields(&self) -> Vec<(String, usize, FieldNo)> {
        let of = |bound: &Bound| match bound.path {
            Path::Own(field) => Some((bound.name.clone(), self.module, field)),
            Path::Via { module, field, .. } => Some((bound.name.clone(), module, field)),
            Path::Any => None,
        };
        self.columns.iter().filter_map(of).collect()
    }
}

impl Binder<'_> {
    fn columns(&mut self, query: &Query) -> Result<Vec<Bound>, Refusal> {
        let mut columns: Vec<Bound> = Vec::new();
        for column in &query.columns {
            let path = if column.name == "*" { Path::Any } else { self.path(&column.name)? };
            let plain = match &column.aggregate {
                Some(word) => format!("{word}({})", column.name),
                None => column.name.clone(),
            };
            if columns.iter().any(|held| held.path == path && held.aggregate == column.aggregate) {
                let details = details(|out| {
                    out.pair("column_name", &column.name);
                    if let Some(word) = &column.aggregate {
                        out.pair("aggregate", &word.to_ascii_uppercase());
                    }
                });
                return Err(Refusal::new(400, "DUPLICATE_DATA", "duplicate column", details));
            }
            let name = column.alias.clone().unwrap_or(plain);
            if columns.iter().any(|held| held.name == name) {
                let details = details(|out| {
                    out.pair("alias", &name);
                });
                return Err(Refusal::new(400, "DUPLICATE_ALIAS", "duplicate alias", details));
            }
            columns.push(Bound { path, name, aggregate: column.aggregate.clone() });
        }
        Ok(columns)
    }

    fn path(&mut self, name: &str) -> Result<Path, Refusal> {
        let module = self.org.module_at(self.module);
        let unknown = |reason: &str| invalid(name, reason, Some(&module.meta.api_name));
        let (first, second) = name.split_once('.').map_or((name, None), |(first, second)| (first, Some(second)));
        let no = module.field_no(first).ok_or_else(|| unknown("column not found"))?;
        let field = module.field(no);
        if matches!(field.kind, Kind::Subform) || !field.seen_by(self.profile) {
            return Err(unknown("column not supported"));
        }
        let Some(second) = second else {
            return Ok(Path::Own(no));
        };
        let target = field.target.as_deref().filter(|_| field.kind == Kind::Lookup);
        let target = target.and_then(|name| self.org.module_no(name)).ok_or_else(|| unknown("not a lookup"))?;
        if second == "id" {
            return Ok(Path::Own(no));
        }
        let joined = self.org.module_at(target);
        let sought = joined.field_no(second).ok_or_else(|| unknown("column not found"))?;
        if !self.joins.contains(&no) {
            self.joins.push(no);
        }
        Ok(Path::Via { lookup: no, module: target, field: sought })
    }

    fn field(&self, path: Path) -> &Field {
        match path {
            Path::Via { module, field, .. } => self.org.module_at(module).field(field),
            Path::Own(field) => self.org.module_at(self.module).field(field),
            Path::Any => self.org.module_at(self.module).field(0),
        }
    }

    fn condition(&mut self, condition: &Condition) -> Result<Test, Refusal> {
        Ok(match condition {
            Condition::And(a, b) => Test::And(Box::new(self.condition(a)?), Box::new(self.condition(b)?)),
            Condition::Or(a, b) => Test::Or(Box::new(self.condition(a)?), Box::new(self.condition(b)?)),
            Condition::Test { column, op, values } => {
                let path = self.path(column)?;
                if values.len() > self.switches.coql_in_values {
                    return Err(exceeded("in", self.switches.coql_in_values));
                }
                let field = self.field(path);
                let fault = |reason: &str| {
                    let details = details(|out| {
                        out.pair("column_name", column).pair("operator", op).pair("reason", reason);
                    });
                    Refusal::new(400, "INVALID_QUERY", "invalid operator found", details)
                };
                let text_like = op.ends_with("like");
                if field.kind == Kind::TextArea && !op.starts_with("is") {
                    return Err(fault("multi-line fields cannot be compared"));
                }
                let mut literals = Vec::with_capacity(values.len());
                for value in values {
                    literals.push(literal(field, value, text_like).ok_or_else(|| fault("invalid value"))?);
                }
                Test::Compare { path, op, values: literals }
            }
        })
    }
}

fn literal(field: &Field, value: &Value, like: bool) -> Option<Literal> {
    let text = match value {
        Value::Text(text) | Value::Number(text) => text.as_str(),
        Value::Bool(flag) => return (field.kind == Kind::Boolean).then_some(Literal::Bool(*flag)),
    };
    match (field.source, field.kind) {
        (_, _) if like => matches!(value, Value::Text(_)).then(|| Literal::Text(fold(text, false))),
        (Source::Id, _) | (_, Kind::Lookup | Kind::UserLookup | Kind::OwnerLookup) => {
            text.parse().ok().map(Literal::Id)
        }
        (_, Kind::DateTime) => parse_stamp(text).map(Literal::Time),
        (_, Kind::Boolean) => match text {
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            _ => None,
        },
        (_, kind) if kind.is_number() => Decimal::from_str(text).ok().map(Literal::Number),
        _ => Some(Literal::Text(fold(text, false))),
    }
}

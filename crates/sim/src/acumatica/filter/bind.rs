//! Binds the names of a condition to columns of an entity and checks the types of its literals.
//!
//! Owns the refusals for unknown names and unlike types, worded as the server words them. Must not look at rows. Takes
//! what `parse` read, hands a predicate to `test` and `range`.

use super::{Expr, FilterError, Lit, Op, Operand};
use crate::acumatica::entity::{Cx, Entity, Found, Get, Shape, Step, type_code};
use crate::acumatica::value::Kind;
use crate::acumatica::version::Version;

/// Where a tested value comes from.
#[derive(Clone)]
pub struct Column {
    /// Steps through linked entities.
    pub hops: Vec<Step>,
    /// Reads the value; `None` for a user-defined field.
    pub get: Option<Get>,
    /// Name of the user-defined field.
    pub user: String,
    /// Position among the entity's keys, if it is one of them.
    pub key: Option<usize>,
}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Column").field("key", &self.key).field("user", &self.user).finish_non_exhaustive()
    }
}

/// A test of one value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// It is null.
    Null,
    /// It is not null.
    NotNull,
    /// It compares so with the literal; text is upper-cased, with the stored code of a type label.
    Compare(Op, Lit, Option<&'static str>),
    /// Upper-cased text contains this.
    Contains(String),
    /// Upper-cased text starts with this.
    Starts(String),
    /// Upper-cased text ends with this.
    Ends(String),
}

/// A bound condition.
#[derive(Debug, Clone)]
pub enum Pred {
    /// No row.
    Never,
    /// All of them.
    And(Vec<Pred>),
    /// One of them.
    Or(Vec<Pred>),
    /// Not this.
    Not(Box<Pred>),
    /// A test.
    Test(Column, Test),
}

/// Binds `expr`. The contract fields that it names are added to `fields`.
///
/// # Errors
/// [`FilterError`] as the server would answer.
pub fn bind(
    expr: &Expr,
    entity: &Entity,
    version: Version,
    cx: &Cx<'_>,
    fields: &mut Vec<String>,
) -> Result<Pred, FilterError> {
    let mut all = |list: &[Expr]| list.iter().map(|e| bind(e, entity, version, cx, fields)).collect::<Result<_, _>>();
    match expr {
        Expr::And(list) => all(list).map(Pred::And),
        Expr::Or(list) => all(list).map(Pred::Or),
        Expr::Not(inner) => {
            if holds_function(inner) {
                return Err(FilterError::NotOfFunction);
            }
            Ok(Pred::Not(Box::new(bind(inner, entity, version, cx, fields)?)))
        }
        Expr::Call(name, arguments) => function(name, arguments, entity, version, cx, fields),
        // Comparing a string function with true is taken, and silently matches nothing.
        Expr::Compare(Operand::Call(name, arguments), _, _) | Expr::Compare(_, _, Operand::Call(name, arguments)) => {
            function(name, arguments, entity, version, cx, fields).map(|_| Pred::Never)
        }
        Expr::Compare(Operand::Lit(lit), op, field) => compare(field, op.mirrored(), lit, entity, version, cx, fields),
        Expr::Compare(field, op, Operand::Lit(lit)) => compare(field, *op, lit, entity, version, cx, fields),
        Expr::Compare(..) => Err(FilterError::Conversion),
    }
}

fn holds_function(expr: &Expr) -> bool {
    match expr {
        Expr::And(list) | Expr::Or(list) => list.iter().any(holds_function),
        Expr::Not(inner) => holds_function(inner),
        Expr::Call(..) => true,
        Expr::Compare(..) => false,
    }
}

fn function(
    name: &str,
    arguments: &[Operand],
    entity: &Entity,
    version: Version,
    cx: &Cx<'_>,
    fields: &mut Vec<String>,
) -> Result<Pred, FilterError> {
    let (field, part) = match (name, arguments) {
        ("substringof", [Operand::Lit(Lit::Text(part)), field]) => (field, part),
        ("startswith" | "endswith", [field, Operand::Lit(Lit::Text(part))]) => (field, part),
        ("substringof" | "startswith" | "endswith", _) => {
            return Err(FilterError::Syntax(format!("No function signature of '{name}' matches the arguments.")));
        }
        _ => return Err(FilterError::UnknownFunction(name.to_owned())),
    };
    let (column, kind) = column(field, entity, version, cx, fields)?;
    if kind != Kind::Text {
        return Err(FilterError::Syntax(format!("No function signature of '{name}' matches the arguments.")));
    }
    let part = part.to_uppercase();
    let test = match name {
        "substringof" => Test::Contains(part),
        "startswith" => Test::Starts(part),
        _ => Test::Ends(part),
    };
    Ok(Pred::Test(column, test))
}

fn compare(
    field: &Operand,
    op: Op,
    lit: &Lit,
    entity: &Entity,
    version: Version,
    cx: &Cx<'_>,
    fields: &mut Vec<String>,
) -> Result<Pred, FilterError> {
    let (column, kind) = column(field, entity, version, cx, fields)?;
    let test = match (op, lit) {
        (Op::Eq, Lit::Null) => Test::Null,
        (Op::Ne, Lit::Null) => Test::NotNull,
        (_, Lit::Null) => return Ok(Pred::Never),
        _ => {
            fits(kind, lit)?;
            let (lit, code) = match lit {
                Lit::Text(text) => (Lit::Text(text.trim_end().to_uppercase()), type_code(text)),
                other => (other.clone(), None),
            };
            Test::Compare(op, lit, code)
        }
    };
    Ok(Pred::Test(column, test))
}

const fn edm(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "Edm.String",
        Kind::Bool => "Edm.Boolean",
        Kind::Int => "Edm.Int32",
        Kind::Short => "Edm.Int16",
        Kind::Dec => "Edm.Decimal",
        Kind::Time => "Edm.DateTimeOffset",
        Kind::Guid => "Edm.Guid",
    }
}

fn fits(kind: Kind, lit: &Lit) -> Result<(), FilterError> {
    let name = match lit {
        Lit::Null => return Ok(()),
        Lit::Text(_) => "Edm.String",
        Lit::Bool(_) => "Edm.Boolean",
        Lit::Int(_) => "Edm.Int32",
        Lit::Dec(_) => "Edm.Decimal",
        Lit::Double(_) => "Edm.Double",
        Lit::Time(_) => "Edm.DateTimeOffset",
        Lit::Guid(_) => "Edm.Guid",
    };
    match (kind, lit) {
        (Kind::Text, Lit::Text(_))
        | (Kind::Bool, Lit::Bool(_))
        | (Kind::Int | Kind::Short, Lit::Int(_))
        | (Kind::Dec, Lit::Dec(_))
        | (Kind::Time, Lit::Time(_))
        | (Kind::Guid, Lit::Guid(_)) => Ok(()),
        (Kind::Dec | Kind::Int | Kind::Short, Lit::Int(_) | Lit::Double(_) | Lit::Dec(_)) => {
            Err(FilterError::Conversion)
        }
        _ => Err(FilterError::Incompatible(edm(kind), name)),
    }
}

fn column(
    operand: &Operand,
    entity: &Entity,
    version: Version,
    cx: &Cx<'_>,
    fields: &mut Vec<String>,
) -> Result<(Column, Kind), FilterError> {
    match operand {
        Operand::Path(path) => contract(path, entity, version, cx, fields),
        Operand::Custom { kind, name } => custom(kind, name, entity, version, cx),
        Operand::Lit(_) => Err(FilterError::Conversion),
        Operand::Call(name, _) => Err(FilterError::UnknownFunction(name.clone())),
    }
}

fn contract(
    path: &str,
    entity: &Entity,
    version: Version,
    cx: &Cx<'_>,
    fields: &mut Vec<String>,
) -> Result<(Column, Kind), FilterError> {
    let mut node = entity.node;
    let mut hops = Vec::new();
    let mut parts = path.split('/').peekable();
    while let Some(name) = parts.next() {
        let field = node.field(name, version, cx.switches).ok_or(FilterError::UnknownField)?;
        match (field.shape, parts.peek().is_some()) {
            (Shape::Value(kind, get), false) => {
                let key = if hops.is_empty() { entity.keys.iter().position(|k| *k == name) } else { None };
                fields.push(path.to_owned());
                return Ok((Column { hops, get: Some(get), user: String::new(), key }, kind));
            }
            (Shape::Linked(next, step), true) => {
                hops.push(step);
                node = next;
            }
            (Shape::Rows(..), _) => return Err(FilterError::NotSingle(path.to_owned())),
            _ => return Err(FilterError::UnknownField),
        }
    }
    Err(FilterError::UnknownField)
}

fn custom(
    kind: &str,
    name: &str,
    entity: &Entity,
    version: Version,
    cx: &Cx<'_>,
) -> Result<(Column, Kind), FilterError> {
    let named = match kind {
        "String" => Kind::Text,
        "Decimal" => Kind::Dec,
        "DateTime" => Kind::Time,
        "Boolean" if cx.switches.cf_all_types => Kind::Bool,
        "Int" if cx.switches.cf_all_types => Kind::Int,
        "Short" if cx.switches.cf_all_types => Kind::Short,
        "Guid" if cx.switches.cf_all_types => Kind::Guid,
        _ => return Err(FilterError::UnknownFunction(format!("cf.{kind}"))),
    };
    let bare = |get, user: &str| Column { hops: Vec::new(), get, user: user.to_owned(), key: None };
    match entity.column(name, version, cx, false) {
        Some(Found::Column(kind, get)) if kind == named => Ok((bare(Some(get), ""), kind)),
        Some(Found::Column(kind, _)) => Err(FilterError::Incompatible(edm(kind), edm(named))),
        Some(Found::User) if named == Kind::Text => Ok((bare(None, name), Kind::Text)),
        Some(Found::User) => Err(FilterError::Incompatible(edm(Kind::Text), edm(named))),
        None => Err(FilterError::UnknownField),
    }
}

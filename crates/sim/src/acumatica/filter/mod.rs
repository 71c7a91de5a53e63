//! `$filter`: the grammar of OData version 3 as the contract interface takes it, warts included.
//!
//! A filter is read (`lex`, `parse`), bound to the columns of an entity (`bind`), tested on rows (`test`) and used to
//! narrow the range of keys that must be visited (`range`). Its errors are the server's: every one is a 500.

mod bind;
mod lex;
mod parse;
mod range;
mod test;

pub use bind::{Column, Pred, Test, bind};
pub use lex::{Lit, Token, lex};
pub use parse::{Expr, Op, Operand, parse};
pub use range::{Interval, narrow};

use super::entity::{Cx, Entity};
use super::version::Version;

/// Why a filter is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterError {
    /// It cannot be read; the text says what and where.
    Syntax(String),
    /// A function that the interface does not have.
    UnknownFunction(String),
    /// A field that is not bound to the entity.
    UnknownField,
    /// A path through a collection.
    NotSingle(String),
    /// The literal's type does not fit the field's.
    Incompatible(&'static str, &'static str),
    /// The literal would have to be converted.
    Conversion,
    /// `not` before a function.
    NotOfFunction,
}

impl FilterError {
    /// The exception's type and message.
    #[must_use]
    pub fn exception(&self) -> (&'static str, String) {
        match self {
            Self::Syntax(what) => ("Microsoft.Data.OData.ODataException", what.clone()),
            Self::UnknownFunction(name) => {
                ("Microsoft.Data.OData.ODataException", format!("An unknown function with name '{name}' was found."))
            }
            Self::UnknownField => (
                "System.Collections.Generic.KeyNotFoundException",
                "The given key was not present in the dictionary.".to_owned(),
            ),
            Self::NotSingle(path) => ("System.InvalidOperationException", format!("{path} is not a single value")),
            Self::Incompatible(left, right) => (
                "Microsoft.Data.OData.ODataException",
                format!(
                    "A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}'."
                ),
            ),
            Self::Conversion => ("System.NotSupportedException", "Type conversions not supported".to_owned()),
            Self::NotOfFunction => {
                ("System.NotSupportedException", "The unary operator cannot be applied to a function.".to_owned())
            }
        }
    }
}

/// A filter that is ready to be used.
#[derive(Debug)]
pub struct Filter {
    /// The condition.
    pub pred: Pred,
    /// Contract fields that it names, as paths; they come back even when they are not selected.
    pub fields: Vec<String>,
}

/// Reads and binds a filter.
///
/// # Errors
/// What the server answers with 500.
pub fn compile(text: &str, entity: &Entity, version: Version, cx: &Cx<'_>) -> Result<Filter, FilterError> {
    let expr = parse(&lex(text, cx)?)?;
    let mut fields = Vec::new();
    let pred = bind(&expr, entity, version, cx, &mut fields)?;
    Ok(Filter { pred, fields })
}

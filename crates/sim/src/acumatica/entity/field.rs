//! The form of a table of fields: what a field is called, since when it exists, how its value is reached.
//!
//! Owns the types and the small constructors in which the tables beside it are written. Holds no field of any entity.
//! Read by `list`, `filter`, `write` and `openapi`, which know an entity by its table only.

use super::{Cx, Rec};
use crate::acumatica::switches::Switches;
use crate::acumatica::value::{Kind, Val};
use crate::acumatica::version::Version;

/// Reads a field's value from a row.
pub type Get = for<'a> fn(&Cx<'a>, Rec<'a>) -> Val<'a>;
/// Steps from a row to a linked one.
pub type Step = for<'a> fn(&Cx<'a>, Rec<'a>) -> Option<Rec<'a>>;
/// Visits the rows of a detail collection.
pub type Visit = for<'a> fn(&Cx<'a>, Rec<'a>, &mut dyn FnMut(Rec<'a>));

/// What a field holds.
#[derive(Clone, Copy)]
pub enum Shape {
    /// A value.
    Value(Kind, Get),
    /// A linked entity, shown when expanded.
    Linked(&'static Node, Step),
    /// A collection of rows, shown when expanded.
    Rows(&'static Node, Visit),
}

/// A feature of the company that a field belongs to: without it, the field is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Every company has it.
    Always,
    /// Subitems.
    Subitems,
    /// Several branches.
    Branches,
}

impl Feature {
    /// Whether the company has it.
    #[must_use]
    pub const fn on(self, switches: &Switches) -> bool {
        match self {
            Self::Always => true,
            Self::Subitems => switches.feature_subitems,
            Self::Branches => switches.feature_branches,
        }
    }
}

/// A field of an entity.
#[derive(Clone, Copy)]
pub struct Field {
    /// Exact name.
    pub name: &'static str,
    /// First endpoint version that has it.
    pub since: Version,
    /// Last endpoint version that has it.
    pub until: Version,
    /// View and column of the form, `View.Column`; empty where the definition names none.
    pub source: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Feature that it belongs to.
    pub feature: Feature,
}

impl Field {
    const fn new(name: &'static str, since: Version, source: &'static str, shape: Shape) -> Self {
        Self { name, since, until: Version::V25, source, shape, feature: Feature::Always }
    }

    /// The same field, last seen in `version`.
    pub(super) const fn until(mut self, version: Version) -> Self {
        self.until = version;
        self
    }

    /// The same field, only with `feature`.
    pub(super) const fn with(mut self, feature: Feature) -> Self {
        self.feature = feature;
        self
    }

    /// Whether the endpoint version and the company have it.
    #[must_use]
    pub fn offered(&self, version: Version, switches: &Switches) -> bool {
        self.since <= version && version <= self.until && self.feature.on(switches)
    }
}

/// A table of fields, in the order in which answers show them.
pub struct Node {
    /// Name of the type.
    pub name: &'static str,
    /// Fields by name, without case.
    pub fields: &'static [Field],
}

impl Node {
    /// The field of this exact name, if the version and the company have it.
    #[must_use]
    pub fn field(&self, name: &str, version: Version, switches: &Switches) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name && f.offered(version, switches))
    }
}

pub(super) const fn text(name: &'static str, since: Version, source: &'static str, get: Get) -> Field {
    Field::new(name, since, source, Shape::Value(Kind::Text, get))
}

pub(super) const fn flag(name: &'static str, since: Version, source: &'static str, get: Get) -> Field {
    Field::new(name, since, source, Shape::Value(Kind::Bool, get))
}

pub(super) const fn int(name: &'static str, since: Version, source: &'static str, get: Get) -> Field {
    Field::new(name, since, source, Shape::Value(Kind::Int, get))
}

pub(super) const fn short(name: &'static str, since: Version, source: &'static str, get: Get) -> Field {
    Field::new(name, since, source, Shape::Value(Kind::Short, get))
}

pub(super) const fn dec(name: &'static str, since: Version, source: &'static str, get: Get) -> Field {
    Field::new(name, since, source, Shape::Value(Kind::Dec, get))
}

pub(super) const fn at(name: &'static str, since: Version, source: &'static str, get: Get) -> Field {
    Field::new(name, since, source, Shape::Value(Kind::Time, get))
}

pub(super) const fn guid(name: &'static str, since: Version, source: &'static str, get: Get) -> Field {
    Field::new(name, since, source, Shape::Value(Kind::Guid, get))
}

pub(super) const fn linked(name: &'static str, since: Version, node: &'static Node, step: Step) -> Field {
    Field::new(name, since, "", Shape::Linked(node, step))
}

pub(super) const fn rows(name: &'static str, since: Version, node: &'static Node, visit: Visit) -> Field {
    Field::new(name, since, "", Shape::Rows(node, visit))
}

/// A getter: `get!(Customer c => text(&c.name))`, null for rows of another kind; `get!(cx, …)` also sees the context,
/// `get!(= value)` is the same for every row, `get!(null)` is never filled.
macro_rules! get {
    (null) => {
        |_, _| $crate::acumatica::value::Val::Null
    };
    (= $value:expr) => {
        |_, _| $value
    };
    ($cx:ident, $kind:ident $row:ident => $value:expr) => {
        |$cx, rec| match rec {
            $crate::acumatica::entity::Rec::$kind($row) => $value,
            _ => $crate::acumatica::value::Val::Null,
        }
    };
    ($kind:ident { $($row:tt)* } => $value:expr) => {
        |_, rec| match rec {
            $crate::acumatica::entity::Rec::$kind { $($row)* } => $value,
            _ => $crate::acumatica::value::Val::Null,
        }
    };
    ($kind:ident ($($row:tt)*) => $value:expr) => {
        |_, rec| match rec {
            $crate::acumatica::entity::Rec::$kind($($row)*) => $value,
            _ => $crate::acumatica::value::Val::Null,
        }
    };
    ($kind:ident $row:ident => $value:expr) => {
        |_, rec| match rec {
            $crate::acumatica::entity::Rec::$kind($row) => $value,
            _ => $crate::acumatica::value::Val::Null,
        }
    };
}
pub(super) use get;

/// A step to a linked row: `step!(Customer c => Some(Rec::Credit(c)))`.
macro_rules! step {
    ($cx:ident, $kind:ident $row:ident => $value:expr) => {
        |$cx, rec| match rec {
            $crate::acumatica::entity::Rec::$kind($row) => $value,
            _ => None,
        }
    };
    ($kind:ident { $($row:tt)* } => $value:expr) => {
        |_, rec| match rec {
            $crate::acumatica::entity::Rec::$kind { $($row)* } => $value,
            _ => None,
        }
    };
    ($kind:ident ($($row:tt)*) => $value:expr) => {
        |_, rec| match rec {
            $crate::acumatica::entity::Rec::$kind($($row)*) => $value,
            _ => None,
        }
    };
    ($kind:ident $row:ident => $value:expr) => {
        |_, rec| match rec {
            $crate::acumatica::entity::Rec::$kind($row) => $value,
            _ => None,
        }
    };
}
pub(super) use step;

/// A visit to detail rows: `visit!(Document d => d.lines.iter().map(|l| Rec::Line(d, l)))`.
macro_rules! visit {
    ($cx:ident, $kind:ident $row:ident => $rows:expr) => {
        |$cx, rec, see| {
            if let $crate::acumatica::entity::Rec::$kind($row) = rec {
                $rows.for_each(see);
            }
        }
    };
    ($kind:ident $row:ident => $rows:expr) => {
        |_, rec, see| {
            if let $crate::acumatica::entity::Rec::$kind($row) = rec {
                $rows.for_each(see);
            }
        }
    };
}
pub(super) use visit;

/// A visit to a collection that this company keeps empty.
pub(super) const NO_ROWS: Visit = |_, _, _| {};

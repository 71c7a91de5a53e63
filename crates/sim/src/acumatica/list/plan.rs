//! Works out once per request which fields are written, so that rows are written without any decision.
//!
//! Owns `$select`, `$expand` and `$custom` against the tables of fields, and the refusals of unknown names. Must not
//! see a row.

use super::optimiser::{Verdict, judge};
use crate::acumatica::entity::{Cx, Entity, Found, Get, Node, Rec, Shape, Step, Visit};
use crate::acumatica::failure::Failure;
use crate::acumatica::json;
use crate::acumatica::value::{Kind, Val};
use crate::acumatica::version::Version;

/// Whether a list or one record is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A list: fetched in one statement.
    List,
    /// One record: read through the form.
    Single,
}

/// The fields of one level.
pub struct Plan {
    pub(super) columns: Vec<Written>,
    pub(super) custom: Vec<View>,
    /// What stands after the id in the record's links: `None` without links.
    pub(super) links: Option<Links>,
    pub(super) files: bool,
}

pub(super) struct Written {
    /// Comma, name in quotes, colon.
    pub(super) open: Vec<u8>,
    pub(super) part: Part,
}

pub(super) enum Part {
    Value(Get),
    Null,
    Linked(Box<Plan>, Step),
    Rows(Box<Plan>, Visit),
    NoRows,
}

/// Custom columns of one view.
pub(super) struct View {
    pub(super) name: String,
    pub(super) columns: Vec<Custom>,
}

pub(super) struct Custom {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) get: Option<Get>,
    /// `View.Field`
    pub(super) full: String,
}

impl Custom {
    pub(super) fn read<'a>(&self, cx: &Cx<'a>, rec: Rec<'a>) -> Val<'a> {
        match self.get {
            Some(get) => get(cx, rec),
            None => crate::acumatica::entity::custom_value(rec, &self.full),
        }
    }
}

pub(super) struct Links {
    pub(super) own: String,
    pub(super) files: String,
}

/// What a plan is made of.
pub struct Wanted<'q> {
    /// The entity.
    pub entity: &'static Entity,
    /// Endpoint version.
    pub version: Version,
    /// List or record.
    pub mode: Mode,
    /// `$select`
    pub select: Option<&'q [String]>,
    /// `$expand`
    pub expand: &'q [String],
    /// `$custom`
    pub custom: &'q [String],
    /// Fields that the filter names.
    pub filtered: &'q [String],
    /// Virtual folder of the instance, with a leading slash or empty.
    pub base: &'q str,
}

impl Plan {
    /// Makes the plan of a request.
    ///
    /// # Errors
    /// 500 when a list asks for what one statement cannot fetch.
    pub fn new(wanted: &Wanted<'_>, cx: &Cx<'_>) -> Result<Self, Failure> {
        let mut plan = wanted.level(wanted.entity.node, "", wanted.select.is_none(), cx)?;
        plan.custom = wanted.custom_views(cx)?;
        plan.files = wanted.expand.iter().any(|e| e == "files");
        if wanted.version >= Version::V23 {
            let root = format!("{}/entity/Default/{}", wanted.base, wanted.version.text());
            plan.links = Some(Links {
                own: format!("{root}/{}/", wanted.entity.name),
                files: format!("{root}/files/{}/", wanted.entity.files),
            });
        }
        Ok(plan)
    }
}

impl Wanted<'_> {
    fn expanded(&self, path: &str) -> bool {
        self.expand.iter().any(|e| e == path)
    }

    fn named(&self, path: &str) -> bool {
        self.select.is_some_and(|s| s.iter().any(|n| n == path)) || self.filtered.iter().any(|n| n == path)
    }

    fn named_below(&self, path: &str) -> bool {
        let below = |n: &String| n.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        self.select.is_some_and(|s| s.iter().any(below)) || self.filtered.iter().any(below)
    }

    /// Whether the condition names nothing but keys, where that gets a list past code behind fields.
    fn by_key(&self, cx: &Cx<'_>) -> bool {
        let key = |field: &String| matches!(field.as_str(), "CustomerID" | "InventoryID" | "Type" | "ReferenceNbr");
        cx.switches.key_lists_pass_code && !self.filtered.is_empty() && self.filtered.iter().all(key)
    }

    fn level(&self, node: &'static Node, prefix: &str, all: bool, cx: &Cx<'_>) -> Result<Plan, Failure> {
        let mut columns = Vec::new();
        for field in node.fields.iter().filter(|f| f.offered(self.version, cx.switches)) {
            let path = if prefix.is_empty() { field.name.to_owned() } else { format!("{prefix}/{}", field.name) };
            let named = self.named(&path);
            let (wanted, whole) = match field.shape {
                Shape::Value(..) => (all || named, false),
                Shape::Linked(..) | Shape::Rows(..) => {
                    let below = self.named_below(&path);
                    let unselected = self.select.is_some() && !named && !below && !all;
                    let shown = self.expanded(&path) && !(unselected && cx.switches.expand_needs_select);
                    (shown, (all && !below) || named || unselected)
                }
            };
            if !wanted {
                continue;
            }
            let verdict = match self.mode {
                Mode::List if self.by_key(cx) => Verdict::Given,
                Mode::List => judge(self.entity, &path, named, cx.switches),
                Mode::Single => Verdict::Given,
            };
            let part = match (verdict, field.shape) {
                (Verdict::Fails(view), _) => return Err(Failure::optimiser(&path, view)),
                (Verdict::Empty, Shape::Rows(..)) => Part::NoRows,
                (Verdict::Empty, _) => Part::Null,
                (Verdict::Given, Shape::Value(_, get)) => Part::Value(get),
                (Verdict::Given, Shape::Linked(next, step)) => {
                    let whole = whole || (self.select.is_none());
                    Part::Linked(Box::new(self.level(next, &path, whole, cx)?), step)
                }
                (Verdict::Given, Shape::Rows(next, visit)) => {
                    let whole = whole || (self.select.is_none());
                    Part::Rows(Box::new(self.level(next, &path, whole, cx)?), visit)
                }
            };
            let mut open = Vec::with_capacity(field.name.len() + 4);
            open.push(b',');
            json::string(&mut open, field.name);
            open.push(b':');
            columns.push(Written { open, part });
        }
        Ok(Plan { columns, custom: Vec::new(), links: None, files: false })
    }

    /// The custom columns of the header, grouped by view. Unknown ones are dropped silently.
    fn custom_views(&self, cx: &Cx<'_>) -> Result<Vec<View>, Failure> {
        let mut views: Vec<View> = Vec::new();
        for full in self.custom {
            let Some((view, name)) = full.split_once('.').filter(|_| !full.contains('/')) else {
                continue;
            };
            let Some(found) = self.entity.column(full, self.version, cx, true) else {
                continue;
            };
            if self.mode == Mode::List
                && let Verdict::Fails(view) = judge(self.entity, full, true, cx.switches)
            {
                return Err(Failure::optimiser(full, view));
            }
            let (kind, get) = match found {
                Found::Column(kind, get) => (kind, Some(get)),
                Found::User => (Kind::Text, None),
            };
            let column = Custom { name: name.to_owned(), kind, get, full: full.clone() };
            match views.iter_mut().find(|v| v.name == view) {
                Some(known) => known.columns.push(column),
                None => views.push(View { name: view.to_owned(), columns: vec![column] }),
            }
        }
        Ok(views)
    }
}

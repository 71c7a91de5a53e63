//! Which route a call takes, and what its token must allow.
//!
//! Owns: paths, methods and scopes of `/crm/v8`. Must not: carry a route out.

use super::Need;
use crate::zoho::refusal::{Refusal, details};

/// A route with the changing parts of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named after its path")]
pub(super) enum Route<'a> {
    Org,
    Currencies(Option<&'a str>),
    Taxes,
    Users(Option<&'a str>),
    Modules(Option<&'a str>),
    Fields(Option<&'a str>),
    CreateFields,
    DeleteField(&'a str),
    Layouts(Option<&'a str>),
    PatchLayout(&'a str),
    Profiles(Option<&'a str>),
    DataSharing,
    Pipelines(Option<&'a str>),
    RelatedLists,
    Bin(Option<&'a str>),
    BinCount,
    BinRestore(Option<&'a str>),
    BinPurge(Option<&'a str>),
    BinEmpty,
    Coql,
    List(&'a str),
    Get(&'a str, &'a str),
    Insert(&'a str),
    Update(&'a str, Option<&'a str>),
    Upsert(&'a str),
    Delete(&'a str, Option<&'a str>),
    Deleted(&'a str),
    Search(&'a str),
    Count(&'a str),
    Locks(&'a str, &'a str),
    Lock(&'a str, &'a str),
    Unlock(&'a str, &'a str, &'a str),
}

fn no_such_url() -> Refusal {
    Refusal::bare(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
}

fn wrong_method() -> Refusal {
    Refusal::bare(405, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
}

impl<'a> Route<'a> {
    /// Finds the route of a method and the parts of a path.
    pub(super) fn find(method: &str, path: &[&'a str]) -> Result<Self, Refusal> {
        let rest = match path {
            ["crm", "v8", rest @ ..] => rest,
            ["crm", version, ..] if version.starts_with('v') => {
                let details = details(|out| {
                    out.pair("supported_version", "v8");
                });
                return Err(Refusal::new(
                    400,
                    "API_NOT_SUPPORTED",
                    "The API is not supported in this version",
                    details,
                ));
            }
            _ => return Err(no_such_url()),
        };
        let last = rest.get(1).copied();
        Ok(match (method, rest) {
            ("GET", ["org"]) => Self::Org,
            ("GET", ["org", "currencies"] | ["org", "currencies", _]) => Self::Currencies(rest.get(2).copied()),
            ("GET", ["org", "taxes"]) => Self::Taxes,
            ("GET", ["users"] | ["users", _]) => Self::Users(last),
            ("POST", ["coql"]) => Self::Coql,
            (_, ["settings", setting @ ..]) => return Self::setting(method, setting),
            (_, ["org" | "coql", ..] | ["users"]) => return Err(wrong_method()),
            ("GET", [module]) => Self::List(module),
            ("POST", [module]) => Self::Insert(module),
            ("PUT", [module]) => Self::Update(module, None),
            ("DELETE", [module]) => Self::Delete(module, None),
            ("POST", [module, "upsert"]) => Self::Upsert(module),
            ("GET", [module, "deleted"]) => Self::Deleted(module),
            ("GET", [module, "search"]) => Self::Search(module),
            ("GET", [module, "actions", "count"]) => Self::Count(module),
            (_, [_, "upsert" | "deleted" | "search"] | [_, "actions", "count"]) => {
                return Err(wrong_method());
            }
            ("GET", [module, id]) => Self::Get(module, id),
            ("PUT", [module, id]) => Self::Update(module, Some(id)),
            ("DELETE", [module, id]) => Self::Delete(module, Some(id)),
            ("GET", [module, id, "Locking_Information__s"]) => Self::Locks(module, id),
            ("POST", [module, id, "Locking_Information__s"]) => Self::Lock(module, id),
            ("DELETE", [module, id, "Locking_Information__s", lock]) => Self::Unlock(module, id, lock),
            (_, [_] | [_, _] | [_, _, "Locking_Information__s", ..]) => return Err(wrong_method()),
            _ => return Err(no_such_url()),
        })
    }

    fn setting(method: &str, rest: &[&'a str]) -> Result<Self, Refusal> {
        let last = rest.get(1).copied();
        Ok(match (method, rest) {
            ("GET", ["modules"] | ["modules", _]) => Self::Modules(last),
            ("GET", ["fields"] | ["fields", _]) => Self::Fields(last),
            ("POST", ["fields"]) => Self::CreateFields,
            ("DELETE", ["fields", id]) => Self::DeleteField(id),
            ("GET", ["layouts"] | ["layouts", _]) => Self::Layouts(last),
            ("PATCH", ["layouts", id]) => Self::PatchLayout(id),
            ("GET", ["profiles"] | ["profiles", _]) => Self::Profiles(last),
            ("GET", ["data_sharing"]) => Self::DataSharing,
            ("GET", ["pipeline"] | ["pipeline", _]) => Self::Pipelines(last),
            ("GET", ["related_lists"]) => Self::RelatedLists,
            ("GET", ["recycle_bin", "actions", "count"]) => Self::BinCount,
            ("POST", ["recycle_bin", "actions", "restore"]) => Self::BinRestore(None),
            ("POST", ["recycle_bin", "actions", "empty"]) => Self::BinEmpty,
            ("POST", ["recycle_bin", id, "actions", "restore"]) => Self::BinRestore(Some(id)),
            ("GET", ["recycle_bin"] | ["recycle_bin", _]) => Self::Bin(last),
            ("DELETE", ["recycle_bin"] | ["recycle_bin", _]) => Self::BinPurge(last),
            (
                _,
                ["modules" | "fields" | "layouts" | "profiles" | "data_sharing" | "pipeline" | "related_lists", ..]
                | ["recycle_bin", ..],
            ) => return Err(wrong_method()),
            _ => return Err(no_such_url()),
        })
    }

    /// The module in the path, if the route has one.
    pub(super) fn module(self) -> Option<&'a str> {
        match self {
            Self::List(m)
            | Self::Get(m, _)
            | Self::Insert(m)
            | Self::Update(m, _)
            | Self::Upsert(m)
            | Self::Delete(m, _)
            | Self::Deleted(m)
            | Self::Search(m)
            | Self::Count(m)
            | Self::Locks(m, _)
            | Self::Lock(m, _)
            | Self::Unlock(m, _, _) => Some(m),
            _ => None,
        }
    }

    /// True where an unknown module is told inside `data` instead of at the top.
    pub(super) fn answers_in_data(self) -> bool {
        matches!(self, Self::Insert(_) | Self::Update(..) | Self::Upsert(_))
    }

    /// What the token must allow.
    pub(super) fn needs(self) -> Vec<Need> {
        match self {
            Self::Org => vec![Need::group("org", "READ")],
            Self::Currencies(_) => vec![Need::setting("currencies", "READ")],
            Self::Taxes => vec![Need::setting("taxes", "READ")],
            Self::Users(_) => vec![Need::group("users", "READ")],
            Self::Modules(_) => vec![Need::setting("modules", "READ")],
            Self::Fields(_) => vec![Need::setting("fields", "READ")],
            Self::CreateFields => vec![Need::setting("fields", "CREATE")],
            Self::DeleteField(_) => vec![Need::setting("fields", "DELETE")],
            Self::Layouts(_) => vec![Need::setting("layouts", "READ")],
            Self::PatchLayout(_) => vec![Need::setting("layouts", "UPDATE")],
            Self::Profiles(_) => vec![Need::setting("profiles", "READ")],
            Self::DataSharing => vec![Need::setting("data_sharing", "READ")],
            Self::Pipelines(_) => vec![Need::setting("pipeline", "READ")],
            Self::RelatedLists => vec![Need::setting("related_lists", "READ")],
            Self::Bin(_) | Self::BinCount => vec![Need::setting("recycle_bin", "READ")],
            Self::BinRestore(_) => vec![Need::setting("recycle_bin", "UPDATE")],
            Self::BinPurge(_) | Self::BinEmpty => vec![Need::setting("recycle_bin", "DELETE")],
            Self::Coql => vec![Need::group("coql", "READ")],
            Self::List(m) | Self::Get(m, _) | Self::Deleted(m) => vec![Need::module(m, "READ")],
            Self::Count(m) => vec![Need::module(m, "READ")],
            Self::Search(m) => vec![Need::module(m, "READ"), Need::search()],
            Self::Insert(m) | Self::Upsert(m) => vec![Need::module(m, "CREATE")],
            Self::Update(m, _) => vec![Need::module(m, "UPDATE")],
            Self::Delete(m, _) => vec![Need::module(m, "DELETE")],
            Self::Locks(..) => vec![Need::setting("modules", "READ")],
            Self::Lock(..) => vec![Need::setting("modules", "CREATE")],
            Self::Unlock(..) => vec![Need::setting("modules", "DELETE")],
        }
    }

    /// A word for the counters.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Currencies(_) => "currencies",
            Self::Taxes => "taxes",
            Self::Users(_) => "users",
            Self::Modules(_) => "modules",
            Self::Fields(_) | Self::CreateFields | Self::DeleteField(_) => "fields",
            Self::Layouts(_) | Self::PatchLayout(_) => "layouts",
            Self::Profiles(_) => "profiles",
            Self::DataSharing => "data_sharing",
            Self::Pipelines(_) => "pipeline",
            Self::RelatedLists => "related_lists",
            Self::Bin(_) | Self::BinCount | Self::BinRestore(_) | Self::BinPurge(_) | Self::BinEmpty => "recycle_bin",
            Self::Coql => "coql",
            Self::List(_) => "list",
            Self::Get(..) => "record",
            Self::Insert(_) => "insert",
            Self::Update(..) => "update",
            Self::Upsert(_) => "upsert",
            Self::Delete(..) => "delete",
            Self::Deleted(_) => "deleted",
            Self::Search(_) => "search",
            Self::Count(_) => "count",
            Self::Locks(..) | Self::Lock(..) | Self::Unlock(..) => "lock",
        }
    }
}

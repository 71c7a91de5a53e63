//! `$adHocSchema`: the columns that `$custom` offers for an entity.
//!
//! Owns the shape of that answer. Columns come from the registry of entities.

use crate::acumatica::entity::{Cx, Entity};
use crate::acumatica::json;
use crate::acumatica::version::Version;

/// The schema of an entity's custom fields: view, field, type, empty value.
#[must_use]
pub fn ad_hoc_schema(entity: &Entity, version: Version, cx: &Cx<'_>) -> Vec<u8> {
    let mut offered: Vec<(&str, &str, &str)> = entity
        .custom
        .iter()
        .filter(|c| entity.column(c.name, version, cx, true).is_some())
        .filter_map(|c| c.name.split_once('.').map(|(view, field)| (view, field, c.kind.stem())))
        .collect();
    offered.sort_unstable();
    let mut out = b"{\"custom\":{".to_vec();
    let mut view = "";
    for (index, (of, field, stem)) in offered.into_iter().enumerate() {
        if of == view {
            out.push(b',');
        } else {
            if index > 0 {
                out.extend_from_slice(b"},");
            }
            json::string(&mut out, of);
            out.extend_from_slice(b":{");
            view = of;
        }
        json::string(&mut out, field);
        out.extend_from_slice(b":{\"type\":\"Custom");
        out.extend_from_slice(stem.as_bytes());
        out.extend_from_slice(b"Field\",\"value\":null}");
    }
    if !view.is_empty() {
        out.push(b'}');
    }
    out.extend_from_slice(b"},\"_workflowActions\":[]}");
    out
}

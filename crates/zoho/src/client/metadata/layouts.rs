//! Page layouts: what is on them, and which section takes our fields.
//!
//! Owns the choice of the section. Must not choose a section that the system or a subform owns.

use serde::Deserialize;

use super::super::errors::quote;
use super::super::loose::Loose;

/// A page layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Ids of fields that are on it.
    pub(crate) fields: Vec<String>,
    /// The section that takes our fields: its id and how many fields it has; `None` when no section can take any.
    pub(crate) section: Option<(String, usize)>,
}

/// Reads `GET /settings/layouts`.
pub(crate) fn layouts(status: u16, body: &[u8]) -> Option<Vec<Layout>> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        layouts: Vec<Raw<'a>>,
    }
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(borrow, default)]
        name: Loose<'a>,
        #[serde(borrow, default)]
        status: Loose<'a>,
        #[serde(borrow, default)]
        sections: Option<Vec<Section<'a>>>,
    }
    #[derive(Deserialize)]
    struct Section<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(rename = "type", borrow, default)]
        kind: Loose<'a>,
        #[serde(rename = "isSubformSection", borrow, default)]
        subform: Loose<'a>,
        #[serde(borrow, default)]
        is_parent_section: Loose<'a>,
        #[serde(borrow, default)]
        fields: Option<Vec<Placed<'a>>>,
    }
    #[derive(Deserialize)]
    struct Placed<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
    }
    if status == 204 {
        return Some(Vec::new());
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    let read = |raw: Raw<'_>| {
        let sections = raw.sections.unwrap_or_default();
        let used = |section: &&Section<'_>| section.kind.as_str() != "unused";
        let fields = |section: &Section<'_>| section.fields.as_ref().map_or(0, Vec::len);
        let ids = |section: &Section<'_>| {
            let placed = section.fields.iter().flatten();
            placed.filter_map(|field| field.id.id().map(str::to_owned)).collect::<Vec<_>>()
        };
        // The first section that already shows fields of its own: system sections (score, visits) show none.
        let home = sections.iter().filter(used).find(|section| {
            section.subform.flag() != Some(true)
                && section.is_parent_section.flag() != Some(true)
                && fields(section) > 0
                && section.id.id().is_some()
        });
        Some(Layout {
            id: raw.id.id()?.to_owned(),
            name: quote(raw.name.as_str()),
            section: home.and_then(|section| Some((section.id.id()?.to_owned(), fields(section)))),
            fields: sections.iter().filter(used).flat_map(ids).collect(),
        })
        .filter(|_| raw.status.as_str() != "inactive")
    };
    Some(answer.layouts.into_iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn layouts_tell_what_is_on_them_and_where_there_is_room() {
        let body = br#"{"layouts":[{"id":"50","name":"Standard","status":"active","sections":[
            {"id":"60","isSubformSection":false,"fields":[]},
            {"id":"61","isSubformSection":true,"fields":[{"id":"1"}]},
            {"id":"62","type":"used","isSubformSection":false,"fields":[{"id":"2"},{"id":"3"}]},
            {"id":"63","type":"unused","fields":[{"id":"4"}]}]},
            {"id":"51","name":"Old","status":"inactive","sections":[]}]}"#;
        let layouts = layouts(200, body).unwrap();
        assert_eq!(layouts.len(), 1);
        assert_eq!(layouts[0].fields, ["1", "2", "3"]);
        assert_eq!(layouts[0].section, Some(("62".to_owned(), 2)));
    }
}

//! What an instance says it offers: build, endpoints, form fields.
//!
//! Owns reading `GET /entity` and `$adHocSchema`. Both are hints: what cannot be read offers nothing.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use wire::plain;

/// Most endpoints that are remembered.
const MOST_ENDPOINTS: usize = 200;

/// Build and endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Product build; empty when not told.
    pub build: String,
    /// `Name/Version`, as listed.
    pub endpoints: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Now {
        #[serde(default)]
        version: Build,
        #[serde(default)]
        endpoints: Vec<Endpoint>,
    },
    /// Very old builds answer with the bare array.
    Old(Vec<Endpoint>),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Build {
    #[serde(rename = "acumaticaBuildVersion")]
    acumatica: String,
}

#[derive(Deserialize)]
struct Endpoint {
    name: String,
    version: String,
}

impl Offer {
    /// Reads the answer of `GET /entity`; `None` when it is something else.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let (build, endpoints) = match serde_json::from_slice(body).ok()? {
            Listed::Now { version, endpoints } => (version.acumatica, endpoints),
            Listed::Old(endpoints) => (String::new(), endpoints),
        };
        let endpoints = endpoints.into_iter().take(MOST_ENDPOINTS);
        Some(Self {
            build: plain(&build, 40),
            endpoints: endpoints.map(|one| plain(&format!("{}/{}", one.name, one.version), 80)).collect(),
        })
    }
}

/// Which of `wanted` (`View.Field`) the schema offers at the top level.
pub(crate) fn offered_fields(body: &[u8], wanted: &[&str]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Schema {
        #[serde(default)]
        custom: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
    }
    let Ok(schema) = serde_json::from_slice::<Schema>(body) else {
        return Vec::new();
    };
    let offers = |field: &str| {
        let (view, name) = field.split_once('.').unwrap_or((field, ""));
        schema.custom.get(view).is_some_and(|fields| fields.contains_key(name))
    };
    wanted.iter().filter(|field| offers(field)).map(|field| (*field).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_forms_of_the_list_are_read() {
        let now = br#"{"version":{"acumaticaBuildVersion":"26.101.0225","databaseVersion":"x"},"endpoints":[{"name":"Default","version":"24.200.001","href":"/entity/Default/24.200.001/"}]}"#;
        let offer = Offer::read(now).unwrap();
        assert_eq!((offer.build.as_str(), offer.endpoints), ("26.101.0225", vec!["Default/24.200.001".to_owned()]));
        assert_eq!(
            Offer::read(br#"[{"name":"Default","version":"6.00.001"}]"#).unwrap().endpoints,
            ["Default/6.00.001"]
        );
        assert_eq!(Offer::read(b"<html>"), None);
    }

    #[test]
    fn only_offered_fields_are_taken() {
        let schema = br#"{"id":null,"custom":{"Document":{"CuryID":{"type":"CustomStringField","value":null},"Other":{}}},"_workflowActions":[]}"#;
        assert_eq!(
            offered_fields(schema, &["Document.CuryID", "Document.MasterRefNbr", "Other.CuryID"]),
            ["Document.CuryID"]
        );
        assert!(offered_fields(b"[]", &["Document.CuryID"]).is_empty());
    }
}

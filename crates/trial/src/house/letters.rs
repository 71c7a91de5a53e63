//! Writes of CRM records as the network saw them: what a run asked for, and what it was answered.
//!
//! Owns which answers reached the run that waited for them: only of these can it be expected to tell. Must not change what passes, nor
//! know what the run makes of it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use serde_json::Value;
use sim::zoho::model::Org;

use super::stray::module;
use crate::oracle::{Letter, flow_of, key_field};

/// The letters of one run.
#[derive(Clone, Default)]
pub(super) struct Letters(Arc<Mutex<Vec<Sealed>>>);

/// A request with the answer that reached its sender, unread.
struct Sealed {
    at: i64,
    path: String,
    request: Bytes,
    status: u16,
    response: Bytes,
}

impl Letters {
    /// Keeps a write of records whose answer reached the run at `at` (microseconds since 1970); everything else is left out.
    pub(super) fn keep(&self, at: i64, path: &str, request: &Bytes, (status, response): (u16, &Bytes)) {
        if module(path).is_some() && !request.is_empty() {
            let (path, request, response) = (path.to_owned(), request.clone(), response.clone());
            let sealed = Sealed { at, path, request, status, response };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sealed);
        }
    }

    /// Takes the letters, read: one for each record that an answer speaks of.
    pub(super) fn read(&self, org: &Org) -> Vec<Letter> {
        let sealed = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        sealed.iter().flat_map(|sealed| open(sealed, org)).collect()
    }
}

fn open(sealed: &Sealed, org: &Org) -> Vec<Letter> {
    let parsed = |body: &Bytes| serde_json::from_slice::<Value>(body).unwrap_or_default();
    let (request, response) = (parsed(&sealed.request), parsed(&sealed.response));
    let (Some(flow), Some(records)) = (module(&sealed.path).and_then(flow_of), request["data"].as_array()) else {
        return Vec::new();
    };
    let held = module(&sealed.path).and_then(|name| org.module(name));
    let key_name = held.and_then(|held| Some(held.field(key_field(held)?).api_name.as_str())).unwrap_or_default();
    let letter = |record: &Value, said: &Value| Letter {
        at: sealed.at,
        flow,
        key: record[key_name].as_str().map(str::to_lowercase),
        id: record["id"].as_str().and_then(|id| id.parse().ok()),
        written: said["status"] == "success",
        says: said["code"].as_str().unwrap_or_default().to_owned(),
    };
    match response["data"].as_array() {
        Some(said) if said.len() == records.len() => {
            records.iter().zip(said).map(|(record, said)| letter(record, said)).collect()
        }
        // Refused as a whole, for what one of them holds.
        None if sealed.status == 400 => records.iter().map(|record| letter(record, &response)).collect(),
        _ => Vec::new(),
    }
}

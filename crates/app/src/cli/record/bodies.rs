//! The part of a request and its answer that concerns one record.
//!
//! Owns finding a record's place in a batch: request and answer list records in `data`, in the same order. Bodies come redacted from
//! the store; what is no JSON is shown as text.

use serde_json::Value;

/// Place in the batch (from 1, and of how many), request, answer. Without a place both are whole.
pub(super) fn of(
    request: Option<&[u8]>,
    answer: Option<&[u8]>,
    names: &[&str],
) -> (Option<(usize, usize)>, Option<Value>, Option<Value>) {
    let (request, answer) = (request.map(read), answer.map(read));
    let Some(index) = request
        .as_ref()
        .and_then(|request| place(request, names))
        .or_else(|| answer.as_ref().and_then(|answer| place(answer, names)))
    else {
        return (None, request, answer);
    };
    let many = [&request, &answer].into_iter().flatten().filter_map(batch).map(Vec::len).max().unwrap_or(0);
    (Some((index + 1, many)), request.map(|body| part(body, index)), answer.map(|body| part(body, index)))
}

fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

fn batch(body: &Value) -> Option<&Vec<Value>> {
    body.get("data")?.as_array()
}

/// Where a batch names the record: as the value of a field, or as the `id` of its answer.
fn place(body: &Value, names: &[&str]) -> Option<usize> {
    let named = |value: &Value| value.as_str().is_some_and(|text| names.contains(&text));
    let mut places = batch(body)?.iter().enumerate().filter(|(_, record)| {
        let fields = record.as_object().is_some_and(|fields| fields.values().any(named));
        fields || record.get("details").and_then(|details| details.get("id")).is_some_and(named)
    });
    let first = places.next()?.0;
    // Two places: better all than the wrong one.
    places.next().is_none().then_some(first)
}

fn part(body: Value, index: usize) -> Value {
    match batch(&body).and_then(|records| records.get(index)) {
        Some(record) => record.clone(),
        None => body,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn bytes(value: &Value) -> Vec<u8> {
        serde_json::to_vec(value).unwrap()
    }

    #[test]
    fn a_batch_shows_the_record_and_its_answer_only() {
        let request = bytes(&json!({"data": [{"ERP_Key": "a"}, {"ERP_Key": "b", "Phone": "1"}], "trigger": []}));
        let answer = bytes(&json!({"data": [{"status": "success"}, {"status": "error", "code": "INVALID_DATA"}]}));
        let (part, request, answer) = of(Some(&request), Some(&answer), &["b"]);
        assert_eq!(part, Some((2, 2)));
        assert_eq!(request.unwrap(), json!({"ERP_Key": "b", "Phone": "1"}));
        assert_eq!(answer.unwrap(), json!({"status": "error", "code": "INVALID_DATA"}));
    }

    #[test]
    fn an_id_in_the_answer_finds_it_too() {
        let answer = bytes(&json!({"data": [{"details": {"id": "1"}}, {"details": {"id": "2"}}]}));
        let (part, _, answer) = of(None, Some(&answer), &["key", "2"]);
        assert_eq!((part, answer), (Some((2, 2)), Some(json!({"details": {"id": "2"}}))));
    }

    #[test]
    fn what_cannot_be_told_apart_is_shown_whole() {
        let twice = json!({"data": [{"a": "x"}, {"b": "x"}]});
        assert_eq!(of(Some(&bytes(&twice)), None, &["x"]), (None, Some(twice), None));
        assert_eq!(of(Some(b"<html>"), None, &["x"]), (None, Some(json!("<html>")), None));
        assert_eq!(of(None, None, &["x"]), (None, None, None));
    }
}

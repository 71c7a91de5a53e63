//! `swagger.json` of an endpoint, made from the field tables.
//!
//! Owns the document's shape; entities and fields come from the tables, so that neither can be forgotten.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::entity::{Node, Shape, entities};
use super::switches::Switches;
use super::value::Kind;
use super::version::Version;

/// The OpenAPI 3.0.1 document of an endpoint version.
#[must_use]
pub(super) fn document(version: Version, switches: &Switches, prefix: &str) -> Vec<u8> {
    let mut schemas = Map::new();
    let mut paths = Map::new();
    for (name, value) in VALUES {
        schemas.insert((*name).to_owned(), json!({"type": "object", "properties": {"value": value()}}));
    }
    let mut seen = BTreeSet::new();
    for entity in entities().iter().filter(|e| e.since <= version) {
        describe(entity.node, version, switches, &mut schemas, &mut seen);
        let body = json!({"content": {"application/json": {"schema": {"$ref": reference(entity.node.name)}}}});
        let list = json!({"type": "array", "items": {"$ref": reference(entity.node.name)}});
        let answer = json!({"200": {"description": "The records.", "content": {"application/json": {"schema": list}}}});
        let tags = json!([entity.name]);
        paths.insert(
            format!("/{}", entity.name),
            json!({
                "get": {"tags": tags, "operationId": format!("{}_GetList", entity.name), "parameters": parameters(true), "responses": answer},
                "put": {"tags": tags, "operationId": format!("{}_PutEntity", entity.name), "parameters": parameters(false), "requestBody": body,
                        "responses": {"200": {"description": "The record.", "content": body["content"]}}},
            }),
        );
        let id =
            json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}]);
        paths.insert(
            format!("/{}/{{id}}", entity.name),
            json!({"get": {"tags": tags, "operationId": format!("{}_GetById", entity.name), "parameters": id,
                           "responses": {"200": {"description": "The record.", "content": body["content"]}}}}),
        );
    }
    let document = json!({
        "openapi": "3.0.1",
        "info": {"title": format!("Default/{}", version.text()), "version": "4"},
        "servers": [{"url": format!("{prefix}/entity/Default/{}", version.text())}],
        "paths": paths,
        "components": {"schemas": schemas},
    });
    document.to_string().into_bytes()
}

type Made = fn() -> Value;

const VALUES: &[(&str, Made)] = &[
    ("StringValue", || json!({"type": "string"})),
    ("BooleanValue", || json!({"type": "boolean"})),
    ("IntValue", || json!({"type": "integer", "format": "int32"})),
    ("ShortValue", || json!({"type": "integer", "format": "int32"})),
    ("DecimalValue", || json!({"type": "number", "format": "double"})),
    ("DateTimeValue", || json!({"type": "string", "format": "date-time"})),
    ("GuidValue", || json!({"type": "string", "format": "uuid"})),
];

fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

fn parameters(list: bool) -> Value {
    let mut names = vec!["$select", "$filter", "$expand", "$custom"];
    if list {
        names.extend(["$skip", "$top"]);
    }
    names
        .into_iter()
        .map(|n| {
            let kind = if matches!(n, "$skip" | "$top") { "integer" } else { "string" };
            json!({"name": n, "in": "query", "schema": {"type": kind}})
        })
        .collect()
}

fn type_name(kind: Kind) -> String {
    format!("{}Value", kind.stem())
}

fn describe(
    node: &'static Node,
    version: Version,
    switches: &Switches,
    schemas: &mut Map<String, Value>,
    seen: &mut BTreeSet<*const Node>,
) {
    if !seen.insert(std::ptr::from_ref(node)) {
        return;
    }
    let mut properties = json!({
        "id": {"type": "string", "format": "uuid"},
        "rowNumber": {"type": "integer", "format": "int64"},
        "note": {"$ref": reference("StringValue")},
        "custom": {"type": "object"},
        "error": {"type": "string"},
    });
    for field in node.fields.iter().filter(|f| f.offered(version, switches)) {
        properties[field.name] = match field.shape {
            Shape::Value(kind, _) => json!({"$ref": reference(&type_name(kind))}),
            Shape::Linked(next, _) => {
                describe(next, version, switches, schemas, seen);
                json!({"$ref": reference(next.name)})
            }
            Shape::Rows(next, _) => {
                describe(next, version, switches, schemas, seen);
                json!({"type": "array", "items": {"$ref": reference(next.name)}})
            }
        };
    }
    // One type may be shown with fewer members in one place than in another: the schema has them all.
    let schema = schemas.entry(node.name.to_owned()).or_insert_with(|| json!({"type": "object", "properties": {}}));
    if let (Some(known), Value::Object(new)) = (schema["properties"].as_object_mut(), properties) {
        known.extend(new);
    }
}

//! Writes rows by a plan, as bytes.
//!
//! Owns the nesting of an answer: records, linked records, collections, custom columns. Must not decide which fields:
//! the plan did.

use super::plan::{Part, Plan};
use crate::acumatica::entity::{Cx, Rec};
use crate::acumatica::json::{self, Style};
use crate::acumatica::switches::CustomNull;
use crate::acumatica::value::Val;

impl Plan {
    /// Writes a row as an object. `row` is its number in the answer, from 1.
    pub fn write<'a>(&self, out: &mut Vec<u8>, cx: &Cx<'a>, rec: Rec<'a>, row: i64, style: Style) {
        let id = rec.id();
        out.extend_from_slice(b"{\"id\":");
        json::guid(out, id);
        out.extend_from_slice(b",\"rowNumber\":");
        json::integer(out, row);
        match rec.note() {
            Some(note) => {
                out.extend_from_slice(b",\"note\":{\"value\":");
                json::string(out, note);
                out.push(b'}');
            }
            None => out.extend_from_slice(b",\"note\":null"),
        }
        for column in &self.columns {
            out.extend_from_slice(&column.open);
            match &column.part {
                Part::Value(get) => json::wrapped(out, &get(cx, rec), style),
                Part::Null => out.extend_from_slice(b"{}"),
                Part::NoRows => out.extend_from_slice(b"[]"),
                Part::Linked(plan, step) => match step(cx, rec) {
                    Some(next) => plan.write(out, cx, next, 1, style),
                    None => out.extend_from_slice(b"null"),
                },
                Part::Rows(plan, visit) => {
                    out.push(b'[');
                    let mut number = 0;
                    visit(cx, rec, &mut |next| {
                        if number > 0 {
                            out.push(b',');
                        }
                        number += 1;
                        plan.write(out, cx, next, number, style);
                    });
                    out.push(b']');
                }
            }
        }
        self.write_custom(out, cx, rec, style);
        if self.files {
            out.extend_from_slice(b",\"files\":[]");
        }
        if let Some(links) = &self.links {
            let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
            let id = id.hyphenated().encode_lower(&mut buffer).as_bytes();
            out.extend_from_slice(b",\"_links\":{\"self\":\"");
            out.extend_from_slice(links.own.as_bytes());
            out.extend_from_slice(id);
            out.extend_from_slice(b"\",\"files:put\":\"");
            out.extend_from_slice(links.files.as_bytes());
            out.extend_from_slice(id);
            out.extend_from_slice(b"/{filename}\"}");
        }
        out.push(b'}');
    }

    fn write_custom<'a>(&self, out: &mut Vec<u8>, cx: &Cx<'a>, rec: Rec<'a>, style: Style) {
        out.extend_from_slice(b",\"custom\":{");
        for (index, view) in self.custom.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            json::string(out, &view.name);
            out.extend_from_slice(b":{");
            for (index, column) in view.columns.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                json::string(out, &column.name);
                out.extend_from_slice(b":{\"type\":\"Custom");
                out.extend_from_slice(column.kind.stem().as_bytes());
                out.extend_from_slice(b"Field\"");
                let value = column.read(cx, rec);
                if value != Val::Null || cx.switches.custom_null == CustomNull::Explicit {
                    out.extend_from_slice(b",\"value\":");
                    json::bare(out, &value, style);
                }
                out.push(b'}');
            }
            out.push(b'}');
        }
        out.push(b'}');
    }
}

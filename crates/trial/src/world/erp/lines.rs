//! Lines that come to a posted document or go from it: its rows in the CRM have to become more or fewer.
//!
//! Owns that amounts stay those of the lines.

use rust_decimal::Decimal;
use sim::acumatica::model::{DocKey, DocType, Document, Line, StampRule};

use super::{documents, write};
use crate::world::World;

/// A line more, or the last one less.
pub(super) fn change(world: &mut World) -> Option<String> {
    let open = |document: &Document| document.status == "Open" && !document.lines.is_empty();
    let named = world.pick(&documents(world, open))?;
    let (fewer, words) = (world.hub.chance(300), format!("Line more {}", world.number()));
    let mut shortened = None;
    let said = write(world, |books, draw, now| {
        let key = DocKey::new(DocType::from_label(&named.kind)?, &named.number);
        let lines = &books.documents.get(&key)?.lines;
        let (had, mut line) = (lines.len(), lines.last()?.clone());
        line = Line { id: draw.guid(), number: line.number + 1, description: Some(words), ..line };
        let mut said = None;
        let edit = |document: &mut Document| said = if fewer { take(document) } else { add(document, line) };
        books.edit_document(&key, StampRule::Moves, now, edit).ok()?;
        shortened = said.filter(|_| fewer).map(|_| had);
        said.map(|said| format!("{} {} {said}", named.kind, named.number))
    });
    if let Some(had) = shortened {
        let key = format!("{}/{}", named.kind, named.number).to_lowercase();
        let most = world.doings.shortened.entry(key).or_default();
        *most = had.max(*most);
    }
    said
}

fn add(document: &mut Document, line: Line) -> Option<&'static str> {
    comes_to(document, line.amount);
    document.lines.push(line);
    Some("has a line more")
}

/// What was paid already, or given as a discount, stays covered by the lines that are left.
fn take(document: &mut Document) -> Option<&'static str> {
    let last = document.lines.last()?.amount;
    let left = document.line_total - last - document.discount_total;
    if document.lines.len() < 2 || document.balance <= last || left.is_sign_negative() {
        return None;
    }
    document.lines.pop();
    comes_to(document, -last);
    Some("has a line less")
}

fn comes_to(document: &mut Document, more: Decimal) {
    document.line_total += more;
    document.amount += more;
    document.balance += more;
}

//! Key paging over many rows finds every row once, and a filter narrows what is visited.

use super::world::{World, document, id, options};
use crate::acumatica::entity::{Cx, find};
use crate::acumatica::filter::{Interval, compile, narrow};
use crate::acumatica::model::{Books, DocType, Item, Origin};
use crate::acumatica::switches::Switches;
use crate::acumatica::version::Version;

#[tokio::test]
async fn pages_by_key_cover_documents_of_several_types() {
    let mut books = Books::default();
    for n in 0..250_u128 {
        let kind = [DocType::Invoice, DocType::CreditMemo, DocType::DebitMemo][n as usize % 3];
        books.put_document(document(1000 + n, kind, &format!("{:06}", n / 2), Origin::Ar));
    }
    let world = World::with(options(), books).await;
    let mut seen = Vec::new();
    let mut filter = String::new();
    loop {
        let rows = world.list(&format!("Invoice?$top=40&$select=Type,ReferenceNbr&$expand=Details{filter}")).await;
        let Some(last) = rows.last() else { break };
        let (kind, number) = (last["Type"]["value"].as_str().unwrap(), last["ReferenceNbr"]["value"].as_str().unwrap());
        filter = format!("&$filter=(Type eq '{kind}' and ReferenceNbr gt '{number}') or Type gt '{kind}'");
        seen.extend(rows.iter().map(|r| r["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen.len(), 250);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 250);
}

#[test]
fn conditions_on_the_key_narrow_the_range() {
    let mut books = Books::default();
    books.put_item(Item::new(id(1), "A", true, super::world::start()));
    let switches = Switches::default();
    let cx = Cx { books: &books, switches: &switches, now: super::world::start() };
    let entity = find("StockItem", Version::V24).unwrap();
    let range = |text: &str| narrow(&compile(text, entity, Version::V24, &cx).unwrap().pred, 1, None, &cx);
    let between = |low: Option<(&str, bool)>, high: Option<(&str, bool)>| {
        let own = |end: Option<(&str, bool)>| end.map(|(k, i)| (k.to_owned(), i));
        Some(Interval { low: own(low), high: own(high) })
    };
    for (text, expected) in [
        ("InventoryID gt 'b'", between(Some(("B", false)), None)),
        (
            "InventoryID gt 'B' and Description eq 'x' and InventoryID le 'D'",
            between(Some(("B", false)), Some(("D", true))),
        ),
        ("InventoryID gt 'B' and InventoryID ge 'B'", between(Some(("B", false)), None)),
        ("InventoryID eq 'B' or InventoryID eq 'D'", between(Some(("B", true)), Some(("D", true)))),
        ("InventoryID gt 'B' or Description eq 'x'", between(None, None)),
        ("not (InventoryID gt 'B')", between(None, None)),
        ("InventoryID gt 'D' and InventoryID lt 'B'", None),
        ("InventoryID gt 'B' and InventoryID lt 'B'", None),
    ] {
        assert_eq!(range(text), expected, "{text}");
    }
}

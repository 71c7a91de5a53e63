//! Stock and non-stock items: four of five ordinary, every fifth odd in one way of [`ODD`], every fourth non-stock.
//!
//! Owns the oddities and their turn. Everything is drawn from the seed.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::customers::later_edit;
use super::stamps::{DAYS, ago};
use super::words::{ADJECTIVE, SERVICE, THING};
use crate::acumatica::model::{Books, CrossReference, Item, ItemClass, Meta, WarehouseLine, fold};
use crate::rng::{Seeds, Stream};

/// Ways in which an item is odd. Every fifth item takes the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    NoDescription,
    BlankDescription,
    SameDescription,
    SameDescriptionOtherCase,
    LongDescription,
    Punctuation,
    Entities,
    RightToLeft,
    Cjk,
    KeyApostrophe,
    KeyHash,
    KeySlash,
    KeyTrailingDash,
    KeyBlank,
    KeyLong,
    NoSales,
    NoPurchases,
    NoRequest,
    Inactive,
    MarkedForDeletion,
    ZeroPrice,
    FourDecimals,
    SixDecimals,
    HugePrice,
    UnitOtherCase,
    UnitUnknown,
}

pub(super) const ODD: [Odd; 26] = [
    Odd::NoDescription,
    Odd::BlankDescription,
    Odd::SameDescription,
    Odd::SameDescriptionOtherCase,
    Odd::LongDescription,
    Odd::Punctuation,
    Odd::Entities,
    Odd::RightToLeft,
    Odd::Cjk,
    Odd::KeyApostrophe,
    Odd::KeyHash,
    Odd::KeySlash,
    Odd::KeyTrailingDash,
    Odd::KeyBlank,
    Odd::KeyLong,
    Odd::NoSales,
    Odd::NoPurchases,
    Odd::NoRequest,
    Odd::Inactive,
    Odd::MarkedForDeletion,
    Odd::ZeroPrice,
    Odd::FourDecimals,
    Odd::SixDecimals,
    Odd::HugePrice,
    Odd::UnitOtherCase,
    Odd::UnitUnknown,
];

/// The oddity of item `index`, if any.
pub(super) fn odd(index: usize) -> Option<Odd> {
    (index % 5 == 2).then(|| ODD[index / 5 % ODD.len()])
}

/// Fills `books` with `count` items and their classes.
pub(super) fn fill(books: &mut Books, seeds: Seeds, count: usize, now: Timestamp) {
    let mut draw = seeds.stream("items");
    let imported = ago(&mut draw, now, DAYS, DAYS - 1);
    let mut last = String::from("Widget");
    for index in 0..count {
        let stock = index % 4 != 3;
        let created = if draw.chance(0.15) { imported } else { ago(&mut draw, now, DAYS, 1) };
        let key = if stock { format!("AA{:06}", index + 1) } else { format!("SVC{:05}", index + 1) };
        let mut item = Item::new(draw.guid(), &key, stock, created);
        item.meta.modified = if created == imported { imported } else { later_edit(&mut draw, created, now) };
        let description = describe(&mut draw, stock);
        item.price = Decimal::new(draw.between(99, 250_000), 2);
        item.msrp = (item.price * Decimal::new(12, 1)).round_dp(2);
        item.last_cost = (item.price * Decimal::new(6, 1)).round_dp(4);
        let unit = if stock { "EA" } else { "HOUR" };
        units(&mut item, unit);
        if stock {
            item.standard_cost = item.last_cost;
            item.weight = Decimal::new(draw.between(1, 4_000), 2);
            item.default_warehouse = Some("WHOLESALE".to_owned());
            item.warehouses.push(WarehouseLine {
                warehouse: "WHOLESALE".to_owned(),
                on_hand: Decimal::from(draw.between(0, 900)),
                default: true,
            });
            if draw.chance(0.1) {
                item.cross_references.push(CrossReference {
                    kind: "Barcode".to_owned(),
                    alternate: format!("40{:011}", draw.below(100_000_000_000)),
                    description: None,
                });
            }
        }
        item.description = Some(description.clone());
        if let Some(odd) = odd(index) {
            oddly(&mut item, odd, index + 1, &last);
        }
        last = description;
        books.put_item(item);
    }
    let mut class = |id: &str, description: &str, stock: bool, unit: &str| ItemClass {
        meta: Meta::new(draw.guid(), imported),
        id: id.to_owned(),
        description: description.to_owned(),
        stock,
        base_unit: unit.to_owned(),
    };
    books.setup.item_classes =
        [class("STOCKITEM", "Stock items", true, "EA"), class("SERVICE", "Services", false, "HOUR")]
            .into_iter()
            .map(|class| (fold(&class.id), class))
            .collect();
}

fn describe(draw: &mut Stream, stock: bool) -> String {
    if stock {
        let adjective = draw.pick(&ADJECTIVE).copied().unwrap_or("Plain");
        let thing = draw.pick(&THING).copied().unwrap_or("Part");
        format!("{adjective} {thing} {} mm", draw.between(2, 480))
    } else {
        let service = draw.pick(&SERVICE).copied().unwrap_or("Service");
        format!("{service}, level {}", draw.between(1, 40))
    }
}

fn units(item: &mut Item, unit: &str) {
    unit.clone_into(&mut item.base_unit);
    unit.clone_into(&mut item.sales_unit);
    unit.clone_into(&mut item.purchase_unit);
}

fn oddly(item: &mut Item, odd: Odd, number: usize, last: &str) {
    let described = |text: String| Some(text);
    match odd {
        Odd::NoDescription => item.description = None,
        Odd::BlankDescription => item.description = described("   ".to_owned()),
        Odd::SameDescription => item.description = described(last.to_owned()),
        Odd::SameDescriptionOtherCase => item.description = described(last.to_uppercase()),
        Odd::LongDescription => {
            item.description = described(format!("{last}, {}", "with long cable and mounting kit ".repeat(7)));
        }
        Odd::Punctuation => item.description = described(format!("Pipe 3/4\" & elbow 'L' <{number}> {{50%}}")),
        Odd::Entities => item.description = described(format!("R&amp;D kit &quot;{number}&quot; &nbsp;&euro;")),
        Odd::RightToLeft => item.description = described(format!("מסנן מים {number} لتر")),
        Odd::Cjk => item.description = described(format!("精密ベアリング{number}号")),
        Odd::KeyApostrophe => item.key = format!("5'6 BOARD {number}"),
        Odd::KeyHash => item.key = format!("#12-{number}"),
        Odd::KeySlash => item.key = format!("1/2IN-{number}"),
        Odd::KeyTrailingDash => item.key = format!("01-{number}-"),
        Odd::KeyBlank => item.key = format!("KIT {number} B"),
        Odd::KeyLong => item.key = format!("CONFIGURED-ASSEMBLY-{number:010}"),
        Odd::NoSales => "No Sales".clone_into(&mut item.status),
        Odd::NoPurchases => "No Purchases".clone_into(&mut item.status),
        Odd::NoRequest => "No Request".clone_into(&mut item.status),
        Odd::Inactive => "Inactive".clone_into(&mut item.status),
        Odd::MarkedForDeletion => "Marked for Deletion".clone_into(&mut item.status),
        Odd::ZeroPrice => item.price = Decimal::ZERO,
        Odd::FourDecimals => item.price = Decimal::new(12_3456, 4),
        Odd::SixDecimals => item.price = Decimal::new(125, 6),
        Odd::HugePrice => item.price = Decimal::new(999_999_999, 2),
        Odd::UnitOtherCase => units(item, "BOX"),
        Odd::UnitUnknown => units(item, "KG"),
    }
}

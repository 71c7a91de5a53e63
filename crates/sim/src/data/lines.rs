//! Document lines: mostly an item at its price; some without item, without text, with discount, fractional quantity,
//! four-decimal price, nothing or less than nothing. About eight lines on average, up to 200.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::acumatica::model::Line;
use crate::rng::Stream;

/// An item as lines see it.
pub(super) struct Offer {
    pub(super) key: String,
    pub(super) description: Option<String>,
    pub(super) unit: String,
    pub(super) price: Decimal,
}

/// Rounds half away from zero.
pub(super) fn round(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// How many lines document number `index` has.
pub(super) fn count(draw: &mut Stream, index: usize) -> usize {
    let most = match index % 300 {
        7 => 200,
        57 => 100,
        107 => 101,
        157 => 143,
        _ => usize::try_from(draw.between(1, 13)).unwrap_or(1),
    };
    most.max(1)
}

/// Builds the lines of one document in a currency with `decimals` places.
pub(super) fn build(draw: &mut Stream, count: usize, offers: &[Offer], decimals: u32) -> Vec<Line> {
    let mut lines: Vec<Line> = (1..=count)
        .map(|number| {
            let oddity = draw.below(100);
            line(draw, i32::try_from(number).unwrap_or(i32::MAX), oddity, offers, decimals)
        })
        .collect();
    let sum: Decimal = lines.iter().map(|line| line.amount).sum();
    if sum < Decimal::ZERO {
        // No bill below zero: the first line grows until there is something to pay.
        if let Some(first) = lines.first_mut() {
            priced(first, Decimal::ONE, round(Decimal::from(100) - sum, decimals), Decimal::ZERO, decimals);
        }
    }
    lines
}

fn line(draw: &mut Stream, number: i32, oddity: u64, offers: &[Offer], decimals: u32) -> Line {
    let mut line = blank(draw, number);
    let mut quantity = Decimal::from(draw.between(1, 24));
    let mut price = Decimal::new(draw.between(50, 90_000), 2);
    let mut percent = Decimal::ZERO;
    // Item 0 of a company stands on no line, so that one product is never sold.
    let offer = offers.get(draw.index(offers.len().saturating_sub(1)) + 1).or_else(|| offers.first());
    if let (Some(offer), true) = (offer, oddity >= 6) {
        line.item = Some(offer.key.clone());
        line.description.clone_from(&offer.description);
        line.unit = Some(offer.unit.clone());
        if !offer.price.is_zero() {
            price = offer.price;
        }
    } else {
        line.description = Some("Handling and documents".to_owned());
    }
    match oddity {
        // A discount line: less than nothing.
        0 => {
            line.description = Some("Goodwill discount \"loyal customer\" & thanks".to_owned());
            quantity = Decimal::ONE;
            price = -Decimal::new(draw.between(100, 4_000), 2);
        }
        // A line of text only.
        1 => {
            line.description = Some("— as agreed by phone on Monday —".to_owned());
            quantity = Decimal::ZERO;
            price = Decimal::ZERO;
        }
        6 => line.description = None,
        7 => {
            line.description =
                Some(format!("{}. ", "Custom made to drawing, see attachment, tolerance 0.01 mm").repeat(5))
        }
        8..=9 => quantity = -Decimal::from(draw.between(1, 2)),
        10..=12 => quantity = Decimal::new(draw.between(125, 9_875), 3),
        13..=17 => price = Decimal::new(draw.between(1_001, 99_999), 4),
        18 => price = Decimal::ZERO,
        19..=29 => percent = Decimal::from(draw.between(1, 30)),
        30 => percent = Decimal::new(33_333, 3),
        // Paid in full by a discount.
        31 => percent = Decimal::ONE_HUNDRED,
        _ => {}
    }
    priced(&mut line, quantity, price, percent, decimals);
    line
}

fn priced(line: &mut Line, quantity: Decimal, price: Decimal, percent: Decimal, decimals: u32) {
    line.quantity = quantity;
    line.unit_price = price;
    line.discount_percent = percent;
    line.extended = round(quantity * price, decimals);
    line.discount = round(line.extended * percent / Decimal::ONE_HUNDRED, decimals);
    line.amount = line.extended - line.discount;
}

/// A line over nothing yet.
pub(super) fn blank(draw: &mut Stream, number: i32) -> Line {
    Line {
        id: draw.guid(),
        number,
        item: None,
        description: None,
        quantity: Decimal::ZERO,
        unit: None,
        unit_price: Decimal::ZERO,
        extended: Decimal::ZERO,
        discount_percent: Decimal::ZERO,
        discount: Decimal::ZERO,
        amount: Decimal::ZERO,
        tax_category: None,
        account: "40000".to_owned(),
        subaccount: "000000".to_owned(),
        branch: "MAIN".to_owned(),
        warehouse: None,
        order: None,
        shipment: None,
    }
}

/// One line over `amount` without item, for charges.
pub(super) fn charge(draw: &mut Stream, text: &str, amount: Decimal, decimals: u32) -> Line {
    let mut line = blank(draw, 1);
    line.description = Some(text.to_owned());
    priced(&mut line, Decimal::ONE, amount, Decimal::ZERO, decimals);
    line
}

//! Receivables documents after [`PLAN`]: headers, states, totals, payments and instalments.
//!
//! Owns the life of a document up to now. Lines are made by `lines`, kinds and shares stand in `plan`; drawn from the
//! seed only.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::lines::{self, Offer, round};
use super::plan::{BEHIND, PLAN, Shape};
use super::stamps::{DAYS, ago, day, evening, later, sql};
use super::words::REMARK;
use crate::acumatica::model::{
    Books, DiscountLine, DocKey, DocType, Document, EditError, FreightLine, Origin, Party, StampRule, TaxLine,
};
use crate::rng::{Seeds, Stream};

/// A customer as documents see it.
struct Buyer {
    key: String,
    currency: String,
    terms: Option<String>,
    bill_to: Party,
}

/// What documents are made from.
struct Desk {
    draw: Stream,
    now: Timestamp,
    buyers: Vec<Buyer>,
    offers: Vec<Offer>,
    next_number: u32,
    next_payment: u32,
    behind: usize,
    last_invoice: Option<String>,
}

/// Fills `books` with `count` documents, instalments counted. Customers and items must be there.
///
/// # Errors
/// When an edit of the books is refused, which is a mistake of this generator.
pub(super) fn fill(books: &mut Books, seeds: Seeds, count: usize, now: Timestamp) -> Result<(), EditError> {
    let buyers: Vec<Buyer> = books
        .customers
        .values()
        .map(|customer| Buyer {
            key: customer.key.clone(),
            currency: customer.currency.clone().unwrap_or_else(|| books.setup.base_currency.clone()),
            terms: customer.terms.clone(),
            bill_to: customer.billing.clone().unwrap_or_else(|| customer.main.clone()),
        })
        .collect();
    if buyers.is_empty() {
        return Ok(());
    }
    let offers = books
        .items
        .values()
        .map(|item| Offer {
            key: item.key.clone(),
            description: item.description.clone(),
            unit: item.sales_unit.clone(),
            price: item.price,
        })
        .collect();
    let draw = seeds.stream("documents");
    let mut desk = Desk { draw, now, buyers, offers, next_number: 1, next_payment: 1, behind: 0, last_invoice: None };
    let mut made = 0;
    let mut plan = PLAN.iter().copied().cycle();
    while made < count {
        let shape = match plan.next() {
            Some(Shape::Instalments) if made + 4 > count => Shape::Invoice,
            Some(shape) => shape,
            None => break,
        };
        made += desk.add(books, shape, made)?;
    }
    Ok(())
}

impl Desk {
    /// Adds what a shape stands for; returns how many documents that were.
    fn add(&mut self, books: &mut Books, shape: Shape, index: usize) -> Result<usize, EditError> {
        let behind = (shape == Shape::Behind).then(|| {
            let state = BEHIND[self.behind % BEHIND.len()];
            self.behind += 1;
            state
        });
        let mut document = self.header(shape, behind.map(|(kind, _, _, so)| (kind, so)));
        let decimals = books.setup.currencies.get(&document.currency).copied().map_or(2, u32::from);
        self.rows(&mut document, shape, index, decimals);
        document.total();
        if document.amount.is_zero() && shape != Shape::Free {
            document.lines.push(lines::charge(&mut self.draw, "Minimum charge", Decimal::from(25), decimals));
            renumber(&mut document);
            document.total();
        }
        let key = document.key.clone();
        let entered = document.meta.created;
        let posted = evening(entered, self.now);
        if let Some((_, status, released, _)) = behind {
            status.clone_into(&mut document.status);
            document.hold = status == "On Hold";
            document.credit_hold = status == "Credit Hold";
            document.released = released;
            books.put_document(document);
            return Ok(1);
        }
        let open = self.draw.chance(0.45);
        let instalment_days = document.due_date.unwrap_or(document.date);
        books.put_document(document);
        match shape {
            Shape::Instalments => {
                let parts: Vec<_> = (0..3_i64)
                    .map(|part| {
                        let number = self.number("AR");
                        (number, later(instalment_days, part * 30), self.draw.guid(), self.draw.guid())
                    })
                    .collect();
                books.release_in_installments(&key, &parts, posted)?;
                if let Some((number, due, ..)) = parts.first()
                    && *due < day(self.now)
                {
                    self.pay(books, &DocKey::new(key.kind, number), Decimal::ONE, posted)?;
                }
                return Ok(4);
            }
            Shape::Canceled => {
                books.release_document(&key, posted)?;
                books.cancel_document(&key, self.touched(posted))?;
            }
            Shape::ReservedCreditMemo => {
                books.release_document(&key, posted)?;
                books.edit_document(&key, StampRule::Stays, posted, |document| {
                    "Reserved".clone_into(&mut document.status);
                    document.hold = true;
                })?;
            }
            Shape::Free | Shape::CashSale | Shape::CashReturn => books.release_document(&key, posted)?,
            _ => {
                books.release_document(&key, posted)?;
                if !open {
                    self.settle(books, &key, posted)?;
                } else if self.draw.chance(0.25) {
                    self.pay(books, &key, Decimal::new(4, 1), posted)?;
                }
            }
        }
        Ok(1)
    }

    fn header(&mut self, shape: Shape, behind: Option<(DocType, bool)>) -> Document {
        let kind = behind.map_or_else(|| shape.kind(), |(kind, _)| kind);
        let from_orders = match (shape, behind) {
            (_, Some((_, from_orders))) => from_orders,
            (Shape::ReceivablesOnly | Shape::Charge | Shape::CashSale | Shape::CashReturn, _) => false,
            (Shape::Instalments, _) => true,
            _ => self.draw.chance(0.7),
        };
        let origin = if from_orders { Origin::So } else { Origin::Ar };
        let number = match self.last_invoice.clone() {
            Some(number) if shape.shares_number() => number,
            _ => self.number(if from_orders { "INV" } else { "AR" }),
        };
        if shape == Shape::Invoice {
            self.last_invoice = Some(number.clone());
        }
        let entered = ago(&mut self.draw, self.now, DAYS, 0);
        let date = day(entered);
        let at = self.draw.index(self.buyers.len());
        let buyer = &self.buyers[at];
        let mut document = Document::new(
            self.draw.guid(),
            DocKey::new(kind, &number),
            origin,
            &buyer.key,
            &buyer.currency,
            date,
            entered,
        );
        document.bill_to = buyer.bill_to.clone();
        document.ship_to = buyer.bill_to.clone();
        if kind.is_cash() {
            document.payment_method = Some("CASH".to_owned());
            document.payment_ref = Some(format!("{:06}", self.draw.below(1_000_000)));
            document.cash_account = Some("10200".to_owned());
        } else if kind != DocType::CreditMemo {
            let terms = if shape == Shape::Instalments { Some("3MONTHLY".to_owned()) } else { buyer.terms.clone() };
            document.due_date = Some(later(date, days_of(terms.as_deref())));
            document.terms = terms;
        }
        if self.draw.chance(0.5) {
            document.customer_order = Some(match self.draw.below(12) {
                0 => format!("  PO \"{}\" & rest  ", self.draw.below(90_000)),
                1 => format!("Bestellung Nr. {} vom Büro, 2. Stock links", self.draw.below(900)),
                _ => format!("PO-{}", self.draw.below(900_000)),
            });
        }
        if self.draw.chance(0.4) {
            document.description = self.draw.pick(&REMARK).map(|text| match self.draw_small(shape) {
                0 => format!("{text} &amp; more <b>today</b> – 納品書"),
                _ => (*text).to_owned(),
            });
        }
        document.printed = self.draw.chance(0.5);
        document
    }

    fn draw_small(&self, shape: Shape) -> u32 {
        // Depends on the running number only, so that a description's wording moves no draw.
        (self.next_number + shape as u32) % 10
    }

    fn rows(&mut self, document: &mut Document, shape: Shape, index: usize, decimals: u32) {
        document.lines = match shape {
            Shape::Charge => {
                let amount = round(Decimal::new(self.draw.between(150, 9_900), 2), decimals);
                vec![lines::charge(&mut self.draw, "Overdue charge", amount, decimals)]
            }
            Shape::Free => vec![lines::charge(&mut self.draw, "Sample, free of charge", Decimal::ZERO, decimals)],
            Shape::ReceivablesOnly => {
                let amount = round(Decimal::new(self.draw.between(1_000, 900_000), 2), decimals);
                vec![lines::charge(&mut self.draw, "Opening balance", amount, decimals)]
            }
            _ => {
                let count = lines::count(&mut self.draw, index);
                lines::build(&mut self.draw, count, &self.offers, decimals)
            }
        };
        if matches!(shape, Shape::Charge | Shape::Free | Shape::ReceivablesOnly) {
            return;
        }
        let total: Decimal = document.lines.iter().map(|line| line.amount).sum();
        let share = |percent: i64, of: Decimal| round(of * Decimal::new(percent, 1) / Decimal::ONE_HUNDRED, decimals);
        let mut discount = Decimal::ZERO;
        if total > Decimal::ZERO && self.draw.chance(0.12) {
            discount = share(50, total);
            document.discounts.push(DiscountLine {
                id: self.draw.guid(),
                kind: "Document".to_owned(),
                code: Some("VOLUME".to_owned()),
                sequence: Some("000001".to_owned()),
                discountable: total,
                percent: Decimal::from(5),
                amount: discount,
                description: Some("Volume discount".to_owned()),
            });
        }
        if document.origin == Origin::So && self.draw.chance(0.2) {
            document.freights.push(FreightLine {
                id: self.draw.guid(),
                shipment: format!("{:06}", self.next_number),
                amount: round(Decimal::new(self.draw.between(500, 15_000), 2), decimals),
            });
        }
        if self.draw.chance(0.5) {
            let (tax, tenths) = if document.currency == "USD" { ("SALESTAX", 88) } else { ("VAT", 190) };
            let taxable = total - discount;
            document.taxes.push(TaxLine {
                id: self.draw.guid(),
                tax: tax.to_owned(),
                rate: Decimal::new(tenths, 1),
                taxable,
                amount: share(tenths, taxable),
            });
        }
    }

    fn number(&mut self, prefix: &str) -> String {
        let number = format!("{prefix}{:06}", self.next_number);
        self.next_number += 1;
        number
    }

    /// An instant between `from` and now.
    fn touched(&mut self, from: Timestamp) -> Timestamp {
        let seconds = self.now.duration_since(from).as_secs();
        let after = self.draw.between(1, seconds.saturating_sub(60).max(1));
        sql(from, jiff::SignedDuration::from_secs(after)).min(self.now)
    }

    /// Pays a share of what is open.
    fn pay(&mut self, books: &mut Books, key: &DocKey, share: Decimal, posted: Timestamp) -> Result<(), EditError> {
        let Some(document) = books.documents.get(key) else {
            return Err(EditError::NotFound);
        };
        let decimals = books.setup.currencies.get(&document.currency).copied().map_or(2, u32::from);
        let amount = round(document.balance * share, decimals);
        if amount <= Decimal::ZERO || document.status != "Open" {
            return Ok(());
        }
        let at = self.touched(posted);
        let number = format!("{:06}", self.next_payment);
        self.next_payment += 1;
        let ids = (self.draw.guid(), self.draw.guid());
        books.pay(key, &number, amount, ids, StampRule::Moves, day(at), at)
    }

    /// Closes a document without keeping the payment: paid before this company's payments begin.
    fn settle(&mut self, books: &mut Books, key: &DocKey, posted: Timestamp) -> Result<(), EditError> {
        let at = self.touched(posted);
        books.edit_document(key, StampRule::Moves, at, |document| {
            document.balance = Decimal::ZERO;
            "Closed".clone_into(&mut document.status);
        })
    }
}

fn renumber(document: &mut Document) {
    for (number, line) in (1..).zip(&mut document.lines) {
        line.number = number;
    }
}

fn days_of(terms: Option<&str>) -> i64 {
    match terms {
        Some("NET14") => 14,
        Some("NET60") => 60,
        Some("CASH") => 0,
        _ => 30,
    }
}

/// The day on which a document of `date` is due under these terms.
pub(super) fn due(date: Date, terms: Option<&str>) -> Date {
    later(date, days_of(terms))
}

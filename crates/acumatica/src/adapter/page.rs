//! One page of an entity.
//!
//! Owns how a read goes on: behind the last key, checked for order on every page, with `$skip` as the fallback. Must not lose a row:
//! where the order of rows cannot be trusted the read begins again and says so.

use std::sync::PoisonError;

use port::{Exchange, Fault, Kind, Page, PageRequest, Response};
use sync::digest::Digester;
use sync::seam::{Mutant, mutant};
use sync::{Entity, Instant};
use wire::failure::{TIMED_OUT, TOO_LARGE};

use super::cursor::{Behind, Cursor, Key, Offset, all_of, condition};
use super::projection::{Projection, form};
use super::sizes::looks_capped;
use super::{Acumatica, order, row, server_time};
use crate::client::json::{self, Row};
use crate::client::{Shelf, Verdict, fault};

/// How often a read by `$skip` begins again because rows moved.
const MOST_RESTARTS: u8 = 3;

/// Rows of one answer with their keys.
pub(super) struct Rows {
    pub(super) keyed: Vec<(Key, Row)>,
    /// Rows received, those without a key included.
    pub(super) received: usize,
    /// Rows asked for.
    top: usize,
    server_time: Option<Instant>,
    asked_at: Option<Instant>,
}

/// How much of each record a page brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// All that the mapping uses.
    Whole,
    /// Key, id and stamp; of archived records too when so told.
    Keys(Shelf),
    /// The same of a few records, each of which is then read by itself.
    Few,
}

/// Records of a page that are read by themselves.
const FEW: usize = 100;

/// How records were read where rows do not come in key order, for their trail.
const BY_OFFSET: &str = "read by offset, because rows do not come in key order";

impl Acumatica {
    /// One page; the inner error is the server's sentence about a list that it cannot make.
    pub(super) async fn read_page(
        &self,
        request: &PageRequest,
        depth: Depth,
        tape: &mut Vec<Exchange>,
    ) -> Result<Result<Page, String>, Fault> {
        let mut notes = Vec::new();
        let mut cursor = request.cursor.as_deref().and_then(Cursor::parse);
        if mutant(Mutant::SkipOnly) && cursor.is_none() {
            cursor = Some(Cursor::Skip(Offset::default()));
        }
        loop {
            let rows = match self.read_rows(request, depth, cursor.as_ref(), tape).await? {
                Ok(rows) => rows,
                Err(why) => return Ok(Err(why)),
            };
            let step = match &cursor {
                None | Some(Cursor::After(_)) => by_key(cursor.as_ref(), &rows),
                Some(Cursor::Skip(offset)) => by_skip(offset, &rows),
            };
            match step {
                Step::Last(behind) if self.left_out(request, depth, &behind, tape).await? => {
                    notes.push(format!("{}: {UNORDERED}", request.entity.name()));
                    cursor = Some(Cursor::Skip(Offset::default()));
                }
                Step::Last(_) => return Ok(Ok(finish(request.entity, rows, None, false, notes))),
                Step::On { next, drop_first } => {
                    let mut page = finish(request.entity, rows, next.as_ref(), drop_first, notes);
                    if matches!(cursor, Some(Cursor::Skip(_))) {
                        BY_OFFSET.clone_into(&mut page.fallback);
                    }
                    return Ok(Ok(page));
                }
                Step::Restart { from, why } => {
                    notes.push(format!("{}: {why}", request.entity.name()));
                    cursor = Some(from);
                }
                Step::GiveUp => return Err(restless(request.entity)),
            }
        }
    }

    /// True when there are more rows than a read behind keys has brought in several pages: those that were left out, because rows do not
    /// come in key order though each page looked so. What changed since the read began does not count, so that work in the source is
    /// not taken for that. One row at the most is asked for.
    async fn left_out(
        &self,
        request: &PageRequest,
        depth: Depth,
        behind: &Behind,
        tape: &mut Vec<Exchange>,
    ) -> Result<bool, Fault> {
        let entity = request.entity;
        let projection = self.key_projection(entity);
        let shelf = match depth {
            Depth::Keys(shelf) => shelf,
            Depth::Whole | Depth::Few => Shelf::Current,
        };
        let query = projection.query(Some(&all_of(&projection, request.from, behind)), Some(1), Some(behind.rows));
        let url = self.session.instance.list(entity.name(), &query);
        match self.session.read_shelf(&url, shelf, self.asked(entity.name()), tape).await? {
            (Verdict::Body(_), response) => Ok(decode(&projection, &response, 1, tape)?.received > 0),
            _ => Ok(false),
        }
    }

    /// Asks for the rows behind a cursor, with smaller pages where an answer is too large or too slow. The inner error is the server's
    /// sentence about a list that it cannot make.
    async fn read_rows(
        &self,
        request: &PageRequest,
        depth: Depth,
        cursor: Option<&Cursor>,
        tape: &mut Vec<Exchange>,
    ) -> Result<Result<Rows, String>, Fault> {
        let entity = request.entity;
        let (sizes, shelf, most) = match depth {
            Depth::Whole => (&self.sizes, Shelf::Current, usize::MAX),
            Depth::Keys(shelf) => (&self.key_sizes, shelf, usize::MAX),
            Depth::Few => (&self.key_sizes, Shelf::Current, FEW),
        };
        let mut was_slow = false;
        let mut refused = 0;
        loop {
            let projection = match depth {
                Depth::Whole => self.projection(entity),
                Depth::Keys(_) | Depth::Few => self.key_projection(entity),
            };
            let filter = condition(&projection, request.from, cursor);
            let (skip, overlap) = match cursor {
                // One row more at the front shows whether rows have moved.
                Some(Cursor::Skip(offset)) if offset.rows > 0 => (Some(offset.rows - 1), 1),
                Some(Cursor::Skip(_) | Cursor::After(_)) | None => (None, 0),
            };
            let top = sizes.lock().unwrap_or_else(PoisonError::into_inner).top(entity).min(most) + overlap;
            let url = self.session.instance.list(entity.name(), &projection.query(filter.as_ref(), Some(top), skip));
            match self.session.read_shelf(&url, shelf, self.asked(entity.name()), tape).await {
                Ok((Verdict::Body(_), response)) => {
                    let rows = decode(&projection, &response, top, tape)?;
                    let took = tape.last().map(|exchange| exchange.took).unwrap_or_default();
                    let bytes = response.body.len() as u64;
                    sizes.lock().unwrap_or_else(PoisonError::into_inner).learn(entity, rows.received, bytes, took);
                    return Ok(Ok(rows));
                }
                Ok((Verdict::CannotOptimize(why), _)) => return Ok(Err(why)),
                Ok(_) => return Err(self.not_offered(entity.name(), tape).await),
                Err(fault) => {
                    let failure = tape.last().map_or("", |exchange| exchange.failure.as_str());
                    let too_large = failure == TOO_LARGE;
                    let too_slow = failure == TIMED_OUT && fault.kind == Kind::Unavailable && !was_slow;
                    was_slow |= too_slow;
                    // A server ends answers that take too long or grow too large with a 500 of many words.
                    let cut_off =
                        tape.last().is_some_and(|exchange| exchange.status == Some(500)) && refused < MOST_CUTS;
                    refused += u8::from(cut_off);
                    let smaller = (too_large || too_slow || cut_off)
                        && sizes.lock().unwrap_or_else(PoisonError::into_inner).shrink(entity);
                    if !smaller {
                        return Err(fault);
                    }
                }
            }
        }
    }
}

/// Times that a page is made smaller because the server failed while it made it.
const MOST_CUTS: u8 = 2;

/// Why a read begins again by offset.
const UNORDERED: &str = "rows do not come in key order; read by offset instead, from the start.";

/// What follows from an answer.
pub(super) enum Step {
    /// Hand out the rows, the last ones of a read of several pages behind keys, unless it has left something out.
    Last(Behind),
    /// Hand out the rows (but for the first, where it is known already) and go on there.
    On { next: Option<Cursor>, drop_first: bool },
    /// Ask again from there, telling people why.
    Restart { from: Cursor, why: &'static str },
    /// Rows move faster than they can be read.
    GiveUp,
}

/// After a page behind a key. A page that is not full is the last one, unless its size makes one doubt it; where the first page is the
/// last one, the order of its rows does not matter.
pub(super) fn by_key(before: Option<&Cursor>, rows: &Rows) -> Step {
    let keys: Vec<Key> = rows.keyed.iter().map(|(key, _)| key.clone()).collect();
    let full = rows.received >= rows.top || looks_capped(rows.received);
    if (full || before.is_some()) && !order::holds(before, &keys) {
        return Step::Restart { from: Cursor::Skip(Offset::default()), why: UNORDERED };
    }
    let mut behind = match before {
        Some(Cursor::After(behind)) => behind.clone(),
        Some(Cursor::Skip(_)) | None => {
            Behind::new(rows.server_time.or(rows.asked_at).unwrap_or(Instant::from_micros(0)))
        }
    };
    rows.keyed.iter().for_each(|(key, row)| behind.pass(key, row.stamp));
    // What came without a key is among the rows that the server counts.
    behind.rows += (rows.received - rows.keyed.len()) as u64;
    if full && !rows.keyed.is_empty() {
        Step::On { next: Some(Cursor::After(behind)), drop_first: false }
    } else if before.is_some() {
        Step::Last(behind)
    } else {
        Step::On { next: None, drop_first: false }
    }
}

/// After a page by offset. Its first row must be the last one of the page before, or rows have moved: going on would leave some out. Rows
/// can also move so that this is not seen, so that a read of several pages is made again until it brings the very rows that the one
/// before has brought.
pub(super) fn by_skip(offset: &Offset, rows: &Rows) -> Step {
    let overlaps = offset.rows > 0;
    let first = rows.keyed.first().map(|(key, _)| key.text());
    let again = offset.again + 1;
    if overlaps && first.as_deref() != Some(&offset.last) && !mutant(Mutant::SkipOnly) {
        if offset.again >= MOST_RESTARTS {
            return Step::GiveUp;
        }
        let from = Cursor::Skip(Offset { again, ..Offset::default() });
        return Step::Restart { from, why: "rows moved while they were read by offset; read from the start again." };
    }
    let here = Offset {
        rows: offset.rows + rows.received as u64 - u64::from(overlaps),
        last: rows.keyed.last().map(|(key, _)| key.text()).unwrap_or_default(),
        again: offset.again,
        sum: rows.keyed.iter().skip(usize::from(overlaps)).fold(offset.sum, |sum, row| sum.wrapping_add(weight(row))),
        before: offset.before,
    };
    let full = rows.received >= rows.top || looks_capped(rows.received);
    let next = if full && !rows.keyed.is_empty() {
        Some(Cursor::Skip(here))
    } else if !overlaps || here.before == Some(here.sum) || mutant(Mutant::SkipOnly) {
        // One answer is one look; two reads that brought the same rows have seen all that was there when the first one began.
        None
    } else if offset.again >= MOST_RESTARTS {
        return Step::GiveUp;
    } else {
        Some(Cursor::Skip(Offset { again, before: Some(here.sum), ..Offset::default() }))
    };
    Step::On { next, drop_first: overlaps }
}

/// A number that stands for a row as it is: sums of these are equal for equal sets of rows, in whatever order.
fn weight((key, row): &(Key, Row)) -> u64 {
    let mut digester = Digester::new();
    digester.text(&key.text());
    digester.text(&row.id);
    digester.bytes(&row.stamp.map_or(0, Instant::micros).to_le_bytes());
    let digest = digester.finish();
    digest.0.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

pub(super) fn decode(
    projection: &Projection,
    response: &Response,
    top: usize,
    tape: &[Exchange],
) -> Result<Rows, Fault> {
    let rows = json::rows(&response.body, &projection.shape).map_err(|error| {
        fault(
            Kind::Protocol,
            format!("The answer for {} is {error}.", projection.entity.name()),
            "Check that url is that of an Acumatica instance; a proxy in between may change answers.",
        )
    })?;
    let received = rows.len();
    let keyed = rows.into_iter().filter_map(|row| Some((row::key(projection, &row)?, row))).collect();
    let asked_at = tape.last().map(|exchange| exchange.started);
    Ok(Rows { keyed, received, top, server_time: server_time(response, tape), asked_at })
}

pub(super) fn finish(
    entity: Entity,
    rows: Rows,
    next: Option<&Cursor>,
    drop_first: bool,
    mut notes: Vec<String>,
) -> Page {
    let (received, keyed) = (rows.received, rows.keyed.len());
    let mut records = Vec::with_capacity(keyed);
    let mut without = received - keyed;
    let Rows { keyed, server_time, asked_at, .. } = rows;
    for (key, row) in keyed.into_iter().skip(usize::from(drop_first)) {
        match row::record(entity, &key, row) {
            Some(record) => records.push(record),
            None => without += 1,
        }
    }
    if without > 0 {
        notes.push(format!("{}: {without} rows came without key or id and were left out.", entity.name()));
    }
    Page { records, next: next.map(Cursor::to_text), server_time, asked_at, notes, fallback: String::new() }
}

pub(super) fn restless(entity: Entity) -> Fault {
    fault(
        Kind::Unavailable,
        format!("The rows of {} keep moving while they are read.", form(entity)),
        "Nothing is lost; the next run tries again. If this stays, run at an hour when fewer records change.",
    )
}

pub(super) fn cannot_list(entity: Entity, why: &str) -> Fault {
    fault(
        Kind::Unsupported,
        format!("Acumatica cannot list {} with the fields that are needed. It says: \"{why}\"", form(entity)),
        "A customisation put code behind one of these fields; have it excluded from the endpoint, or use a Default endpoint.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a read goes on behind `received` rows when `top` were asked for.
    fn goes_on(received: usize, top: usize) -> bool {
        let key = |number: usize| Key { kind: String::new(), number: format!("C{number:06}") };
        let row = || Row { id: String::new(), stamp: None, fields: sync::Fields::default(), lines: Vec::new() };
        let keyed = (0..received).map(|number| (key(number), row())).collect();
        let step = by_key(None, &Rows { keyed, received, top, server_time: None, asked_at: None });
        matches!(step, Step::On { next: Some(_), .. })
    }

    #[test]
    fn a_page_that_is_exactly_full_is_not_the_last() {
        // Few rows and no round number: nothing but the size that was asked for says that there may be more.
        assert!(goes_on(7, 7));
        assert!(!goes_on(6, 7));
    }
}

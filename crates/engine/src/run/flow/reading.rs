//! Reading one entity page by page, and which of its pages are settled.
//!
//! Owns the bookkeeping that lets the checkpoint move over contiguous settled pages only. Must not read by itself.

use std::collections::VecDeque;

use port::{Page, PageRequest};
use sync::detect;
use sync::settle::{self, Checkpoint};
use sync::{Entity, Instant};

use crate::connection::FlowSettings;

use super::Run;

/// A page that was handed out and is not proven settled yet.
struct Open {
    number: u64,
    records: usize,
    next: Option<String>,
}

/// The read of one entity in this run.
pub(super) struct Reading {
    entity: Entity,
    kept: Option<Checkpoint>,
    from: Option<Instant>,
    until: Option<Instant>,
    cursor: Option<String>,
    asked: bool,
    ended: bool,
    pages: VecDeque<Open>,
    numbered: u64,
    newest: Option<Instant>,
    /// Cursor behind the last contiguous settled page, when it has moved since it was stored.
    settled: Option<Option<String>>,
    finished: bool,
}

impl Reading {
    /// A read that begins, or goes on where an earlier run stopped.
    pub(super) fn new(entity: Entity, kept: Option<Checkpoint>, run: &Run<'_>) -> Self {
        let settings: FlowSettings = run.connection.flows.get(&entity.flow()).copied().unwrap_or_default();
        let options = run.options;
        let mut reading = Self {
            entity,
            from: None,
            until: None,
            cursor: None,
            asked: false,
            ended: false,
            pages: VecDeque::new(),
            numbered: 0,
            newest: kept.as_ref().and_then(|kept| kept.newest_stamp),
            settled: None,
            finished: false,
            kept,
        };
        if options.full {
            return reading;
        }
        if let Some(since) = options.since {
            reading.from = Some(since);
            return reading;
        }
        if let Some(kept) = &reading.kept {
            match &kept.pass {
                Some(pass) => {
                    reading.from = pass.from;
                    reading.until = Some(pass.until);
                    reading.cursor.clone_from(&pass.cursor);
                }
                None => reading.from = detect::from(kept, settings.overlap),
            }
        }
        reading
    }

    /// The next request, when none is under way and there is more.
    pub(super) fn next_request(&mut self) -> Option<PageRequest> {
        if self.asked || self.ended {
            return None;
        }
        self.asked = true;
        Some(PageRequest { entity: self.entity, from: self.from, cursor: self.cursor.clone() })
    }

    /// A page came; returns its number.
    pub(super) fn arrived(&mut self, page: &Page, now: Instant) -> u64 {
        self.asked = false;
        self.until.get_or_insert(page.server_time.unwrap_or(now));
        self.cursor.clone_from(&page.next);
        self.ended = page.next.is_none();
        self.newest = page.records.iter().filter_map(|record| record.stamp).max().max(self.newest);
        self.numbered += 1;
        self.pages.push_back(Open { number: self.numbered, records: 0, next: page.next.clone() });
        self.numbered
    }

    /// One more record of the page is on its way.
    pub(super) fn open(&mut self, number: u64) {
        if let Some(page) = self.pages.iter_mut().find(|page| page.number == number) {
            page.records += 1;
        }
    }

    /// One record of the page is settled.
    pub(super) fn close(&mut self, number: u64) {
        if let Some(page) = self.pages.iter_mut().find(|page| page.number == number) {
            page.records = page.records.saturating_sub(1);
        }
    }

    /// The checkpoint, when pages have become settled since the last call.
    pub(super) fn moved(&mut self) -> Option<Checkpoint> {
        while let Some(page) = self.pages.front()
            && page.records == 0
        {
            if let Some(next) = &page.next {
                self.settled = Some(Some(next.clone()));
            }
            self.pages.pop_front();
        }
        if self.finished {
            self.finished = false;
            self.settled = None;
            let until = self.until?;
            let covered = self.kept.as_ref().and_then(|kept| kept.covered_up_to).max(Some(until));
            let checkpoint =
                Checkpoint { entity: self.entity, covered_up_to: covered, newest_stamp: self.newest, pass: None };
            self.kept = Some(checkpoint.clone());
            return Some(checkpoint);
        }
        let cursor = self.settled.take()?;
        let pass = settle::Pass { from: self.from, until: self.until?, cursor };
        let checkpoint = Checkpoint {
            entity: self.entity,
            covered_up_to: self.kept.as_ref().and_then(|kept| kept.covered_up_to),
            newest_stamp: self.newest,
            pass: Some(pass),
        };
        self.kept = Some(checkpoint.clone());
        Some(checkpoint)
    }

    /// Everything was read and settled: the mark may move, unless a page is still open.
    pub(super) fn finish(&mut self) {
        self.finished = self.ended && self.pages.iter().all(|page| page.records == 0);
    }

    /// What is covered now.
    pub(super) fn covered(&self) -> Option<Instant> {
        self.kept.as_ref().and_then(|kept| kept.covered_up_to)
    }
}

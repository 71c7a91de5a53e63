//! Reading one entity page by page, and which of its pages are settled.
//!
//! Owns the bookkeeping that lets the checkpoint move over contiguous settled pages only. Must not read by itself; where windows
//! begin, how marks move and what a clock that was set changes is `sync::detect`'s.

use std::collections::VecDeque;
use std::time::Duration;

use port::{Page, PageRequest};
use sync::detect::{self, Reach, Told, Window};
use sync::seam::{Mutant, mutant};
use sync::settle::Checkpoint;
use sync::{Entity, Instant};

use super::super::clocks;
use super::Run;

/// A page that was handed out and is not proven settled yet.
struct Open {
    number: u64,
    /// Records on their way, and one more until the page is decided over.
    records: usize,
    newest: Option<Instant>,
    next: Option<String>,
}

/// The read of one entity in this run.
pub(super) struct Reading {
    checkpoint: Checkpoint,
    window: Window,
    overlap: Duration,
    /// True when a person said where to begin.
    given: bool,
    /// True until the first page has told the source's clock.
    fresh: bool,
    /// No page has counted yet of a pass that began in this run.
    first: bool,
    cursor: Option<String>,
    asked: bool,
    ended: bool,
    pages: VecDeque<Open>,
    numbered: u64,
    /// How the newest page was read, when not in the ordinary way.
    fallback: String,
}

impl Reading {
    /// A read of `reach` that begins, or goes on where an earlier run stopped.
    pub(super) fn new(entity: Entity, kept: Option<Checkpoint>, reach: Reach, run: &Run<'_>) -> Self {
        let overlap = run.connection.flows.get(&entity.flow()).copied().unwrap_or_default().overlap;
        let checkpoint = kept.unwrap_or_else(|| Checkpoint::none(entity));
        let mut pass = detect::begin(&checkpoint, run.cx.clock.now(), overlap, reach);
        pass.cursor = pass.cursor.map(|kept| run.connection.reader.resumed(kept));
        if let Some(since) = run.options.since {
            pass.from = Some(since);
            pass.cursor = None;
        }
        let (given, fresh) = (run.options.since.is_some(), pass.cursor.is_none());
        let known = run.identity.newest(entity).filter(|_| fresh && !given);
        Self {
            window: Window::from(&pass).reaching(known),
            overlap,
            given,
            fresh,
            first: fresh,
            cursor: pass.cursor,
            checkpoint,
            asked: false,
            ended: false,
            pages: VecDeque::new(),
            numbered: 0,
            fallback: String::new(),
        }
    }

    /// The next request, when none is under way and there is more.
    pub(super) fn next_request(&mut self) -> Option<PageRequest> {
        if self.asked || self.ended {
            return None;
        }
        self.asked = true;
        Some(PageRequest { entity: self.checkpoint.entity, from: self.window.from, cursor: self.cursor.clone() })
    }

    /// The entity, and the stamp from which on it is read; `None` reads all.
    pub(super) const fn asked_for(&self) -> (Entity, Option<Instant>) {
        (self.checkpoint.entity, self.window.from)
    }

    /// A page came; returns its number, or `None` when the pass has to begin anew further back: then the page counts for nothing.
    pub(super) fn arrived(&mut self, page: &Page, run: &Run<'_>) -> Option<u64> {
        self.asked = false;
        if std::mem::take(&mut self.fresh)
            && let (Some(source), Some(ours)) = (page.server_time, page.asked_at)
            && !mutant(Mutant::WindowFromOurClock)
        {
            self.window.until = source;
            self.window.read_at = Some(ours);
            let reopened = detect::reopened(&self.checkpoint, self.window, Told { source, ours }, self.overlap);
            if let Some(from) = reopened.filter(|_| !self.given) {
                run.note(format!(
                    "Acumatica's clock was set back: {} is read from {from} on, because changes made since carry earlier stamps.",
                    self.checkpoint.entity.name()
                ));
                self.window.from = Some(from);
                return None;
            }
        }
        self.first = false;
        let newest = page.records.iter().filter_map(|record| record.stamp).max();
        if let Some(newest) = newest {
            let now = run.cx.clock.now();
            let told = page.server_time.zip(page.asked_at).map(|(source, ours)| source.plus(now.since(ours)));
            self.window.saw(newest, told.unwrap_or_else(|| detect::sources_clock(&self.checkpoint, now)));
            run.maybe_note(told.and_then(|now| clocks::ahead_of_its_clock(self.checkpoint.entity, newest, now)));
        }
        self.fallback.clone_from(&page.fallback);
        self.cursor.clone_from(&page.next);
        self.ended = page.next.is_none();
        self.numbered += 1;
        let records = usize::from(!mutant(Mutant::PageBeforeDecided));
        self.pages.push_back(Open { number: self.numbered, records, newest, next: page.next.clone() });
        Some(self.numbered)
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

    /// The checkpoint, when pages have become settled since the last call. The last page counts only once `whole` says that nothing
    /// of the flow is under way any more.
    pub(super) fn moved(&mut self, whole: bool) -> Option<Checkpoint> {
        let mut moved = false;
        while let Some(page) = self.pages.front()
            && page.records == 0
            && (whole || page.next.is_some())
            && let Some(page) = self.pages.pop_front()
        {
            self.checkpoint = detect::advance(&self.checkpoint, self.window, page.newest, page.next);
            moved = true;
        }
        moved.then(|| self.checkpoint.clone())
    }

    /// Begins the pass anew over everything, because what a window brought cannot be trusted; false when it reads everything anyway.
    pub(super) fn begin_anew(&mut self) -> bool {
        let windowed = self.window.from.take().is_some();
        if windowed {
            (self.asked, self.ended, self.cursor) = (false, false, None);
            self.pages.clear();
        }
        windowed
    }

    /// True when it reads everything from the start, and did so once before: what is known then is about what comes.
    pub(super) const fn repeats_everything(&self) -> bool {
        self.whole() && self.cursor.is_none() && self.checkpoint.covered_up_to.is_some()
    }

    /// How the pages of this read come, when not in the ordinary way; else blank.
    pub(super) fn fallback(&self) -> &str {
        &self.fallback
    }

    /// True until the first page of a pass that began in this run has come: what an earlier run read of it is not seen here.
    pub(super) const fn is_first(&self) -> bool {
        self.first
    }

    /// True when it reads everything, whatever the stamps.
    pub(super) const fn whole(&self) -> bool {
        self.window.from.is_none()
    }

    /// What is covered now.
    pub(super) fn covered(&self) -> Option<Instant> {
        self.checkpoint.covered_up_to
    }
}

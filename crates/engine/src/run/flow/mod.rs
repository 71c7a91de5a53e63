//! One flow of one run: pages in, batches out, outcomes settled, the checkpoint moved over what is proven.
//!
//! Owns the loop that overlaps reading, deciding, writing and settling of a flow. Must not decide over a record (`page`) nor judge an
//! answer (`send`). Memory is bounded by a few pages per entity and a fixed number of batches.

mod children;
mod due;
mod reading;
mod settling;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use port::{Call, Operation, Page};
use sync::batching::{Batcher, Step};
use sync::detect::Reach;
use sync::settle::State;
use sync::{Entity, Flow, Record};

use super::identity::{self, Doubt};
use super::item::{Item, PageMark, Work, operation};
use super::page::{self, Child, Decided};
use super::reread;
use super::send::{self, Sent};
use super::shared::Run;
use super::{GRACE, RunError};
use crate::report::FlowReport;

use reading::Reading;

/// Runs one flow to its end; figures go to the run.
pub(super) async fn run(run: &Run<'_>, flow: Flow) -> Result<(), RunError> {
    let result = go(run, flow).await;
    run.identity.settle(flow.entities());
    run.open_gate(flow);
    result
}

async fn go(run: &Run<'_>, flow: Flow) -> Result<(), RunError> {
    let mut pass = Pass::reading(run, flow).await?;
    if pass.readings.iter().all(Reading::repeats_everything) {
        let counts = run.cx.store.state_counts(run.connection.id).await?;
        let of_flow = counts.iter().filter(|((of, state), _)| *of == flow && *state != State::Gone);
        run.cx.progress.expect(flow, of_flow.map(|(_, records)| records).sum());
    }
    pass.drive().await?;
    let complete = !run.ended();
    pass.figures.complete = complete;
    pass.figures.covered_up_to = pass.covered();
    if complete && pass.figures.covered_up_to.is_some() {
        reread::whole::done(run, flow, pass.readings.iter().all(Reading::whole)).await?;
    }
    run.figures(flow, pass.figures);
    run.cx.progress.done(flow, &pass.figures);
    Ok(())
}

/// Pages of one entity that wait for their turn at most: documents, which wait for their accounts and products, keep one more, so
/// that the writers are busy at once when these are there.
const fn ahead(flow: Flow) -> usize {
    match flow {
        Flow::Customers | Flow::Items => 1,
        Flow::Invoices => 2,
    }
}

type Arriving<'r> = BoxFuture<'r, (usize, Call<Page>)>;
type Sending<'r> = BoxFuture<'r, Result<Sent, RunError>>;

/// Records that are decided over at once: between two portions batches go out.
const PORTION: usize = 400;

/// What is left of a page that has come.
struct Arrived {
    reading: usize,
    number: u64,
    records: Vec<Record>,
}

/// A flow under way, or a handful of fetched records on their way through it.
pub(super) struct Pass<'r> {
    run: &'r Run<'r>,
    flow: Flow,
    pub(super) figures: FlowReport,
    readings: Vec<Reading>,
    batchers: BTreeMap<Operation, Batcher<Item>>,
    queue: VecDeque<Work>,
    children: Vec<Child>,
    /// Parents that were fetched by key, so that each is asked for once.
    asked_parents: BTreeSet<String>,
    /// Records that are read once more because they named what is nowhere; only when all else is settled, so that no two writes of
    /// one record are under way.
    again: BTreeMap<String, (sync::Entity, String)>,
    /// Which these were so far, so that each is read once more only.
    reread: BTreeSet<String>,
    /// Which open records are tried again because their pause is over, also when they come with a page.
    rested: BTreeSet<String>,
    /// Open records of earlier runs that are to be looked at again: `(entity, code)` by ERP key.
    due: BTreeMap<String, (sync::Entity, String)>,
    arriving: FuturesUnordered<Arriving<'r>>,
    sending: FuturesUnordered<Sending<'r>>,
    /// Pages whose turn has not come yet.
    arrived: VecDeque<Arrived>,
    /// Batches that came back and are not settled yet.
    returned: VecDeque<Result<Sent, RunError>>,
    /// Witnesses that did not come as they should have.
    doubts: Vec<Doubt>,
    /// True until the source is known and what the flow depends on has gone through.
    gated: bool,
    /// True for a flow's own pass: its figures are the flow's.
    whole: bool,
    /// True once the open records of earlier runs are loaded.
    due_loaded: bool,
}

impl<'r> Pass<'r> {
    /// A pass without reading: for records fetched by key.
    pub(super) fn idle(run: &'r Run<'r>, flow: Flow) -> Self {
        Self {
            run,
            flow,
            figures: FlowReport::default(),
            readings: Vec::new(),
            batchers: BTreeMap::new(),
            queue: VecDeque::new(),
            children: Vec::new(),
            asked_parents: BTreeSet::new(),
            again: BTreeMap::new(),
            reread: BTreeSet::new(),
            rested: BTreeSet::new(),
            due: BTreeMap::new(),
            arriving: FuturesUnordered::new(),
            sending: FuturesUnordered::new(),
            arrived: VecDeque::new(),
            returned: VecDeque::new(),
            doubts: Vec::new(),
            gated: false,
            whole: false,
            due_loaded: true,
        }
    }

    /// A pass over every entity of the flow.
    async fn reading(run: &'r Run<'r>, flow: Flow) -> Result<Self, RunError> {
        let mut pass = Self::idle(run, flow);
        pass.gated = true;
        pass.whole = true;
        pass.due_loaded = run.options.dry_run;
        let everything = run.options.full || run.options.accept_restored || reread::whole::due(run, flow).await?;
        let reach = if everything { Reach::Everything } else { Reach::Changes };
        let mut checkpoints = run.cx.store.checkpoints(run.connection.id).await?;
        for entity in flow.entities() {
            let kept = checkpoints.remove(entity);
            pass.readings.push(Reading::new(*entity, kept, reach, run));
        }
        Ok(pass)
    }

    /// Queues a ready batch.
    pub(super) fn queue(&mut self, work: Work) {
        self.queue.push_back(work);
    }

    /// Drives reading, writing and settling until nothing is left, the run ends, or the store fails.
    pub(super) async fn drive(&mut self) -> Result<(), RunError> {
        let run = self.run;
        loop {
            if run.ended() {
                return self.wind_down().await;
            }
            self.start_reading();
            self.start_sending();
            if let Some(doubt) = self.doubts.pop() {
                let entity = doubt.entity;
                if self.beside(identity::resolve(run, doubt)).await {
                    self.read_everything(entity);
                }
                continue;
            }
            if !self.gated && !std::mem::replace(&mut self.due_loaded, true) {
                // After the gate: what waited for an account or product that came in this run is due now.
                let due = self.beside(due::of(run, self.flow)).await?;
                self.rested.extend(due.keys().cloned());
                self.due.extend(due);
            }
            if let Some(sent) = self.returned.pop_front() {
                self.settle(sent?).await?;
                continue;
            }
            if !self.gated
                && self.queue.len() < run.connection.parallel_writes.max(1)
                && let Some(arrived) = self.arrived.pop_front()
            {
                self.portion(arrived).await?;
                continue;
            }
            let gated = self.gated;
            if self.sending.is_empty() && self.arriving.is_empty() && !gated {
                if self.next_stage().await? {
                    continue;
                }
                return Ok(());
            }
            tokio::select! {
                biased;
                () = run.cx.stop.cancelled() => {}
                Some(sent) = self.sending.next(), if !self.sending.is_empty() => self.returned.push_back(sent),
                Some((reading, call)) = self.arriving.next(), if !self.arriving.is_empty() => self.arrived(reading, call),
                () = run.dependencies(self.flow), if gated => self.gated = false,
            }
        }
    }

    /// Awaits `work` while the calls under way go on. Without this a call could wait for a slot or a token that another call of
    /// the same pass holds, and that one for its turn to be polled.
    async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(sent) = self.sending.next(), if !self.sending.is_empty() => self.returned.push_back(sent),
                Some((reading, call)) = self.arriving.next(), if !self.arriving.is_empty() => self.arrived(reading, call),
            }
        }
    }

    /// When nothing is under way: due records, children, the last batches. False when all is done.
    async fn next_stage(&mut self) -> Result<bool, RunError> {
        if !self.arrived.is_empty() || !self.returned.is_empty() {
            return Ok(true);
        }
        if self.take_due().await? || self.take_children().await? || self.flush() {
            return Ok(true);
        }
        if !self.again.is_empty() {
            self.due.append(&mut self.again);
            return Ok(true);
        }
        self.finish().await?;
        Ok(false)
    }

    fn start_reading(&mut self) {
        let run = self.run;
        for (index, reading) in self.readings.iter_mut().enumerate() {
            let waiting = self.arrived.iter().filter(|arrived| arrived.reading == index).count();
            if waiting >= ahead(self.flow) || self.queue.len() > run.connection.parallel_writes {
                continue;
            }
            if let Some(request) = reading.next_request() {
                self.arriving.push(Box::pin(async move { (index, run.connection.reader.page(&request).await) }));
            }
        }
    }

    /// A list by stamp has left out what it should have brought: what it brought counts for nothing, and all is read. Nothing of it was
    /// decided over, because the source was not known yet.
    fn read_everything(&mut self, entity: Entity) {
        let Some(index) = self.readings.iter().position(|reading| reading.asked_for().0 == entity) else { return };
        if self.readings[index].begin_anew() {
            self.arrived.retain(|arrived| arrived.reading != index);
            self.run.note(format!(
                "Acumatica's list of changed {} left out what was changed: everything is read instead. An empty list proves nothing.",
                entity.name()
            ));
        }
    }

    fn start_sending(&mut self) {
        let run = self.run;
        while self.sending.len() < run.connection.parallel_writes.max(1)
            && let Some(work) = self.queue.pop_front()
        {
            self.sending.push(Box::pin(send::send(run, work)));
        }
    }

    fn arrived(&mut self, reading: usize, call: Call<Page>) {
        match call.result {
            Ok(page) => {
                for note in &page.notes {
                    self.run.note(note.clone());
                }
                let (entity, from) = self.readings[reading].asked_for();
                let whole = page.next.is_none() && self.readings[reading].is_first();
                if let Some(number) = self.readings[reading].arrived(&page, self.run) {
                    let doubt = self.run.identity.sight(self.run, entity, from, &page.records, whole);
                    self.doubts.extend(doubt.map(|witness| Doubt { entity, witness, whole }));
                    self.arrived.push_back(Arrived { reading, number, records: page.records });
                }
            }
            Err(fault) => self.run.fail(&fault),
        }
    }

    /// The next portion of a page whose turn it is; the page is decided over with its last one.
    async fn portion(&mut self, arrived: Arrived) -> Result<(), RunError> {
        let Arrived { reading, number, mut records } = arrived;
        let rest = records.split_off(PORTION.min(records.len()));
        let last = rest.is_empty();
        if !last {
            self.arrived.push_front(Arrived { reading, number, records: rest });
        }
        let mark = Some((reading, number));
        if self.take(records, mark).await? && last {
            self.close(mark);
        }
        self.thin_children().await
    }

    /// Decides over records and puts what has to be written into batches; false when the run ended before all were decided over.
    pub(super) async fn take(&mut self, records: Vec<Record>, mark: PageMark) -> Result<bool, RunError> {
        if !self.due.is_empty() {
            for record in &records {
                self.due.remove(record.erp_key());
            }
        }
        let mut figures = self.figures;
        let (reread, rested) = (std::mem::take(&mut self.reread), std::mem::take(&mut self.rested));
        let fallback = mark.map(|(reading, _)| self.readings[reading].fallback().to_owned()).unwrap_or_default();
        let known = page::Known { reread: &reread, rested: &rested, fallback };
        let decided = self.beside(page::decide(self.run, self.flow, records, mark, known, &mut figures)).await;
        (self.reread, self.rested) = (reread, rested);
        let decided = decided?;
        self.figures = figures;
        let whole = !decided.cut_short;
        self.accept(decided).await?;
        Ok(whole)
    }

    async fn accept(&mut self, decided: Decided) -> Result<(), RunError> {
        let Decided { items, children, rows, unsure, cut_short: _ } = decided;
        for (erp_key, what) in unsure {
            if self.reread.insert(erp_key.clone()) {
                self.again.insert(erp_key, what);
            }
        }
        for child in &children {
            self.open(child.page);
        }
        self.children.extend(children);
        for (step, item) in items {
            self.open(item.page);
            self.batch(step, item);
        }
        self.store(rows, Vec::new(), None, false).await?;
        self.tell();
        Ok(())
    }

    /// Tells the figures of a flow's own pass; those of fetched records are added by who fetched them.
    fn tell(&self) {
        if self.whole {
            self.run.figures(self.flow, self.figures);
        }
    }

    fn open(&mut self, page: PageMark) {
        if let Some((reading, number)) = page {
            self.readings[reading].open(number);
        }
    }

    fn close(&mut self, page: PageMark) {
        if let Some((reading, number)) = page {
            self.readings[reading].close(number);
        }
    }

    fn batch(&mut self, step: Step, item: Item) {
        let Some(operation) = operation(step) else { return };
        if self.run.options.dry_run {
            self.pretend(operation, &item);
            return;
        }
        if sync::batching::travels_alone(item.meta.before.as_ref()) {
            self.queue.push_back(Work { module: self.flow.module(), operation, items: vec![item] });
            return;
        }
        let batcher = self.batchers.entry(operation).or_default();
        let key = item.draft.erp_key.clone();
        let size = sync::batching::weight(&item.draft);
        if let Some(full) = batcher.push(&key, size, item) {
            self.queue.push_back(Work { module: self.flow.module(), operation, items: full });
        }
    }

    /// What a dry run would have written.
    fn pretend(&mut self, operation: Operation, item: &Item) {
        let creates = operation == Operation::Insert || (operation == Operation::Upsert && item.target.is_none());
        if creates {
            self.figures.created += 1;
            self.run.pretend(self.flow, &item.meta.code);
        } else {
            self.figures.updated += 1;
        }
        self.close(item.page);
    }

    /// Queues what is in the batchers; false when they are empty.
    fn flush(&mut self) -> bool {
        let before = self.queue.len();
        for (operation, batcher) in &mut self.batchers {
            while let Some(items) = batcher.flush() {
                self.queue.push_back(Work { module: self.flow.module(), operation: *operation, items });
            }
        }
        self.queue.len() > before
    }

    /// The run has to end: calls under way get a moment, then writes are left as open intents.
    async fn wind_down(&mut self) -> Result<(), RunError> {
        let clock = std::sync::Arc::clone(&self.run.cx.clock);
        let mut grace = clock.sleep(GRACE);
        loop {
            while let Some(sent) = self.returned.pop_front() {
                self.settle(sent?).await?;
            }
            // Reads are waited for too: one of them may be renewing a token, and its new refresh token must be kept.
            if self.sending.is_empty() && self.arriving.is_empty() {
                return Ok(());
            }
            tokio::select! {
                biased;
                Some(sent) = self.sending.next(), if !self.sending.is_empty() => self.returned.push_back(sent),
                Some(_) = self.arriving.next(), if !self.arriving.is_empty() => {}
                () = &mut grace => return Ok(()),
            }
        }
    }

    /// The least that is covered over the flow's entities.
    fn covered(&self) -> Option<sync::Instant> {
        self.readings.iter().map(Reading::covered).min().flatten()
    }
}

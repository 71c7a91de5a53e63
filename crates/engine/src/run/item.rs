//! One record on its way to the sink, and a batch of such.
//!
//! Owns what is remembered of a record between its draft and its settling: the record itself is dropped, so that memory stays flat.

use std::sync::Arc;

use port::{Batch, Operation};
use sync::batching::Step;
use sync::detect::OpenDocument;
use sync::digest::Digest;
use sync::mapping::Note;
use sync::problem::Code;
use sync::seam::{Mutant, mutant};
use sync::settle::{Entry, State};
use sync::{Draft, Entity, Flow, Instant, Module, Problem, Record};

/// Which page of which read an item came from; `None` for records fetched by key.
pub(super) type PageMark = Option<(usize, u64)>;

/// What the ledger needs to know of a source record.
#[derive(Clone, Debug)]
pub(super) struct Meta {
    pub(super) flow: Flow,
    pub(super) entity: Entity,
    pub(super) erp_key: String,
    pub(super) code: String,
    pub(super) source_id: String,
    pub(super) stamp: Option<Instant>,
    pub(super) fingerprint: Digest,
    pub(super) before: Option<Entry>,
    /// It names what is nowhere, and is read once more in this run before it counts as settled.
    pub(super) once_more: bool,
    /// Whether it is an open document.
    pub(super) watch: Watch,
    /// How it was read, when not in the ordinary way, and what its draft could not carry as it stands in the source (cut, left out), in
    /// words for the trail; mostly empty.
    pub(super) remarks: String,
    /// Version of the sink's schema under which it is drafted.
    pub(super) drafted: u32,
}

/// What is known of a record as a document whose balance is watched.
#[derive(Clone, Debug)]
pub(super) enum Watch {
    /// It was not read in this step: what is remembered of it stays.
    Unread,
    /// It was read: what is to be remembered of it, when it is open.
    Read(Option<OpenDocument>),
}

impl Meta {
    pub(super) fn of(record: &Record, fingerprint: Digest, before: Option<Entry>, drafted: u32) -> Self {
        Self {
            flow: record.entity.flow(),
            entity: record.entity,
            erp_key: record.erp_key().to_owned(),
            code: record.key.clone(),
            source_id: record.id.clone(),
            stamp: record.stamp,
            fingerprint,
            before,
            once_more: false,
            watch: Watch::Read(OpenDocument::of(record)),
            remarks: String::new(),
            drafted,
        }
    }

    /// Keeps what the mapping remarked on the draft, behind what is known of the read.
    pub(super) fn remark(&mut self, notes: &[Note]) {
        let read = std::mem::take(&mut self.remarks);
        let words = Some(read).filter(|read| !read.is_empty()).into_iter().chain(notes.iter().map(Note::to_string));
        self.remarks = words.collect::<Vec<_>>().join("; ");
    }

    /// What the ledger knows of a record that is not read in this step.
    pub(super) fn known(entry: Entry, drafted: u32) -> Self {
        Self {
            flow: entry.flow,
            entity: entry.entity,
            erp_key: entry.erp_key.clone(),
            code: entry.code.clone(),
            source_id: entry.source_id.clone(),
            stamp: entry.stamp,
            fingerprint: entry.fingerprint,
            before: Some(entry),
            once_more: false,
            watch: Watch::Unread,
            remarks: String::new(),
            drafted,
        }
    }

    /// The entry after this run, digests and link as before.
    pub(super) fn entry(&self, state: State, problem: Option<Problem>) -> Entry {
        let before = self.before.as_ref();
        let (state, problem) = match state {
            State::Settled if self.once_more => (State::Parked, Some(names_what_is_nowhere())),
            state => (state, problem),
        };
        let attempts =
            if state.is_open() { before.filter(|b| b.state.is_open()).map_or(1, |b| b.attempts + 1) } else { 0 };
        Entry {
            flow: self.flow,
            erp_key: self.erp_key.clone(),
            entity: self.entity,
            code: self.code.clone(),
            source_id: self.source_id.clone(),
            target_id: before.and_then(|b| b.target_id.clone()),
            state,
            fingerprint: self.fingerprint,
            header: before.map(|b| b.header).unwrap_or_default(),
            rows: before.map(|b| b.rows).unwrap_or_default(),
            stamp: self.stamp,
            problem,
            attempts,
        }
    }

    /// True when the record was not open before.
    pub(super) fn newly_open(&self) -> bool {
        self.before.as_ref().is_none_or(|before| !before.state.is_open())
    }
}

/// Why a record is not settled yet although the sink holds it: until it was read once more, or by the next run.
fn names_what_is_nowhere() -> Problem {
    Problem::new(
        Code::OutcomeUnknown,
        "It names a record that Acumatica did not have a moment ago, as if its code was just changed; it is read once more.",
    )
}

/// A draft with what belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) meta: Meta,
    pub(super) draft: Arc<Draft>,
    /// Digests of the draft's header and rows, made once.
    pub(super) digests: (Digest, Digest),
    /// The record's id in the sink, as far as known.
    pub(super) target: Option<String>,
    pub(super) page: PageMark,
    /// A parent that is open: the record stays waiting for it after it is written.
    pub(super) awaits: Option<String>,
}

impl Item {
    /// The same without a field that a process of the sink owns, and with that in its trail; `None` when the draft has no such field.
    pub(super) fn without(&self, field: &str) -> Option<Self> {
        self.draft.fields.get(field)?;
        let mut draft = (*self.draft).clone();
        draft.fields.0.retain(|(name, _)| &**name != field);
        let mut meta = self.meta.clone();
        let word = format!("{field} is kept back: a blueprint in Zoho CRM governs the record");
        meta.remarks = if meta.remarks.is_empty() { word } else { format!("{}; {word}", meta.remarks) };
        Some(Self::new(meta, draft, self.target.clone(), self.page, self.awaits.clone()))
    }

    /// A draft on its way; `target` is its record in the sink, as far as known.
    pub(super) fn new(
        meta: Meta,
        draft: Draft,
        target: Option<String>,
        page: PageMark,
        awaits: Option<String>,
    ) -> Self {
        let digests = (draft.header_digest(), draft.rows_digest());
        Self { meta, draft: Arc::new(draft), digests, target, page, awaits }
    }
}

/// Items of one module and operation.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) module: Module,
    pub(super) operation: Operation,
    pub(super) items: Vec<Item>,
}

impl Work {
    /// The batch of the given items, without what the sink holds.
    pub(super) fn batch(&self, items: &[Item]) -> Batch {
        Batch {
            module: self.module,
            operation: self.operation,
            drafts: items.iter().map(|item| Arc::clone(&item.draft)).collect(),
            targets: items.iter().map(|item| item.target.clone()).collect(),
            held: items.iter().map(|_| None).collect(),
            once: false,
        }
    }
}

/// How a step is written.
pub(super) fn operation(step: Step) -> Option<Operation> {
    match step {
        Step::Nothing => None,
        Step::Upsert => Some(Operation::Upsert),
        Step::Insert if mutant(Mutant::DocumentsUpserted) => Some(Operation::Upsert),
        Step::Insert => Some(Operation::Insert),
        Step::UpdateHeader => Some(Operation::UpdateHeader),
        Step::UpdateWhole => Some(Operation::UpdateWhole),
    }
}

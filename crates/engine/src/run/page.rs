//! A page of records: which changed, what they are paired with, what would be written.
//!
//! Owns the order of the decisions for a page and the look-ups that they need, one query each. Decisions themselves are `sync`'s.

use std::collections::{BTreeMap, BTreeSet};

use sync::batching::{self, Step};
use sync::detect::{self, Detected};
use sync::digest::Digest;
use sync::mapping::{self, Lookups, Mapped, Needs};
use sync::pairing::Pairing;
use sync::problem::Code;
use sync::seam::{Mutant, mutant};
use sync::settle::{Entry, State, patience};
use sync::{Draft, Entity, Flow, Problem, Record, Value};

use super::item::{Item, Meta, PageMark};
use super::rows::Rows;
use super::shared::{Run, Target};
use super::{RunError, missing};
use crate::connection::Start;
use crate::report::FlowReport;

/// A customer that waits for its parent within the run.
pub(super) struct Child {
    pub(super) record: Record,
    pub(super) meta: Meta,
    pub(super) parent: String,
    pub(super) page: PageMark,
}

/// What a page came to.
#[derive(Default)]
pub(super) struct Decided {
    pub(super) items: Vec<(Step, Item)>,
    pub(super) children: Vec<Child>,
    pub(super) rows: Rows,
    /// Records that name what is nowhere, as `(entity, key)` by ERP key: a code that was changed between two reads looks like that,
    /// and what follows a changed code moves no stamp, so they are read once more.
    pub(super) unsure: BTreeMap<String, (Entity, String)>,
    /// True when the run ended before every record was decided over: the page must not count as settled.
    pub(super) cut_short: bool,
}

/// A record that has to be drafted.
struct Changed {
    record: Record,
    meta: Meta,
    needs: Needs,
}

/// What is known of the records of a page before they are decided over.
pub(super) struct Known<'a> {
    /// Keys that were read once more already, because they named what is nowhere.
    pub(super) reread: &'a BTreeSet<String>,
    /// Keys that are tried again because their pause is over.
    pub(super) rested: &'a BTreeSet<String>,
    /// How the records were read, when not in the ordinary way; for their trail.
    pub(super) fallback: String,
}

/// Decides over the records of one page; figures are counted for those that need no write.
pub(super) async fn decide(
    run: &Run<'_>,
    flow: Flow,
    records: Vec<Record>,
    page: PageMark,
    known: Known<'_>,
    figures: &mut FlowReport,
) -> Result<Decided, RunError> {
    let target = run.target();
    let mut decided = Decided::default();
    let Known { reread, rested, fallback } = known;
    let changed = detect_changes(run, flow, records, &target, rested, figures, &mut decided).await?;
    if changed.is_empty() {
        return Ok(decided);
    }
    let Found { lookups, nowhere } = look_up(run, flow, &changed).await?;
    for mut change in changed {
        if run.ended() {
            decided.cut_short = true;
            break;
        }
        change.meta.remarks.clone_from(&fallback);
        if change.needs.accounts.iter().chain(&change.needs.products).any(|code| nowhere.contains(code)) {
            let meta = &mut change.meta;
            meta.once_more = !reread.contains(&meta.erp_key);
            decided.unsure.insert(meta.erp_key.clone(), (meta.entity, meta.code.clone()));
        }
        draft(run, flow, change, &target, &lookups, page, figures, &mut decided).await?;
    }
    Ok(decided)
}

async fn detect_changes(
    run: &Run<'_>,
    flow: Flow,
    records: Vec<Record>,
    target: &Target,
    rested: &BTreeSet<String>,
    figures: &mut FlowReport,
    decided: &mut Decided,
) -> Result<Vec<Changed>, RunError> {
    let keys: Vec<String> = records.iter().map(|record| record.erp_key().to_owned()).collect();
    let mut entries = run.cx.store.entries(run.connection.id, flow, &keys).await?;
    let versions = target.versions() ^ start_mark(run, flow);
    figures.read += records.len() as u64;
    let mut changed = Vec::new();
    for record in records {
        let before = entries.remove(record.erp_key()).map(asked_anew);
        let fingerprint = record.fingerprint(versions);
        let detected = match detect::compare_with(&record, before.as_ref(), fingerprint) {
            Detected::Same if rested.contains(record.erp_key()) => Detected::Changed,
            detected => detected,
        };
        match detected {
            Detected::Same => {
                figures.unchanged += 1;
                decided.rows.restamp(before, record.stamp);
            }
            Detected::Reused { .. } if before.as_ref().is_some_and(|before| told_reused(before, fingerprint)) => {
                figures.unchanged += 1;
                decided.rows.restamp(before, record.stamp);
            }
            Detected::Reused { old } if before.as_ref().is_some_and(is_taken) => {
                let mut meta = Meta::of(&record, fingerprint, before, target.schema.version);
                // The document that is linked stays the known one until a person has looked.
                meta.source_id = old;
                let problem = Problem::new(
                    Code::NumberReused,
                    format!(
                        "{} now has another identity in Acumatica: the number was used again, or the system was restored.",
                        record.key
                    ),
                );
                settle_quietly(run, decided, figures, &meta, State::Parked, problem);
            }
            Detected::New | Detected::Changed | Detected::Reused { .. } => {
                let late = starts_later(run, flow, &record, before.as_ref());
                let needs = mapping::needs(&record, &target.schema);
                let meta = Meta::of(&record, fingerprint, before, target.schema.version);
                if late {
                    figures.skipped += 1;
                    run.filtered(flow, "before the start of the flow");
                    decided.rows.quiet(&meta, State::Skipped, None, "before the start of the flow");
                } else {
                    changed.push(Changed { record, meta, needs });
                }
            }
        }
    }
    Ok(changed)
}

/// What a changed start adds to fingerprints, so that documents left behind by the old one are looked at again.
fn start_mark(run: &Run<'_>, flow: Flow) -> u64 {
    let start = run.connection.flows.get(&flow).map(|settings| settings.start).unwrap_or_default();
    match start {
        Start::Open if flow == Flow::Invoices => 1 << 63,
        Start::Since(day) if flow == Flow::Invoices => {
            let [high, low] = day.year().to_be_bytes();
            (1 << 62)
                ^ u64::from_be_bytes([0, 0, high, low, 0, day.month().unsigned_abs(), 0, day.day().unsigned_abs()])
        }
        _ => 0,
    }
}

/// The entry, without its link when a person asked for another try of a record whose counterpart is gone.
fn asked_anew(mut entry: Entry) -> Entry {
    let gone = entry.target_id.is_some() && entry.problem.as_ref().is_some_and(|problem| problem.code.breaks_link());
    if gone && (entry.fingerprint == Digest::default() || mutant(Mutant::DeletedRecreated)) {
        entry.target_id = None;
        entry.header = Digest::default();
        entry.rows = Digest::default();
    }
    entry
}

/// True when a document of this number has a counterpart that must not become another's, unless a person who was told has asked for that:
/// that a record is to be looked at again for any other reason says nothing about its number.
fn is_taken(before: &Entry) -> bool {
    let was_told = before.problem.as_ref().is_some_and(|problem| problem.code == Code::NumberReused);
    let asked = before.fingerprint == Digest::default() && before.state != State::Gone && was_told;
    before.target_id.is_some() && !asked
}

/// True when it was said already that this very record carries a number that was used before.
fn told_reused(before: &Entry, fingerprint: Digest) -> bool {
    before.fingerprint == fingerprint
        && before.problem.as_ref().is_some_and(|problem| problem.code == Code::NumberReused)
}

/// True for a document that lies before the flow's start and is not linked yet.
fn starts_later(run: &Run<'_>, flow: Flow, record: &Record, before: Option<&Entry>) -> bool {
    if flow != Flow::Invoices || before.is_some_and(|entry| entry.target_id.is_some() || entry.state.is_open()) {
        return false;
    }
    match run.connection.flows.get(&flow).map(|settings| settings.start).unwrap_or_default() {
        Start::All => false,
        Start::Open => matches!(record.fields.text("Status"), Some("Closed" | "Canceled")),
        Start::Since(day) => matches!(record.fields.get("Date"), Some(Value::Date(date)) if *date < day),
    }
}

/// Links of what a page names, and the codes that neither the ledger nor the ERP knows.
struct Found {
    lookups: Lookups,
    nowhere: BTreeSet<String>,
}

/// Links of everything that the page names; what the ledger does not know is fetched by key, once.
async fn look_up(run: &Run<'_>, flow: Flow, changed: &[Changed]) -> Result<Found, RunError> {
    let mut accounts = BTreeSet::new();
    let mut products = BTreeSet::new();
    for change in changed {
        accounts.extend(change.needs.accounts.iter().cloned());
        products.extend(change.needs.products.iter().cloned());
    }
    let mut nowhere = BTreeSet::new();
    let mut lookups = Lookups::default();
    links(run, Flow::Customers, &accounts, &mut lookups).await?;
    links(run, Flow::Items, &products, &mut lookups).await?;
    if changed.iter().any(|change| change.needs.placeholder) {
        lookups.placeholder = placeholder_link(run).await?;
    }
    if flow == Flow::Invoices && !run.options.dry_run {
        for (other, wanted) in [(Flow::Customers, &accounts), (Flow::Items, &products)] {
            let have = if other == Flow::Customers { &lookups.accounts } else { &lookups.products };
            let unlinked: Vec<String> = wanted.iter().filter(|code| !have.contains_key(*code)).cloned().collect();
            let known = run.cx.store.known_codes(run.connection.id, other, &unlinked).await?;
            let fetch: BTreeSet<String> = unlinked.into_iter().filter(|code| !known.contains(code)).collect();
            if !fetch.is_empty() {
                Box::pin(missing::fetch(run, other, &fetch)).await?;
                links(run, other, &fetch, &mut lookups).await?;
                let fetched: Vec<String> = fetch.into_iter().collect();
                let known = run.cx.store.known_codes(run.connection.id, other, &fetched).await?;
                let unknown: BTreeSet<String> = fetched.into_iter().filter(|code| !known.contains(code)).collect();
                if other == Flow::Items {
                    stand_in(run, &unknown, &mut lookups).await?;
                }
                nowhere.extend(unknown);
            }
        }
    }
    Ok(Found { lookups, nowhere })
}

/// Items that are neither in the ledger nor in the ERP: their lines go on the placeholder.
async fn stand_in(run: &Run<'_>, unknown: &BTreeSet<String>, lookups: &mut Lookups) -> Result<(), RunError> {
    let mut placeholder = lookups.placeholder.clone();
    for code in unknown {
        if placeholder.is_none() {
            placeholder = placeholder_link(run).await?;
        }
        if let Some(id) = &placeholder {
            lookups.products.insert(code.clone(), id.clone());
        }
    }
    Ok(())
}

async fn placeholder_link(run: &Run<'_>) -> Result<Option<String>, RunError> {
    let mut only = Lookups::default();
    links(run, Flow::Items, &BTreeSet::from([mapping::PLACEHOLDER_KEY.to_owned()]), &mut only).await?;
    Ok(only.products.into_values().next())
}

async fn links(run: &Run<'_>, flow: Flow, codes: &BTreeSet<String>, lookups: &mut Lookups) -> Result<(), RunError> {
    if codes.is_empty() {
        return Ok(());
    }
    let codes: Vec<String> = codes.iter().cloned().collect();
    let mut found = run.cx.store.targets_by_code(run.connection.id, flow, &codes).await?;
    if run.options.dry_run {
        for code in codes {
            if run.pretended(flow, &code) || code == mapping::PLACEHOLDER_KEY {
                found.entry(code).or_insert_with(|| "planned".to_owned());
            }
        }
    }
    let into = if flow == Flow::Customers { &mut lookups.accounts } else { &mut lookups.products };
    into.extend(found);
    Ok(())
}

#[allow(clippy::too_many_arguments, reason = "the context of one record; grouping it would only rename it")]
async fn draft(
    run: &Run<'_>,
    flow: Flow,
    change: Changed,
    target: &Target,
    lookups: &Lookups,
    page: PageMark,
    figures: &mut FlowReport,
    decided: &mut Decided,
) -> Result<(), RunError> {
    let Changed { record, mut meta, .. } = change;
    match mapping::map(&record, &target.schema, lookups, &target.names) {
        Mapped::Skip { filter, problem } => {
            figures.skipped += 1;
            run.filtered(flow, filter);
            if let Some(problem) = &problem {
                run.problem(flow, &meta.code, problem, false);
            }
            decided.rows.quiet(&meta, State::Skipped, problem, filter);
        }
        Mapped::Park(problem) => settle_quietly(run, decided, figures, &meta, State::Parked, problem),
        Mapped::Wait { problem, .. } => {
            let (state, problem) = patience::still(meta.before.as_ref(), problem);
            settle_quietly(run, decided, figures, &meta, state, problem);
        }
        Mapped::Draft { draft, parent_missing: Some(parent), .. } if !run.options.dry_run => {
            drop(draft);
            decided.children.push(Child { record, meta, parent, page });
        }
        Mapped::Draft { draft, notes, .. } => {
            meta.remark(&notes);
            place(run, meta, *draft, page, None, figures, decided).await?;
        }
    }
    Ok(())
}

/// Pairs a draft and says how it is written. `awaits` names a parent that is open: the record stays waiting for it.
pub(super) async fn place(
    run: &Run<'_>,
    meta: Meta,
    draft: Draft,
    page: PageMark,
    awaits: Option<String>,
    figures: &mut FlowReport,
    decided: &mut Decided,
) -> Result<(), RunError> {
    let step = batching::plan(&draft, meta.before.as_ref());
    let target = meta.before.as_ref().and_then(|before| before.target_id.clone());
    if step == Step::Nothing {
        match awaits {
            Some(parent) => {
                let (state, problem) = patience::still(meta.before.as_ref(), waits_for_parent(&parent));
                settle_quietly(run, decided, figures, &meta, state, problem);
            }
            None => {
                figures.unchanged += 1;
                let remarks = meta.remarks.clone();
                decided.rows.quiet(&meta, State::Settled, None, &remarks);
            }
        }
        return Ok(());
    }
    if target.is_none() {
        let Some(index) = run.candidates.index(run, draft.module).await? else {
            decided.cut_short = true;
            return Ok(());
        };
        if let Pairing::Undecided(problem) = sync::pairing::decide(&draft, &run.target().schema, &index)
            && !mutant(Mutant::PairingSkipped)
        {
            settle_quietly(run, decided, figures, &meta, State::Undecided, problem);
            return Ok(());
        }
    }
    decided.items.push((step, Item::new(meta, draft, target, page, awaits)));
    Ok(())
}

/// Why a child stays open although it is written.
pub(super) fn waits_for_parent(parent: &str) -> Problem {
    Problem::new(
        Code::WaitingForAccount,
        format!("It is in Zoho CRM without its parent account: {parent} is not there yet."),
    )
    .at(parent)
}

fn settle_quietly(
    run: &Run<'_>,
    decided: &mut Decided,
    figures: &mut FlowReport,
    meta: &Meta,
    state: State,
    problem: Problem,
) {
    figures.count(state);
    run.problem(meta.flow, &meta.code, &problem, state == State::Parked && meta.newly_open());
    decided.rows.quiet(meta, state, Some(problem), "");
}

//! One batch to the sink, to its end: sent, and where the outcome is unknown, looked up before it is sent again.
//!
//! Owns the rounds of one batch and what one call tells; a batch that is not answered goes to `isolate`. Must not settle: it returns
//! what became of each item.

use futures_util::stream::{self, StreamExt};
use port::{Exchange, Fault, Held, Kind, Operation};
use store::{IntentId, StoreError};
use sync::batching::travels_alone;
use sync::problem::Code;
use sync::seam::{Mutant, mutant};
use sync::settle::{Outcome, Refusal, State};
use sync::{Module, Problem};

use super::item::{Item, Work};
use super::shared::Run;
use super::{RunError, dead_links, identity, isolate, recover, setup, totals};

/// Rounds before what is left of a batch is given up as unknown.
const ROUNDS: usize = 4;

/// The sink's adapter wrote a header and could not write rows that it was not shown.
const ROWS_NOT_SHOWN: &str = "ROWS_NOT_SHOWN";

/// What the mapping calls the field that holds a record's identity.
const KEY: &str = "ERP Key";

/// What became of an item.
#[derive(Debug)]
pub(super) enum Fate {
    /// The sink holds the draft.
    Written { id: String, created: bool, exchange: Option<usize> },
    /// It stays open. `touched` says that the sink may hold something else than what was last agreed.
    Open { state: State, problem: Problem, exchange: Option<usize>, touched: bool },
    /// The sink took the draft and makes another total of it. `compared` is the exchange that showed it. With `again` the document is
    /// written once more, rows and all, before a person is asked.
    Differs {
        id: String,
        created: bool,
        exchange: Option<usize>,
        problem: Problem,
        compared: Option<usize>,
        again: bool,
    },
    /// The sink holds a document of this key already: it has to be written by id, with its rows.
    Rewrite { id: String },
    /// The sink's schema was learned to be different, or what the draft names to be gone: draft again.
    Redraft,
    /// The request was refused as a whole: send again in smaller parts.
    Split,
    /// Nothing is known or nothing was done: the next run goes on.
    Left,
}

/// A batch after its rounds.
pub(super) struct Sent {
    pub(super) module: Module,
    pub(super) operation: Operation,
    pub(super) fates: Vec<(Item, Fate)>,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) intent: IntentId,
    /// True once some call's outcome was not known: its records may have been written.
    pub(super) doubted: bool,
    /// True when the intent must stay open, because something may have been written.
    pub(super) unsure: bool,
    pub(super) fault: Option<Fault>,
}

/// What one call came to.
pub(super) struct Tried {
    /// Items to be sent again, looked up where that tells something.
    pub(super) again: Vec<Item>,
    /// True when the sink said something of at least one record.
    pub(super) answered: bool,
}

/// A batch that ends here: what is left of it, and why.
pub(super) type Ended = (Vec<Item>, Fault);

/// Sends one batch, and compares what the sink makes of it.
pub(super) async fn send(run: &Run<'_>, work: Work) -> Result<Sent, RunError> {
    let mut sent = rounds(run, work).await?;
    totals::compare(run, &mut sent).await?;
    Ok(sent)
}

/// Sends one batch until every record's outcome is known, or no more can be known in this run.
async fn rounds(run: &Run<'_>, work: Work) -> Result<Sent, RunError> {
    let intent = recover::open_intent(run, &work).await?;
    let Work { module, operation, items } = work;
    let mut sent = Sent {
        module,
        operation,
        fates: Vec::with_capacity(items.len()),
        exchanges: Vec::new(),
        intent,
        doubted: false,
        unsure: false,
        fault: None,
    };
    // What is repeated by the client already needs no second round to be called silent.
    let hopeless = if matches!(operation, Operation::Upsert | Operation::UpdateHeader) { 1 } else { 2 };
    let wary = items.iter().all(|item| travels_alone(item.meta.before.as_ref()));
    let mut pending = items;
    if !identity::sink(run, module).await? {
        sent.fates.extend(pending.into_iter().map(|item| (item, Fate::Left)));
        return Ok(sent);
    }
    // That may have taken a while since the intent was kept.
    fence(run).await?;
    let mut silent = 0;
    for round in 1..=ROUNDS {
        let manner = Manner { later: round > 1, once: wary };
        match attempt(run, &mut sent, pending, manner).await? {
            Ok(tried) => {
                silent = if tried.answered { 0 } else { silent + 1 };
                pending = tried.again;
            }
            Err((left, fault)) => return Ok(give_up(sent, left, fault)),
        }
        if pending.is_empty() {
            return Ok(sent);
        }
        if silent >= hopeless {
            return isolate::search(run, sent, pending).await;
        }
    }
    for item in pending {
        let problem = Problem::new(Code::OutcomeUnknown, "Zoho CRM did not say whether this record was written.");
        sent.fates.push((item, Fate::Open { state: State::Parked, problem, exchange: None, touched: true }));
    }
    Ok(sent)
}

/// How a call is made.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Time has passed since the intent was kept.
    pub(super) later: bool,
    /// The client does not repeat it by itself.
    pub(super) once: bool,
}

/// One call with `pending`, and the look-up of what is not known after it.
pub(super) async fn attempt(
    run: &Run<'_>,
    sent: &mut Sent,
    mut pending: Vec<Item>,
    manner: Manner,
) -> Result<Result<Tried, Ended>, RunError> {
    let operation = sent.operation;
    let work = Work { module: sent.module, operation, items: Vec::new() };
    let mut batch = work.batch(&pending);
    if operation == Operation::UpdateWhole {
        match hold(run, sent, pending).await {
            Ok((still, held)) => {
                pending = still;
                batch = work.batch(&pending);
                batch.held = held;
            }
            Err(ended) => return Ok(Err(ended)),
        }
        if pending.is_empty() {
            return Ok(Ok(Tried { again: pending, answered: true }));
        }
    }
    batch.once = manner.once;
    if manner.later || operation == Operation::UpdateWhole {
        // Whoever was replaced meanwhile must not send any more.
        fence(run).await?;
    }
    let answer = run.connection.writer.write(&batch).await.unpack(&mut sent.exchanges);
    let exchange = sent.exchanges.len().checked_sub(1);
    let outcomes = match answer {
        Ok(outcomes) if outcomes.len() == pending.len() => outcomes,
        Ok(_) => vec![Outcome::Unknown; pending.len()],
        // Whether that is the system's trouble or a record's is found out; the look-up is the first sign.
        Err(fault) if matches!(fault.kind, Kind::OutcomeUnknown | Kind::Unavailable | Kind::Protocol) => {
            vec![Outcome::Unknown; pending.len()]
        }
        Err(fault) if Run::isolates(&fault) => {
            refuse(run, sent, pending, &fault, exchange).await?;
            return Ok(Ok(Tried { again: Vec::new(), answered: true }));
        }
        Err(fault) => return Ok(Err((pending, fault))),
    };
    if outcomes.iter().any(may_be_outdated) {
        setup::look_again(run, 0).await?;
    }
    // On the heap: it looks at links, which is work of the kind that led here.
    let dead = Box::pin(dead_links::among(run, &pending, &outcomes)).await?;
    let (mut unknown, mut once_more) = (Vec::new(), Vec::new());
    let mut answered = false;
    for (mut item, outcome) in pending.into_iter().zip(outcomes) {
        answered |= outcome != Outcome::Unknown;
        match outcome {
            Outcome::Unknown if mutant(Mutant::UnknownIsDone) => {
                let id = item.target.clone().unwrap_or_else(|| item.draft.erp_key.clone());
                sent.fates.push((item, Fate::Written { id, created: false, exchange }));
            }
            Outcome::Unknown => unknown.push(item),
            Outcome::Duplicate { field, id: Some(id) }
                if operation == Operation::Upsert
                    && item.target.is_none()
                    && is_key(&run.target().schema, &item, &field) =>
            {
                // Another of our own writes landed in between: it is this record, so it is written by id.
                item.target = Some(id);
                once_more.push(item);
            }
            Outcome::Refused(refusal) if dead_links::names(&item.draft, &refusal.field, &dead) => {
                sent.fates.push((item, Fate::Redraft));
            }
            Outcome::Refused(refusal) if refusal.governed && item.draft.fields.get(&refusal.field).is_some() => {
                // The sink's own process moves that field: everything else is written without it.
                once_more.extend(item.without(&refusal.field));
            }
            known => {
                let fate = judge(run, operation, &item, known, exchange);
                sent.fates.push((item, fate));
            }
        }
    }
    sent.doubted |= !unknown.is_empty();
    match look_up(run, sent, unknown, answered).await {
        Ok(mut again) => {
            again.extend(once_more);
            Ok(Ok(Tried { again, answered }))
        }
        Err((mut left, fault)) => {
            setup::explain(run, &fault).await?;
            left.extend(once_more);
            Ok(Err((left, fault)))
        }
    }
}

/// Fails as stale when another worker has claimed the connection.
async fn fence(run: &Run<'_>) -> Result<(), RunError> {
    let owner = run.cx.store.owner(run.connection.id).await?;
    if owner.is_some_and(|owner| owner.epoch == run.epoch) || mutant(Mutant::NoFence) {
        return Ok(());
    }
    Err(RunError::Store(StoreError::Stale))
}

/// Reads what the sink holds of documents that are to be written whole.
async fn hold(run: &Run<'_>, sent: &mut Sent, items: Vec<Item>) -> Result<(Vec<Item>, Vec<Option<Held>>), Ended> {
    let wanted: Vec<_> =
        items.iter().map(|item| (item.draft.module, item.target.clone().unwrap_or_default())).collect();
    let calls = wanted.into_iter().map(|(module, id)| {
        let writer = std::sync::Arc::clone(&run.connection.writer);
        async move { writer.held(module, &id).await }
    });
    let answers: Vec<_> = stream::iter(calls).buffered(run.connection.parallel_writes.max(1)).collect().await;
    let mut results = Vec::with_capacity(answers.len());
    for answer in answers {
        match answer.unpack(&mut sent.exchanges) {
            Ok(held) => results.push(held),
            Err(fault) => return Err((items, fault)),
        }
    }
    let (mut still, mut all) = (Vec::new(), Vec::new());
    for (item, held) in items.into_iter().zip(results) {
        match held {
            Some(held) => {
                still.push(item);
                all.push(Some(held));
            }
            None => {
                let fate = gone(&item, None);
                sent.fates.push((item, fate));
            }
        }
    }
    Ok((still, all))
}

/// Looks up items whose outcome is unknown, and says which have to be sent again. `answered` says that the sink is known to be there.
async fn look_up(run: &Run<'_>, sent: &mut Sent, unknown: Vec<Item>, answered: bool) -> Result<Vec<Item>, Ended> {
    let Some(first) = unknown.first() else { return Ok(unknown) };
    let by_id = matches!(sent.operation, Operation::UpdateHeader | Operation::UpdateWhole);
    if by_id && answered {
        // A header may be written again without harm, and rows are read again before they are written again.
        return Ok(unknown);
    }
    // Of records that are written by id one is enough, to see whether the system is there at all.
    let asked = if by_id { 1 } else { unknown.len() };
    let keys: Vec<String> = unknown.iter().take(asked).map(|item| item.draft.erp_key.clone()).collect();
    let found = match run.connection.writer.find(first.draft.module, &keys).await.unpack(&mut sent.exchanges) {
        Ok(found) => found,
        Err(fault) => return Err((unknown, fault)),
    };
    if by_id {
        return Ok(unknown);
    }
    let mut again = Vec::new();
    for mut item in unknown {
        match found.iter().find(|(key, _)| key.eq_ignore_ascii_case(&item.draft.erp_key)) {
            Some((_, id)) if sent.operation == Operation::Insert => {
                let id = id.clone();
                sent.fates.push((item, Fate::Rewrite { id }));
            }
            Some((_, id)) => {
                item.target = Some(id.clone());
                again.push(item);
            }
            None => again.push(item),
        }
    }
    Ok(again)
}

fn judge(run: &Run<'_>, operation: Operation, item: &Item, outcome: Outcome, exchange: Option<usize>) -> Fate {
    let target = run.target();
    match outcome {
        Outcome::Written { id, created } => Fate::Written { id, created, exchange },
        Outcome::Duplicate { field, id: Some(id) }
            if operation == Operation::Insert && is_key(&target.schema, item, &field) =>
        {
            Fate::Rewrite { id }
        }
        Outcome::Duplicate { field, id } => {
            let holder = id.map_or_else(|| "another record".to_owned(), |id| format!("the record {id}"));
            let message = format!("Zoho CRM refuses a second record with this value in {field}: {holder} holds it.");
            let field = if is_key(&target.schema, item, &field) { KEY.to_owned() } else { field };
            let problem = Problem::new(Code::DuplicateValue, message).at(field);
            Fate::Open { state: State::Parked, problem, exchange, touched: false }
        }
        Outcome::Refused(refusal) if learns(run, item, &refusal) => Fate::Redraft,
        outcome if may_be_outdated(&outcome) && item.meta.drafted < target.schema.version => Fate::Redraft,
        Outcome::Refused(refusal) if refusal.problem.code == Code::TargetGone => gone(item, exchange),
        Outcome::Refused(refusal) => {
            let touched = refusal.code == ROWS_NOT_SHOWN;
            Fate::Open { state: State::Parked, problem: refusal.problem, exchange, touched }
        }
        Outcome::Unknown => Fate::Left,
    }
}

/// True when `field` is the module's ERP key.
fn is_key(schema: &sync::mapping::Schema, item: &Item, field: &str) -> bool {
    schema
        .modules
        .get(&item.draft.module)
        .and_then(|module| module.fields.get(KEY))
        .is_some_and(|key| key.api_name == field)
}

/// Learns from a refused negative adjustment that such documents have to go with header amounts only.
fn learns(run: &Run<'_>, item: &Item, refusal: &Refusal) -> bool {
    let target = run.target();
    let negative = item
        .draft
        .fields
        .get("Adjustment")
        .and_then(sync::Value::as_decimal)
        .is_some_and(|amount| amount.is_sign_negative() && !amount.is_zero());
    if refusal.field != "Adjustment" || !negative {
        return false;
    }
    if target.schema.negative_adjustment {
        let mut schema = (*target.schema).clone();
        schema.negative_adjustment = false;
        schema.version += 1;
        run.set_schema(schema);
        run.note("Zoho CRM refuses negative adjustments: documents that need one are sent with their amounts in ERP Total and ERP Balance only.".to_owned());
    }
    true
}

/// The sink does not have the record under its id. Where the id is not that of a link, it was told as the holder of our key.
fn gone(item: &Item, exchange: Option<usize>) -> Fate {
    let linked = item.meta.before.as_ref().and_then(|before| before.target_id.as_ref());
    let problem = match item.target.as_ref().filter(|target| linked != Some(target)) {
        Some(holder) => Problem::new(
            Code::KeyInBin,
            format!("Zoho CRM says that its record {holder} holds this ERP key, and does not show it: it is in the recycle bin."),
        )
        .at(KEY),
        None => Problem::new(Code::TargetGone, "The record that this one was linked to is no longer in Zoho CRM."),
    };
    Fate::Open { state: State::Parked, problem, exchange, touched: false }
}

/// True when the record was refused for what the sink's fields are: they may have changed since they were looked at.
fn may_be_outdated(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Refused(refusal) => {
            let code = refusal.problem.code;
            matches!(code, Code::ValueRefused | Code::MandatoryMissing | Code::CurrencyNotActive)
        }
        Outcome::Written { .. } | Outcome::Duplicate { .. } | Outcome::Unknown => false,
    }
}

/// A request refused as a whole. Its records are drafted again where the sink's fields turn out to have changed; else one record is the
/// cause when it was alone, and halves are tried when not.
async fn refuse(
    run: &Run<'_>,
    sent: &mut Sent,
    items: Vec<Item>,
    fault: &Fault,
    exchange: Option<usize>,
) -> Result<(), RunError> {
    setup::look_again(run, 0).await?;
    let alone = items.len() == 1;
    let version = run.target().schema.version;
    for item in items {
        let fate = if run.ended() {
            Fate::Left
        } else if item.meta.drafted < version {
            Fate::Redraft
        } else if alone {
            let problem = Problem::new(Code::Refused, fault.message.clone());
            Fate::Open { state: State::Parked, problem, exchange, touched: false }
        } else {
            Fate::Split
        };
        sent.fates.push((item, fate));
    }
    Ok(())
}

/// Ends a batch: what is left of it is for the next run. Its intent stays open when any of it may have been written.
pub(super) fn give_up(mut sent: Sent, items: Vec<Item>, fault: Fault) -> Sent {
    sent.unsure = sent.doubted && !items.is_empty();
    sent.fates.extend(items.into_iter().map(|item| (item, Fate::Left)));
    sent.fault = Some(fault);
    sent
}

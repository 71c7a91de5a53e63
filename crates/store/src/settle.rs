//! Settling: entries, trail, exchanges, checkpoints and the end of an intent, in one transaction or not at all.
//!
//! Owns the order of its steps. Data comes from the engine, decided; nothing is decided here but who keeps a link that two records
//! claim: the one that the sink named last.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use sync::seam::{Mutant, mutant};
use sync::settle::{Accepted, Changes, Checkpoint, Entry, Transition, What};
use sync::{Flow, Instant};
use zstd::bulk::Compressor;

use crate::chain::{self, Exchanged, Position, Said, Settled};
use crate::code;
use crate::db::{Durability, Tx};
use crate::error::{Result, StoreError};
use crate::open::Store;
use crate::seam;
use crate::table::agreed;
use crate::table::chains::{self, Head};
use crate::table::connections::ConnectionId;
use crate::table::counts::Moves;
use crate::table::exchanges::{self, KeptExchange, Packed};
use crate::table::intents::{self, IntentId};
use crate::table::ledger::{self, Put};
use crate::table::moved_links;
use crate::table::open_documents::{self, Watched};
use crate::table::owners::{self, Epoch};
use crate::table::settlements::{self, NewSettlement};
use crate::table::trail::{self, NewTrail};
use crate::table::{checkpoints, runs};
use crate::vault::Digests;

/// What is committed together.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The connection.
    pub connection: ConnectionId,
    /// The claim of the run.
    pub epoch: Epoch,
    /// The run's id, as given to `start_run`.
    pub run: String,
    /// When.
    pub at: Instant,
    /// Ledger entries; of two with one key the last counts.
    pub entries: Vec<Entry>,
    /// What happened; each names a record that is among the entries or in the ledger.
    pub transitions: Vec<Transition>,
    /// Drafts that the sink took: they become what is agreed, and the transitions of their records tell what changed.
    pub accepted: Vec<Accepted>,
    /// Requests and answers, in the order that the transitions refer to.
    pub exchanges: Vec<KeptExchange>,
    /// Checkpoints that become true with it.
    pub checkpoints: Vec<Checkpoint>,
    /// The intent that it ends.
    pub close_intent: Option<IntentId>,
    /// Which documents among the entries are open in the source, to be looked at again.
    pub watched: Vec<Watched>,
}

/// Compresses bodies with one context for all.
pub(crate) struct Packer(Mutex<Compressor<'static>>);

impl Packer {
    /// Fast rather than small: bodies are plenty and short-lived.
    const LEVEL: i32 = 1;

    pub(crate) fn new() -> Result<Self> {
        Compressor::new(Self::LEVEL).map(Mutex::new).map(Self).map_err(|error| StoreError::Other(error.to_string()))
    }

    fn pack<'a>(&self, digests: &Digests, all: &'a [KeptExchange]) -> Result<Vec<Packed<'a>>> {
        let mut compressor = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut compress = |body: &Option<Vec<u8>>| {
            let body = body.as_deref().map(|body| compressor.compress(body)).transpose();
            body.map_err(|error| StoreError::Other(error.to_string()))
        };
        let mut packed = Vec::with_capacity(all.len());
        for exchange in all {
            let (request, response) = (compress(&exchange.request_body)?, compress(&exchange.response_body)?);
            let bodies = chain::bodies(digests, request.as_deref(), response.as_deref());
            packed.push(Packed { exchange, request, response, bodies });
        }
        Ok(packed)
    }
}

impl Store {
    /// Commits a settlement.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when another worker took over or the intent was settled by somebody else: nothing is kept then. What the
    /// database reports.
    pub async fn settle(&self, settlement: Settlement) -> Result<()> {
        let Settlement {
            connection,
            epoch,
            run,
            at,
            entries,
            mut transitions,
            accepted,
            exchanges,
            checkpoints,
            close_intent,
            watched,
        } = settlement;
        let packed = self.packer.pack(&self.digests, &exchanges)?;
        seam::here("before settling").await;
        if mutant(Mutant::TwoTransactions) {
            let mut tx = self.db.begin(Durability::Process).await?;
            for checkpoint in &checkpoints {
                checkpoints::put(&mut tx, connection, checkpoint, at).await?;
            }
            if let Some(intent) = close_intent {
                intents::close(&mut tx, connection, intent).await?;
            }
            tx.commit().await?;
            seam::here("between two transactions").await;
        }
        let mut tx = self.db.begin(Durability::Process).await?;
        owners::check(&mut tx, connection, epoch).await?;
        let entries = claim_links(&mut tx, connection, entries, &mut transitions).await?;
        moved_links::keep(&mut tx, connection, &entries).await?;
        let put = ledger::put(&mut tx, connection, &entries, at).await?;
        let mut moves = Moves::default();
        for row in put.iter().filter(|row| row.previous != Some(row.state)) {
            moves.moved(row.flow, row.previous, row.state);
        }
        moves.apply(&mut tx, connection).await?;
        let changes = agree(&mut tx, &self.digests, connection, &put, &accepted).await?;
        if !watched.is_empty() {
            let documents = code::of_flow(Flow::Invoices);
            let ids =
                put.iter().filter(|row| row.flow == documents).map(|row| (row.erp_key.as_str(), row.id)).collect();
            open_documents::put(&mut tx, connection, &ids, &watched).await?;
        }
        let records = records(&mut tx, connection, put, &transitions).await?;
        append(
            &mut tx,
            &self.digests,
            &Appended {
                connection,
                run: Some(&run),
                at,
                transitions: &transitions,
                records: &records,
                changes: &changes,
            },
            &packed,
        )
        .await?;
        for checkpoint in &checkpoints {
            checkpoints::put(&mut tx, connection, checkpoint, at).await?;
        }
        if let Some(intent) = close_intent.filter(|_| !mutant(Mutant::TwoTransactions)) {
            intents::close(&mut tx, connection, intent).await?;
        }
        tx.commit().await?;
        seam::here("settled").await;
        Ok(())
    }
}

type Key = (i64, String);

/// Keeps what is agreed now; returns what changed by that, packed, by record.
async fn agree(
    tx: &mut Tx,
    digests: &Digests,
    connection: ConnectionId,
    put: &[Put],
    accepted: &[Accepted],
) -> Result<BTreeMap<i64, Vec<u8>>> {
    if accepted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: BTreeMap<(i64, &str), &Put> = put.iter().map(|row| ((row.flow, row.erp_key.as_str()), row)).collect();
    let row = |accepted: &Accepted| rows.get(&(code::of_flow(accepted.flow), accepted.erp_key.as_str())).copied();
    let known: Vec<i64> =
        accepted.iter().filter_map(row).filter(|row| row.previous.is_some()).map(|row| row.id).collect();
    let before = agreed::of_records(tx, &known).await?;
    let mut changes = BTreeMap::new();
    let mut new = BTreeMap::new();
    for accepted in accepted {
        let record = row(accepted)
            .ok_or_else(|| StoreError::Other(format!("{} was taken, but has no entry", accepted.erp_key)))?
            .id;
        let Some(old) = before.get(&record) else {
            new.insert(record, accepted.pack_first());
            continue;
        };
        let agreed = old.after(&accepted.draft, accepted.with_rows);
        let changed = Changes::between(old, &agreed);
        if !changed.is_empty() {
            changes.insert(record, changed.pack());
        }
        new.insert(record, agreed.pack());
    }
    agreed::put(tx, digests, &new).await?;
    let more = i64::try_from(new.len().saturating_sub(before.len())).unwrap_or(i64::MAX);
    chains::count_agreed(tx, connection.0, more).await?;
    Ok(changes)
}

/// Rows of the ledger by key: those just written, and what else the transitions name.
async fn records(
    tx: &mut Tx,
    connection: ConnectionId,
    put: Vec<Put>,
    transitions: &[Transition],
) -> Result<BTreeMap<Key, i64>> {
    let mut records: BTreeMap<Key, i64> = put.into_iter().map(|row| ((row.flow, row.erp_key), row.id)).collect();
    for flow in Flow::ALL {
        let missing: BTreeSet<&String> = transitions
            .iter()
            .filter(|transition| transition.flow == flow)
            .map(|transition| &transition.erp_key)
            .filter(|key| !records.contains_key(&(code::of_flow(flow), (*key).clone())))
            .collect();
        if !missing.is_empty() {
            let missing: Vec<String> = missing.into_iter().cloned().collect();
            let found = ledger::ids(tx, connection, flow, &missing).await?;
            records.extend(found.into_iter().map(|row| ((row.flow, row.erp_key), row.id)));
        }
    }
    Ok(records)
}

/// Drops entries that a later one replaces, and takes links from records that others of this settlement hold now. Those are parked,
/// with a transition of their own, because the sink's record is not theirs any more.
async fn claim_links(
    tx: &mut Tx,
    connection: ConnectionId,
    entries: Vec<Entry>,
    transitions: &mut Vec<Transition>,
) -> Result<Vec<Entry>> {
    let mut by_key: BTreeMap<(Flow, String), Entry> = BTreeMap::new();
    let mut by_target: BTreeMap<(Flow, String), String> = BTreeMap::new();
    let mut lost = Vec::new();
    for entry in entries {
        let key = (entry.flow, entry.erp_key.clone());
        if let Some(target) = &entry.target_id {
            let before = by_target.insert((entry.flow, target.clone()), entry.erp_key.clone());
            if let Some(other) = before.filter(|other| *other != entry.erp_key)
                && let Some(loser) = by_key.get_mut(&(entry.flow, other))
                && loser.target_id.as_ref() == Some(target)
            {
                *loser = ledger::displaced(loser.clone(), target, &entry.erp_key);
                lost.push(loser.clone());
            }
        }
        by_key.insert(key, entry);
    }
    for flow in Flow::ALL {
        let targets: Vec<String> =
            by_target.keys().filter(|(of, _)| *of == flow).map(|(_, target)| target.clone()).collect();
        if targets.is_empty() {
            continue;
        }
        let mut freed = Vec::new();
        for holder in ledger::holders(tx, connection, flow, &targets).await? {
            let Some(target) = holder.entry.target_id.clone() else {
                continue;
            };
            let Some(winner) = by_target.get(&(flow, target.clone())) else {
                continue;
            };
            if *winner == holder.entry.erp_key {
                continue;
            }
            freed.push((holder.id.0, target.clone()));
            let key = (flow, holder.entry.erp_key.clone());
            if let Slot::Vacant(slot) = by_key.entry(key) {
                let loser = ledger::displaced(holder.entry, &target, winner);
                lost.push(loser.clone());
                slot.insert(loser);
            }
        }
        if !freed.is_empty() {
            moved_links::put(tx, connection, flow, &freed).await?;
            let rows: Vec<i64> = freed.into_iter().map(|(row, _)| row).collect();
            ledger::unlink(tx, &rows).await?;
        }
    }
    for loser in lost {
        transitions.push(Transition {
            flow: loser.flow,
            erp_key: loser.erp_key,
            what: What::Parked,
            target_id: None,
            problem: loser.problem,
            note: String::new(),
            exchange: None,
        });
    }
    Ok(by_key.into_values().collect())
}

/// What is added to the trail.
pub(crate) struct Appended<'a> {
    pub(crate) connection: ConnectionId,
    pub(crate) run: Option<&'a str>,
    pub(crate) at: Instant,
    pub(crate) transitions: &'a [Transition],
    pub(crate) records: &'a BTreeMap<Key, i64>,
    /// What writes changed, packed, by record.
    pub(crate) changes: &'a BTreeMap<i64, Vec<u8>>,
}

/// Adds a link to the connection's chain, with its rows of trail and exchanges; nothing when there are none.
pub(crate) async fn append(tx: &mut Tx, digests: &Digests, new: &Appended<'_>, packed: &[Packed<'_>]) -> Result<()> {
    let Appended { connection, run, at, transitions, records, changes } = *new;
    if transitions.is_empty() && packed.is_empty() {
        return Ok(());
    }
    let head = chains::take(tx, connection.0).await?;
    let number = head.settlements + 1;
    let place = |position| Position { connection: connection.0, number, position };
    let mut rows = Vec::with_capacity(transitions.len());
    for (position, transition) in transitions.iter().enumerate() {
        let flow = code::of_flow(transition.flow);
        let record = records.get(&(flow, transition.erp_key.clone())).copied();
        let record =
            record.ok_or_else(|| StoreError::Other(format!("the ledger does not know {}", transition.erp_key)))?;
        let changes = match transition.what {
            What::Created | What::Updated => changes.get(&record).map(Vec::as_slice),
            _ => None,
        };
        let said = Said { changes, ..said(transition) };
        rows.push(NewTrail { transition, record, changes, digest: chain::transition(digests, place(position), &said) });
    }
    let exchange_digests: Vec<_> = packed
        .iter()
        .enumerate()
        .map(|(position, packed)| chain::exchange(digests, place(position), &exchanged(packed)))
        .collect();
    let run_row = match run {
        Some(run) => runs::id(tx, run).await?,
        None => None,
    };
    let settled = Settled {
        connection: connection.0,
        number,
        run: run.filter(|_| run_row.is_some()),
        at,
        transitions: &rows.iter().map(|row| row.digest).collect::<Vec<_>>(),
        exchanges: &exchange_digests,
    };
    let link = chain::link(digests, &head.link, &settled);
    let settlement = NewSettlement {
        connection,
        number,
        run: run_row,
        at,
        transitions: rows.len(),
        exchanges: packed.len(),
        chain: &link,
        bodies: packed.iter().any(|packed| packed.bodies.is_some()),
    };
    let settlement = settlements::put(tx, &settlement).await?;
    exchanges::put(tx, settlement, packed, &exchange_digests).await?;
    trail::put(tx, settlement, &rows).await?;
    chains::advance(tx, connection.0, Head { settlements: number, link }).await
}

fn said(transition: &Transition) -> Said<'_> {
    let problem = transition.problem.as_ref();
    Said {
        flow: code::of_flow(transition.flow),
        erp_key: &transition.erp_key,
        what: transition.what,
        target_id: transition.target_id.as_deref(),
        problem: [
            problem.map(|problem| problem.code.name()),
            problem.map(|problem| problem.message.as_str()),
            problem.map(|problem| problem.field.as_str()).filter(|field| !field.is_empty()),
        ],
        note: &transition.note,
        exchange: transition.exchange.map(|exchange| exchange as i64),
        changes: None,
    }
}

fn exchanged<'a>(packed: &'a Packed<'_>) -> Exchanged<'a> {
    let exchange = packed.exchange;
    Exchanged {
        system: &exchange.system,
        method: &exchange.method,
        target: &exchange.target,
        status: exchange.status.map(i64::from),
        failure: &exchange.failure,
        started: exchange.started.micros(),
        took: exchanges::micros(exchange.took),
        attempt: i64::from(exchange.attempt),
        bodies: packed.bodies.as_ref().map(<[u8; 16]>::as_slice),
    }
}

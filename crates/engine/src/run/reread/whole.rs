//! Customers and items as a whole, now and then: addresses, contacts and prices can change without moving the record's stamp.
//!
//! Owns when that is due. The read is the flow's own, with everything as its window: it goes on behind the last settled page after an
//! interruption, fingerprints remove what did not change, and changes that stamps show come with it.

use std::time::Duration;

use store::{Reread, RereadState};
use sync::Flow;

use super::super::RunError;
use super::super::shared::Run;

fn schedule(run: &Run<'_>, flow: Flow) -> Option<(Reread, Duration)> {
    let kind = match flow {
        Flow::Customers => Reread::Customers,
        Flow::Items => Reread::Items,
        // Documents are fixed once released, but for what looks at balances show.
        Flow::Invoices => return None,
    };
    Some((kind, run.connection.flows.get(&flow)?.reread?))
}

/// True when everything of `flow` has to be read, because that was done too long ago.
pub(in crate::run) async fn due(run: &Run<'_>, flow: Flow) -> Result<bool, RunError> {
    let Some((kind, every)) = schedule(run, flow) else { return Ok(false) };
    if run.options.since.is_some() || run.options.dry_run {
        return Ok(false);
    }
    let states = run.cx.store.rereads(run.connection.id).await?;
    Ok(states.get(&kind).is_some_and(|state| run.cx.clock.now().since(state.done) >= every))
}

/// The flow has gone through; `whole` when every record was read. The first time it has read everything in whatever many runs.
pub(in crate::run) async fn done(run: &Run<'_>, flow: Flow, whole: bool) -> Result<(), RunError> {
    let Some((kind, _)) = schedule(run, flow).filter(|_| !run.options.dry_run) else { return Ok(()) };
    let store = &run.cx.store;
    if !whole && store.rereads(run.connection.id).await?.contains_key(&kind) {
        return Ok(());
    }
    let state = RereadState { done: run.cx.clock.now(), pass: None };
    Ok(store.put_reread(run.connection.id, run.epoch, kind, &state).await?)
}

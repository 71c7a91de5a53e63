//! Before the first record: both systems probed once, our fields created, what was found kept for later runs.
//!
//! Owns the order of set-up and what is remembered of it. Must read no record of either side.

use port::{Exchange, Fault, Kind, SourceProfile, System};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::{Settlement, Store};
use sync::mapping::{Schema, changes, without_key};
use sync::{Flow, Module};

use super::RunError;
use super::shared::Run;
use super::written::kept;
use crate::connection::Connection;

/// Name of the kept sink schema.
pub(super) const SINK: &str = "sink_schema";
/// Name of the kept source profile.
pub(super) const SOURCE: &str = "source_profile";

/// Adopts what earlier runs found out, or finds it out; true when something had to be found out. Both systems are looked at before
/// either is changed.
pub(super) async fn prepare(run: &Run<'_>) -> Result<bool, RunError> {
    let (source, sink) = futures_util::future::join(source(run), sink(run)).await;
    let asked = source?;
    let Some(Found { kept, probed }) = sink? else { return Ok(asked) };
    if run.ended() {
        return Ok(true);
    }
    if run.options.dry_run {
        run.set_schema(probed);
        return Ok(true);
    }
    fields(run, kept, &probed).await?;
    Ok(true)
}

/// What a look at the sink found, and what was kept of an earlier one.
struct Found {
    kept: Option<Schema>,
    probed: Schema,
}

async fn source(run: &Run<'_>) -> Result<bool, RunError> {
    let store = &run.cx.store;
    let kept: Option<Kept<SourceProfile>> = parse(store.profile(run.connection.id, SOURCE).await?);
    if let Some(kept) = kept.filter(|kept| kept.settings == run.connection.settings) {
        run.connection.reader.adopt(&kept.found);
        return Ok(false);
    }
    run.cx.progress.stage("Looking at Acumatica");
    match run.connection.reader.probe().await.result {
        Err(fault) => run.fail(&fault),
        Ok(profile) => {
            run.connection.reader.adopt(&profile);
            if !run.options.dry_run {
                put(run, SOURCE, &profile).await?;
            }
        }
    }
    Ok(true)
}

/// Adopts the kept schema, or looks; `None` when there is nothing left to do.
async fn sink(run: &Run<'_>) -> Result<Option<Found>, RunError> {
    let store = &run.cx.store;
    let kept: Option<Kept<Schema>> = parse(store.profile(run.connection.id, SINK).await?);
    if let Some(kept) = kept.as_ref().filter(|kept| kept.found.prepared && kept.settings == run.connection.settings) {
        run.set_schema(kept.found.clone());
        return Ok(None);
    }
    let kept = kept.map(|kept| kept.found);
    run.cx.progress.stage("Looking at Zoho CRM");
    let probed = match run.connection.writer.probe().await.result {
        Ok(schema) => schema,
        Err(fault) => {
            run.fail(&fault);
            return Ok(None);
        }
    };
    if let Some(old) = kept.as_ref().filter(|old| old.org_id != probed.org_id) {
        run.fail(&Fault::new(
            System::Zoho,
            Kind::WrongSystem,
            format!(
                "this connection belongs to the organisation {} ({}), and the token now opens {} ({}).",
                old.org_name, old.org_id, probed.org_name, probed.org_id
            ),
            "Sign in to the right organisation with `login`, or make a connection of its own for the other one.",
        ));
        return Ok(None);
    }
    Ok(Some(Found { kept, probed }))
}

/// Creates the fields that are missing, and keeps what is known then.
async fn fields(run: &Run<'_>, kept: Option<Schema>, probed: &Schema) -> Result<(), RunError> {
    run.cx.progress.stage("Preparing fields in Zoho CRM");
    // Before they are made anew, so that nobody who ends in between leaves them empty.
    for flow in
        Flow::ALL.into_iter().filter(|flow| kept.as_ref().is_some_and(|kept| lacks(probed, kept, flow.module())))
    {
        run.cx.store.forget_headers(run.connection.id, run.epoch, flow).await?;
    }
    let mut tape = Vec::new();
    let prepared = run.connection.writer.prepare(probed).await.unpack(&mut tape);
    remember(run, tape).await?;
    match prepared {
        Err(fault) => run.fail(&fault),
        Ok(mut schema) => {
            schema.notes.iter().for_each(|note| run.note(note.clone()));
            // A schema that differs from the one before makes every record be drafted again.
            schema.version = kept.map_or(1, |old| if same(&old, &schema) { old.version } else { old.version + 1 });
            keep(run, &schema).await?;
            run.set_schema(schema);
        }
    }
    Ok(())
}

/// Whether a module has lost fields that were known.
fn lacks(probed: &Schema, known: &Schema, module: Module) -> bool {
    let (Some(probed), Some(known)) = (probed.modules.get(&module), known.modules.get(&module)) else { return false };
    known.fields.keys().any(|name| !probed.fields.contains_key(name))
}

/// Keeps the calls that changed the organisation, so that fields which appeared there can be traced to a run.
async fn remember(run: &Run<'_>, tape: Vec<Exchange>) -> Result<(), RunError> {
    let changing = tape.into_iter().filter(|exchange| exchange.method != "GET");
    let settlement = Settlement {
        connection: run.connection.id,
        epoch: run.epoch,
        run: run.id.clone(),
        at: run.cx.clock.now(),
        entries: Vec::new(),
        transitions: Vec::new(),
        accepted: Vec::new(),
        exchanges: changing.map(kept).collect(),
        checkpoints: Vec::new(),
        close_intent: None,
        watched: Vec::new(),
    };
    Ok(run.cx.store.settle(settlement).await?)
}

/// Keeps a schema that has learned something, under a new version when drafts depend on it.
pub(super) async fn keep(run: &Run<'_>, schema: &Schema) -> Result<(), RunError> {
    put(run, SINK, schema).await
}

/// Asks the sink, and asks again where it refuses the question because its fields are not those that are known; `None` when it gives no
/// answer, which ends the run.
pub(super) async fn understood<T, F: Future<Output = Result<T, Fault>>>(
    run: &Run<'_>,
    ask: impl Fn() -> F,
) -> Result<Option<T>, RunError> {
    loop {
        let version = run.target().schema.version;
        match ask().await {
            Ok(answer) => return Ok(Some(answer)),
            Err(fault) if Run::isolates(&fault) && look_again(run, version).await? => {}
            Err(fault) => {
                run.fail(&fault);
                return Ok(None);
            }
        }
    }
}

/// Looks for the reason of a refused question in the sink's fields, which is the better sentence.
pub(super) async fn explain(run: &Run<'_>, fault: &Fault) -> Result<(), RunError> {
    if Run::isolates(fault) {
        look_again(run, 0).await?;
    }
    Ok(())
}

/// Looks at the sink's fields once more, because it refused what is known of them: once a run at most. True when drafts and questions
/// that were made under `version`, or before, have to be made anew.
pub(super) async fn look_again(run: &Run<'_>, version: u32) -> Result<bool, RunError> {
    let mut looked = run.looked_again.lock().await;
    if !std::mem::replace(&mut *looked, true) {
        // On the heap: it is asked for deep inside of other work, and seldom.
        Box::pin(look(run)).await?;
    }
    Ok(!run.ended() && run.target().schema.version > version)
}

async fn look(run: &Run<'_>) -> Result<(), RunError> {
    let known = run.target().schema;
    let mut schema = match run.connection.writer.probe().await.result {
        Ok(schema) => schema,
        Err(fault) => {
            run.fail(&fault);
            return Ok(());
        }
    };
    schema.prepared = true;
    schema.negative_adjustment = known.negative_adjustment;
    schema.row_cap = known.row_cap;
    let said = changes(&known, &schema);
    schema.version = known.version + u32::from(!said.is_empty());
    let lost: Vec<&str> = without_key(&schema).iter().map(|module| module.name()).collect();
    if !lost.is_empty() {
        // Nothing is kept: once the field is there again, it goes on with what was known.
        run.set_schema((*known).clone());
        run.fail(&Fault::new(
            System::Zoho,
            Kind::Unsupported,
            format!("the field ERP Key of {} is gone, or may not be written any more.", lost.join(", ")),
            "Without it records could be doubled, so nothing was written. Restore the field, or give the Zoho user the right to write it. \
             Was it deleted for good: sign in again with `login`, which makes it anew, then `sync --full`, which writes the keys again.",
        ));
        return Ok(());
    }
    said.into_iter().for_each(|sentence| run.note(sentence));
    if !run.options.dry_run {
        keep(run, &schema).await?;
    }
    run.set_schema(schema);
    Ok(())
}

/// What was found out, and the settings under which it holds.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    settings: String,
    found: T,
}

/// What an earlier run found out under the settings of now.
pub(super) async fn known<T: DeserializeOwned>(
    store: &Store,
    connection: &Connection,
    name: &str,
) -> Result<Option<T>, RunError> {
    let kept: Option<Kept<T>> = parse(store.profile(connection.id, name).await?);
    Ok(kept.filter(|kept| kept.settings == connection.settings).map(|kept| kept.found))
}

fn parse<T: DeserializeOwned>(text: Option<impl AsRef<str>>) -> Option<Kept<T>> {
    text.and_then(|text| serde_json::from_str(text.as_ref()).ok())
}

async fn put<T: Serialize>(run: &Run<'_>, name: &str, found: T) -> Result<(), RunError> {
    let kept = Kept { settings: run.connection.settings.clone(), found };
    let text = serde_json::to_string(&kept).unwrap_or_default();
    Ok(run.cx.store.put_profile(run.connection.id, name, &text).await?)
}

/// True when drafts come out the same under both.
fn same(old: &Schema, new: &Schema) -> bool {
    let mut old = old.clone();
    old.version = new.version;
    old == *new
}

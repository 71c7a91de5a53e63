//! Before the first record: both systems probed once, our fields created, what was found kept for later runs.
//!
//! Owns the order of set-up and what is remembered of it. Must read no record of either side.

use port::{Fault, Kind, SourceProfile, System};
use sync::Flow;
use sync::mapping::Schema;

use super::shared::Run;
use super::{RunError, missing};

/// Name of the kept sink schema.
const SINK: &str = "sink_schema";
/// Name of the kept source profile.
const SOURCE: &str = "source_profile";

/// Adopts what earlier runs found out, or finds it out.
pub(super) async fn prepare(run: &Run<'_>) -> Result<(), RunError> {
    let (source, sink) = futures_util::future::join(source(run), sink(run)).await;
    source?;
    sink?;
    if run.ended() || run.options.dry_run {
        return Ok(());
    }
    if run.flows().any(|flow| flow == Flow::Invoices) {
        missing::placeholder(run).await?;
    }
    Ok(())
}

async fn source(run: &Run<'_>) -> Result<(), RunError> {
    let store = &run.cx.store;
    let kept = store.profile(run.connection.id, SOURCE).await?;
    if let Some(profile) = kept.and_then(|text| serde_json::from_str::<SourceProfile>(&text).ok()) {
        run.connection.reader.adopt(&profile);
        return Ok(());
    }
    run.cx.progress.stage("Looking at Acumatica");
    match run.connection.reader.probe().await.result {
        Err(fault) => run.fail(&fault),
        Ok(profile) => {
            run.connection.reader.adopt(&profile);
            if !run.options.dry_run {
                let text = serde_json::to_string(&profile).unwrap_or_default();
                store.put_profile(run.connection.id, SOURCE, &text).await?;
            }
        }
    }
    Ok(())
}

async fn sink(run: &Run<'_>) -> Result<(), RunError> {
    let store = &run.cx.store;
    let kept = store.profile(run.connection.id, SINK).await?;
    let kept = kept.and_then(|text| serde_json::from_str::<Schema>(&text).ok());
    if let Some(schema) = kept.clone().filter(|schema| schema.prepared) {
        run.set_schema(schema);
        return Ok(());
    }
    run.cx.progress.stage("Looking at Zoho CRM");
    let probed = match run.connection.writer.probe().await.result {
        Ok(schema) => schema,
        Err(fault) => {
            run.fail(&fault);
            return Ok(());
        }
    };
    if let Some(old) = kept.filter(|old| old.org_id != probed.org_id) {
        run.fail(&Fault::new(
            System::Zoho,
            Kind::WrongSystem,
            format!("this connection belongs to the organisation {} ({}), and the token now opens {} ({}).", old.org_name, old.org_id, probed.org_name, probed.org_id),
            "Sign in to the right organisation with `login`, or make a connection of its own for the other one.",
        ));
        return Ok(());
    }
    if run.options.dry_run {
        run.set_schema(probed);
        return Ok(());
    }
    run.cx.progress.stage("Preparing fields in Zoho CRM");
    match run.connection.writer.prepare(&probed).await.result {
        Err(fault) => run.fail(&fault),
        Ok(mut schema) => {
            schema.version = probed.version.max(1);
            keep(run, &schema).await?;
            run.set_schema(schema);
        }
    }
    Ok(())
}

/// Keeps a schema that has learned something, under a new version when drafts depend on it.
pub(super) async fn keep(run: &Run<'_>, schema: &Schema) -> Result<(), RunError> {
    let text = serde_json::to_string(schema).unwrap_or_default();
    run.cx.store.put_profile(run.connection.id, SINK, &text).await?;
    Ok(())
}

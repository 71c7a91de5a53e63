//! Records of the sink that carry no ERP key: what a new record might already be.
//!
//! Owns the indexes of one run, each read whole and only when a record would be created. Must not decide: `sync::pairing` does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use port::Fault;
use sync::pairing::Index;
use sync::{Instant, Module};
use tokio::sync::Mutex;

use super::RunError;
use super::shared::Run;

/// Indexes by module, filled on first use. Reading is awaited under the lock, so that no module is read twice.
#[derive(Default)]
pub(super) struct Candidates(Mutex<BTreeMap<Module, Arc<Index>>>);

/// Name under which it is kept that the org held no unlinked invoice.
const NO_INVOICES: &str = "no_unlinked_invoices_at";

/// How long that holds. Accounts and products are asked for in every run that creates one, because people make them by hand every
/// day; where nobody makes invoices by hand, one look a day is enough.
const NO_INVOICES_FOR: Duration = Duration::from_secs(24 * 3600);

impl Candidates {
    /// The index of `module`; the fault when it cannot be read.
    pub(super) async fn index(&self, run: &Run<'_>, module: Module) -> Result<Result<Arc<Index>, Fault>, RunError> {
        let mut all = self.0.lock().await;
        if let Some(index) = all.get(&module) {
            return Ok(Ok(Arc::clone(index)));
        }
        let known_empty = module == Module::Invoices && seen_empty(run).await?;
        let index = match if known_empty { Ok(Index::default()) } else { read(run, module).await } {
            Ok(index) => Arc::new(index),
            Err(fault) => return Ok(Err(fault)),
        };
        if module == Module::Invoices && !known_empty && !run.options.dry_run {
            let at = if index.is_empty() { run.cx.clock.now().micros().to_string() } else { String::new() };
            run.cx.store.put_profile(run.connection.id, NO_INVOICES, &at).await?;
        }
        all.insert(module, Arc::clone(&index));
        Ok(Ok(index))
    }
}

async fn seen_empty(run: &Run<'_>) -> Result<bool, RunError> {
    let kept = run.cx.store.profile(run.connection.id, NO_INVOICES).await?;
    let at = kept.and_then(|text| text.parse().ok()).map(Instant::from_micros);
    let now = run.cx.clock.now();
    Ok(at.is_some_and(|at| at <= now && now.since(at) < NO_INVOICES_FOR))
}

async fn read(run: &Run<'_>, module: Module) -> Result<Index, Fault> {
    let mut index = Index::default();
    let mut cursor = None;
    loop {
        let page = run.connection.writer.unlinked(module, cursor.as_deref()).await.result?;
        for record in page.records {
            index.add(&record.id, &record.name, &record.code);
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(index);
        }
    }
}

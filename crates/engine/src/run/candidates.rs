//! Records of the sink that carry no ERP key: what a new record might already be.
//!
//! Owns the indexes of one run, each read whole and only when a record would be created. Must not decide: `sync::pairing` does.

use std::collections::BTreeMap;
use std::sync::Arc;

use sync::Module;
use sync::pairing::Index;
use tokio::sync::Mutex;

use super::shared::Run;
use super::{RunError, setup};

/// Indexes by module, filled on first use. Reading is awaited under the lock, so that no module is read twice.
#[derive(Default)]
pub(super) struct Candidates(Mutex<BTreeMap<Module, Arc<Index>>>);

impl Candidates {
    /// The index of `module`; `None` when it cannot be had, which ends the run.
    pub(super) async fn index(&self, run: &Run<'_>, module: Module) -> Result<Option<Arc<Index>>, RunError> {
        let mut all = self.0.lock().await;
        if let Some(index) = all.get(&module) {
            return Ok(Some(Arc::clone(index)));
        }
        let mut index = Index::default();
        let mut cursor = None;
        loop {
            let asked = || async { run.connection.writer.unlinked(module, cursor.as_deref()).await.result };
            let Some(page) = setup::understood(run, asked).await? else { return Ok(None) };
            for record in page.records {
                index.add(&record.id, &record.name, &record.code);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let index = Arc::new(index);
        all.insert(module, Arc::clone(&index));
        Ok(Some(index))
    }
}

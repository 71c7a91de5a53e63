//! Records that others need: the placeholder product, and customers and items that documents name but the ledger does not know.
//!
//! Owns fetching them by key within the run. Must not wait for them without end: what cannot be had is said so.

use std::collections::BTreeSet;

use port::Operation;
use sync::digest::Digest;
use sync::mapping::{self, PLACEHOLDER_KEY};
use sync::{Entity, Flow, Module};

use super::RunError;
use super::flow::Pass;
use super::item::{Item, Meta, Watch, Work};
use super::shared::Run;

/// Creates the product for lines without an item, once per connection; true when it had to.
pub(super) async fn placeholder(run: &Run<'_>) -> Result<bool, RunError> {
    let known = run.cx.store.targets_by_code(run.connection.id, Flow::Items, &[PLACEHOLDER_KEY.to_owned()]).await?;
    if !known.is_empty() {
        return Ok(false);
    }
    let target = run.target();
    let Some(draft) = mapping::placeholder(&target.schema, &target.names) else { return Ok(false) };
    let meta = Meta {
        flow: Flow::Items,
        entity: Entity::NonStockItem,
        erp_key: PLACEHOLDER_KEY.to_owned(),
        code: PLACEHOLDER_KEY.to_owned(),
        source_id: String::new(),
        stamp: None,
        fingerprint: Digest([1; 16]),
        before: None,
        once_more: false,
        watch: Watch::Unread,
        remarks: String::new(),
        drafted: target.schema.version,
    };
    let item = Item::new(meta, draft, None, None, None);
    let work = Work { module: Module::Products, operation: Operation::Upsert, items: vec![item] };
    let mut pass = Pass::idle(run, Flow::Items);
    pass.queue(work);
    pass.drive().await?;
    Ok(true)
}

/// Fetches customers by CustomerID and items by InventoryID, and takes them through their flows.
pub(super) async fn fetch(run: &Run<'_>, flow: Flow, codes: &BTreeSet<String>) -> Result<(), RunError> {
    let mut wanted: Vec<String> = codes.iter().cloned().collect();
    for entity in flow.entities() {
        if wanted.is_empty() || run.ended() {
            return Ok(());
        }
        let records = match run.connection.reader.by_keys(*entity, &wanted).await.result {
            Ok(records) => records,
            Err(fault) => {
                run.fail(&fault);
                return Ok(());
            }
        };
        wanted.retain(|code| !records.iter().any(|record| record.key.eq_ignore_ascii_case(code)));
        if records.is_empty() {
            continue;
        }
        let mut pass = Pass::idle(run, flow);
        pass.take(records, None).await?;
        pass.drive().await?;
        run.add_figures(flow, &pass.figures);
    }
    Ok(())
}

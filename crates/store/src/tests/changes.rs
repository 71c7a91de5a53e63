//! What was agreed, and what each write changed in it: kept with the settlement, found in the trail, sealed.

use sync::settle::{Accepted, Agreed, Changes};
use sync::{Draft, Fields, Module, Name, Value};

use super::*;

pub(super) fn accepted(entry: &Entry, phone: &str) -> Accepted {
    let fields = [("ERP_Key", entry.erp_key.as_str()), ("Account_Name", "Acme"), ("Phone", phone)];
    let fields = fields.map(|(name, value)| (Name::from(name), Value::from(value)));
    Accepted {
        flow: entry.flow,
        erp_key: entry.erp_key.clone(),
        draft: Arc::new(Draft {
            module: Module::Accounts,
            erp_key: entry.erp_key.clone(),
            fields: Fields(fields.to_vec()),
            on_create: Fields::default(),
            rows: Vec::new(),
        }),
        with_rows: true,
    }
}

/// Settles one customer as written with this phone number.
pub(super) async fn write(running: &Running, entry: &Entry, what: What, phone: &str) {
    let mut settlement = running.settlement(vec![entry.clone()], vec![said(entry, what, Some(0))]);
    settlement.accepted = vec![accepted(entry, phone)];
    settlement.exchanges = vec![exchanged(&format!("{{\"ERP_Key\":\"{}\",\"Phone\":\"{phone}\"}}", entry.erp_key))];
    running.store.settle(settlement).await.unwrap();
}

#[tokio::test]
async fn each_write_tells_before_and_after_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    writes(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn each_write_tells_before_and_after_on_postgres() {
    let server = Server::database("agreed").await;
    writes(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

async fn writes(running: Running) {
    let Running { store, connection, .. } = &running;
    let entry = customer(1, State::Settled, Some("1"));
    for (what, phone) in [(What::Created, "1"), (What::Updated, "2"), (What::Updated, "3"), (What::Updated, "3")] {
        write(&running, &entry, what, phone).await;
    }
    let keys = [entry.erp_key.clone()];
    let agreed = store.agreed(*connection, Flow::Customers, &keys).await.unwrap().remove(&entry.erp_key).unwrap();
    assert_eq!(agreed.fields, accepted(&entry, "3").draft.fields);
    let found = store.find(*connection, "C000001").await.unwrap().remove(0);
    let view = store.record(found.id).await.unwrap().unwrap();
    assert_eq!(view.agreed.as_ref(), Some(&agreed));
    let changes: Vec<Option<Changes>> = view.trail.into_iter().map(|row| row.changes).collect();
    let [None, Some(third), Some(second), None] = &changes[..] else { panic!("{changes:?}") };
    let before: Agreed = second.undo(&third.undo(&agreed).unwrap()).unwrap();
    assert_eq!(before.fields.get("Phone"), Some(&Value::from("1")), "the first version is told from the last");
    assert_eq!(second.fields.len(), 1);
    assert_eq!(store.verify(*connection).await.unwrap().broken, None);
    let unknown = store.agreed(*connection, Flow::Items, &keys).await.unwrap();
    assert!(unknown.is_empty() && store.agreed(*connection, Flow::Items, &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_taken_needs_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    let entry = customer(1, State::Settled, Some("1"));
    let mut settlement = running.settlement(Vec::new(), Vec::new());
    settlement.accepted = vec![accepted(&entry, "1")];
    assert!(
        matches!(running.store.settle(settlement).await, Err(StoreError::Other(what)) if what.contains("no entry"))
    );
}

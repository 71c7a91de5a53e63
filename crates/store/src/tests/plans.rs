//! No statement reads a whole table or all records of a flow to find a few, and no page of open records sorts all of them: SQLite's
//! plans say so.

use super::*;
use crate::db::Db;

/// Plans that may say `SCAN`: small tables, read whole by intent, and lists that were handed in.
const MAY_SCAN: [&str; 2] = ["SCAN json_each", "SCAN CONSTANT ROW"];

/// "Has a link" taken as a range: every linked record of the flow.
const ALL_LINKED: &str = "USING INDEX ledger_target (connection=? AND flow=? AND target_id>?)";

/// Every record of a flow, for the sake of their order.
const WHOLE_FLOW: &str = "USING INDEX ledger_key (connection=? AND flow=?)";

/// The steps of a statement's plan.
fn plan(connection: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("explain query plan {sql}")).unwrap();
    statement.raw_query().mapped(|row| row.get(3)).map(|line| line.unwrap()).collect()
}

#[tokio::test]
async fn a_page_of_open_records_is_read_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Access::Worker).await.unwrap();
    let Db::Sqlite(db) = &store.db else { panic!("a folder is SQLite") };
    let connection = db.lock().await;
    let pages = [
        ("select", "OPEN"),
        ("select", "OF_CODE"),
        ("select", "BETWEEN"),
        ("select", "OF_RUN"),
        ("list::open", "LIST"),
    ];
    let mut sorted = Vec::new();
    for (file, name, sql) in
        super::statements::all().into_iter().filter(|(file, name, _)| pages.contains(&(file, name)))
    {
        let steps = plan(&connection, sql.sqlite);
        if steps.iter().any(|step| step.contains("TEMP B-TREE")) {
            sorted.push(format!("{file} {name}: {steps:?}"));
        }
    }
    assert_eq!(sorted, Vec::<String>::new());
}

#[tokio::test]
async fn no_statement_reads_a_whole_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Access::Worker).await.unwrap();
    let Db::Sqlite(db) = &store.db else { panic!("a folder is SQLite") };
    let connection = db.lock().await;
    let mut scans = Vec::new();
    for (file, name, sql) in super::statements::all() {
        for line in plan(&connection, sql.sqlite) {
            // A subquery's result is what the steps before it have found.
            let derived = line.starts_with("SCAN (") || line.contains("SCAN LIST SUBQUERY");
            let scan =
                line.starts_with("SCAN") && !derived && !MAY_SCAN.iter().any(|allowed| line.starts_with(allowed));
            let all = line.ends_with(ALL_LINKED) || (line.ends_with(WHOLE_FLOW) && name != "FORGET_HEADERS");
            if scan || all {
                scans.push(format!("{file} {name}: {line}"));
            }
        }
    }
    assert_eq!(scans, Vec::<String>::new());
}

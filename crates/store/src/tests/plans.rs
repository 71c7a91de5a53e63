//! No statement reads a whole table: SQLite's plans say so.

use super::*;
use crate::db::Db;

/// Plans that may say `SCAN`: small tables, read whole by intent, and lists that were handed in.
const MAY_SCAN: [&str; 2] = ["SCAN json_each", "SCAN CONSTANT ROW"];

#[tokio::test]
async fn no_statement_reads_a_whole_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Access::Worker).await.unwrap();
    let Db::Sqlite(db) = &store.db else { panic!("a folder is SQLite") };
    let connection = db.lock().await;
    let mut scans = Vec::new();
    for (file, name, sql) in super::statements::all() {
        let mut statement = connection.prepare(&format!("explain query plan {}", sql.sqlite)).unwrap();
        let plan: Vec<String> = statement.raw_query().mapped(|row| row.get(3)).map(|line| line.unwrap()).collect();
        for line in plan {
            // A subquery's result is what the steps before it have found.
            let derived = line.starts_with("SCAN (") || line.contains("SCAN LIST SUBQUERY");
            if line.starts_with("SCAN") && !derived && !MAY_SCAN.iter().any(|allowed| line.starts_with(allowed)) {
                scans.push(format!("{file} {name}: {line}"));
            }
        }
    }
    assert_eq!(scans, Vec::<String>::new());
}

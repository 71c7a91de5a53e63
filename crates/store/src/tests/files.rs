//! Files that are not ours, or not whole: refused, and not one byte of them changed.

use super::*;

/// What stands in a folder: names and bytes.
fn bytes(folder: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name() != LOCK_FILE)
        .map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap()))
        .collect();
    all.sort();
    all
}

async fn refused(folder: &Path) -> StoreError {
    let before = bytes(folder);
    let mut errors = Vec::new();
    for access in [Access::Worker, Access::Beside, Access::ReadOnly] {
        errors.push(open(folder, access).await.unwrap_err());
        assert_eq!(bytes(folder).first(), before.first(), "{access:?} touched the database");
    }
    assert_eq!(errors[0], errors[1]);
    assert_eq!(errors[0], errors[2]);
    errors.remove(0)
}

/// A data folder with a few rows, closed.
async fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    running.settle((1..300).map(|n| customer(n, State::Settled, Some(&n.to_string()))).collect(), What::Created).await;
    folder
}

#[tokio::test]
async fn a_foreign_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for content in [b"name,amount\n1,2\n".to_vec(), vec![0; 5000]] {
        std::fs::write(folder.path().join(FILE), content).unwrap();
        assert!(matches!(refused(folder.path()).await, StoreError::Foreign { .. }));
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let other = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    other.execute_batch("create table ledger (a); insert into ledger values (1)").unwrap();
    drop(other);
    let error = refused(folder.path()).await;
    assert!(matches!(&error, StoreError::Foreign { what, .. } if what.contains("another program")), "{error}");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let folder = folder().await;
    let newer = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    let error = refused(folder.path()).await;
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
}

#[tokio::test]
async fn a_truncated_file_is_refused() {
    let folder = folder().await;
    let path = folder.path().join(FILE);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = refused(folder.path()).await;
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

#[tokio::test]
async fn damaged_pages_are_refused() {
    let folder = folder().await;
    let path = folder.path().join(FILE);
    let whole = std::fs::read(&path).unwrap();
    let mut schema = whole.clone();
    schema[100..4000].fill(0xa5);
    let mut tables = whole.clone();
    let half = tables.len() / 2;
    tables[4096..half].fill(0xa5);
    for damaged in [schema, tables] {
        std::fs::write(&path, damaged).unwrap();
        let error = refused(folder.path()).await;
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    }
    std::fs::write(&path, whole).unwrap();
    open(folder.path(), Access::Worker).await.unwrap();
}

#[tokio::test]
async fn a_missing_table_is_refused() {
    let folder = folder().await;
    let file = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    file.execute_batch("pragma foreign_keys = off; drop table profiles").unwrap();
    drop(file);
    let error = refused(folder.path()).await;
    assert!(matches!(&error, StoreError::Corrupt { what, .. } if what.contains("profiles")), "{error}");
}

#[tokio::test]
async fn a_new_folder_is_private_and_reading_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a/b");
    assert!(matches!(open(&place, Access::ReadOnly).await, Err(StoreError::NothingYet)));
    assert!(!place.exists());
    let store = open(&place, Access::Worker).await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for path in [place.clone(), place.join(FILE), place.join(LOCK_FILE)] {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        }
    }
    drop(store);
    assert_eq!(bytes(&place).len(), 1, "the log is folded in when the last one leaves");
}

#[tokio::test]
async fn others_read_and_write_small_rows_beside_a_worker() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    assert!(matches!(open(folder.path(), Access::Worker).await, Err(StoreError::Held { .. })));
    let beside = open(folder.path(), Access::Beside).await.unwrap();
    beside.put_profile(running.connection, "a", "b").await.unwrap();
    running.settle(vec![customer(1, State::Settled, Some("1"))], What::Created).await;
    assert_eq!(beside.find(running.connection, "C000001").await.unwrap().len(), 1);
    assert_eq!(running.store.profile(running.connection, "a").await.unwrap().as_deref(), Some("b"));
    let reader = open(folder.path(), Access::ReadOnly).await.unwrap();
    assert_eq!(reader.state_counts(running.connection).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_with_tables_of_something_else_is_refused() {
    let server = Server::database("foreign").await;
    let pool = sqlx::PgPool::connect(&server.url).await.unwrap();
    sqlx::raw_sql("create table orders (id bigint)").execute(&pool).await.unwrap();
    let error = server.open(Access::Worker).await.unwrap_err();
    assert!(matches!(&error, StoreError::Foreign { what, .. } if what.contains("orders")), "{error}");
    sqlx::raw_sql("drop table orders").execute(&pool).await.unwrap();
    drop(server.open(Access::Worker).await.unwrap());
    sqlx::raw_sql("update ml_connector set version = 99").execute(&pool).await.unwrap();
    let error = server.open(Access::Beside).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    pool.close().await;
    server.drop().await;
}

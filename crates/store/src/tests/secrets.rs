//! Secrets and tokens: sealed on the disk, replaced by compare-and-set, never overwritten by what they replaced.

use secrecy::{ExposeSecret, SecretString};

use super::*;

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn token(text: &str) -> GrantAccess {
    GrantAccess { token: secret(text), expires: at(3600), api_domain: "https://www.zohoapis.eu".to_owned() }
}

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    kept(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    assert!(bytes.len() > 10_000);
    let found = bytes.windows(7).filter(|window| window.eq_ignore_ascii_case(b"PLAINLY")).count();
    assert_eq!(found, 0, "a secret stands in the data folder");
}

#[tokio::test]
async fn on_postgres() {
    let server = Server::database("secrets").await;
    kept(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

async fn kept(running: Running) {
    let Running { store, connection, .. } = running;
    let field = "zoho.client_secret";
    assert!(store.unseal(connection, field).await.unwrap().is_none());
    assert!(store.differs(connection, field, &secret("PLAINLY-1")).await.unwrap());
    assert_eq!(store.apply_secret(connection, field, &secret("PLAINLY-1"), at(1)).await.unwrap(), Applied::Sealed);
    assert_eq!(store.apply_secret(connection, field, &secret("PLAINLY-1"), at(2)).await.unwrap(), Applied::Unchanged);
    store.seal(connection, field, &secret("PLAINLY-2"), at(3)).await.unwrap();
    assert_eq!(store.apply_secret(connection, field, &secret("PLAINLY-1"), at(4)).await.unwrap(), Applied::Unchanged);
    assert_eq!(store.unseal(connection, field).await.unwrap().unwrap().expose_secret(), "PLAINLY-2");
    assert_eq!(store.apply_secret(connection, field, &secret("PLAINLY-3"), at(5)).await.unwrap(), Applied::Sealed);
    assert_eq!(store.unseal(connection, field).await.unwrap().unwrap().expose_secret(), "PLAINLY-3");
    assert_eq!(store.sealed_fields(connection).await.unwrap(), [field]);
    store.forget_secret(connection, field).await.unwrap();
    assert!(store.unseal(connection, field).await.unwrap().is_none());

    let system = "acumatica";
    let refresh = secret("PLAINLY-r1");
    assert_eq!(store.grant(connection, system).await.unwrap().version, 0);
    assert_eq!(store.apply_grant(connection, system, &refresh, at(6)).await.unwrap(), Applied::Sealed);
    let version = store.grant(connection, system).await.unwrap().version;
    let (access, newer) = (token("PLAINLY-a1"), secret("PLAINLY-r2"));
    let version = store.replace_grant(connection, system, version, Some(&access), Some(&newer), at(7)).await.unwrap();
    let late = store.replace_grant(connection, system, version - 1, Some(&token("PLAINLY-a9")), None, at(8)).await;
    assert_eq!(late, Err(StoreError::Stale));
    let first = store.replace_grant(connection, system, 0, Some(&token("PLAINLY-a9")), None, at(8)).await;
    assert_eq!(first, Err(StoreError::Stale));
    assert_eq!(store.apply_grant(connection, system, &refresh, at(9)).await.unwrap(), Applied::Unchanged);
    assert!(store.grant_differs(connection, system, &secret("PLAINLY-r3")).await.unwrap());

    // A new access token alone keeps the refresh token, which was sealed under an older version.
    let version =
        store.replace_grant(connection, system, version, Some(&token("PLAINLY-a2")), None, at(10)).await.unwrap();
    let grant = store.grant(connection, system).await.unwrap();
    let access = grant.access.unwrap();
    assert_eq!((access.token.expose_secret(), access.api_domain.as_str()), ("PLAINLY-a2", "https://www.zohoapis.eu"));
    assert_eq!((access.expires, grant.version), (at(3600), version));
    assert_eq!(grant.refresh.unwrap().expose_secret(), "PLAINLY-r2");
    store.replace_grant(connection, system, version, None, None, at(11)).await.unwrap();
    let grant = store.grant(connection, system).await.unwrap();
    assert!(grant.access.is_none() && grant.refresh.is_some());
}

#[tokio::test]
async fn a_sealed_value_moved_to_another_field_or_connection_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::of(open(folder.path(), Access::Worker).await.unwrap()).await;
    let Running { store, connection, .. } = running;
    store.seal(connection, "a", &secret("one"), at(1)).await.unwrap();
    store.seal(connection, "b", &secret("two"), at(1)).await.unwrap();
    let file = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    file.execute(
        "update credentials set sealed = (select sealed from credentials where field = 'a') where field = 'b'",
        [],
    )
    .unwrap();
    assert_eq!(store.unseal(connection, "a").await.unwrap().unwrap().expose_secret(), "one");
    let moved = store.unseal(connection, "b").await;
    assert!(matches!(moved, Err(StoreError::Unsealable(field)) if field == "b"));
}

#[tokio::test]
async fn another_master_key_is_refused_at_the_door() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), Access::Worker).await.unwrap());
    let place = Place::Folder(folder.path().to_owned());
    let other = Options { key: MasterKey::from_bytes([1; 32]), ..options(place, Access::ReadOnly) };
    assert!(matches!(Store::open(other).await, Err(StoreError::WrongKey { .. })));
}

#[tokio::test]
async fn sign_ins_tell_people_from_renewals_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    told_apart(Running::of(open(folder.path(), Access::Worker).await.unwrap()).await).await;
}

#[tokio::test]
async fn sign_ins_tell_people_from_renewals_on_postgres() {
    let server = Server::database("sign_ins").await;
    told_apart(Running::of(server.open(Access::Worker).await.unwrap()).await).await;
    server.drop().await;
}

/// What a person changed reads differently; what the clients renew by themselves does not.
async fn told_apart(running: Running) {
    let Running { store, connection, .. } = running;
    let mut before = store.sign_ins(connection).await.unwrap();
    let mut is_new = |now: String| {
        let new = now != before;
        before = now;
        new
    };
    store.apply_grant(connection, "zoho", &secret("PLAINLY-1"), at(1)).await.unwrap();
    assert!(is_new(store.sign_ins(connection).await.unwrap()), "a first token");
    store.apply_grant(connection, "zoho", &secret("PLAINLY-1"), at(2)).await.unwrap();
    assert!(!is_new(store.sign_ins(connection).await.unwrap()), "the same file again");
    let version = store.grant(connection, "zoho").await.unwrap().version;
    let rotated = secret("PLAINLY-2");
    store.replace_grant(connection, "zoho", version, Some(&token("a")), Some(&rotated), at(3)).await.unwrap();
    assert!(!is_new(store.sign_ins(connection).await.unwrap()), "renewed and rotated");
    store.apply_grant(connection, "zoho", &secret("PLAINLY-3"), at(4)).await.unwrap();
    assert!(is_new(store.sign_ins(connection).await.unwrap()), "another token in the file");
    for system in ["zoho", "acumatica", "zoho"] {
        store.consented(connection, system).await.unwrap();
        assert!(is_new(store.sign_ins(connection).await.unwrap()), "signed in to {system}");
    }
    store.apply_secret(connection, "zoho.client_secret", &secret("PLAINLY-4"), at(5)).await.unwrap();
    assert!(is_new(store.sign_ins(connection).await.unwrap()), "a client secret");
    store.apply_secret(connection, "zoho.client_secret", &secret("PLAINLY-4"), at(6)).await.unwrap();
    store.apply_secret(connection, "zoho.grant_code", &secret("PLAINLY-5"), at(7)).await.unwrap();
    let now = store.sign_ins(connection).await.unwrap();
    assert!(!now.contains("PLAINLY"));
    assert!(!is_new(now), "nothing new, and a code that was not redeemed yet");
}

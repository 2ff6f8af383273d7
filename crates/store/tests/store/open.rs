//! Opening.

use bonded_store::{DatabaseUrl, OpenMode, Store, StoreError};
use bonded_testkit::on_both;

use crate::world::{add_user, user, write};

on_both! {
    async fn migrating_twice_at_once_and_opening_again_keeps_everything(database: TestDatabase) {
        let (one, two) = tokio::join!(database.store(), database.store());
        write(&one, |tx| Box::pin(async move { add_user(tx, &user("ada")).await })).await;
        one.close().await;
        two.close().await;
        let again = Store::open(database.url(), OpenMode::MustExist).await.unwrap();
        again.migrate().await.unwrap();
        assert_eq!(again.read().await.unwrap().counts().await.unwrap().users, 1);
        again.ping().await.unwrap();
    }

    async fn a_database_of_a_newer_version_is_left_alone(database: TestDatabase) {
        database.store().await.close().await;
        database.tamper("UPDATE _sqlx_migrations SET version = 99999 WHERE version = 1").await.unwrap();
        let error = Store::open(database.url(), OpenMode::CreateIfMissing).await.err().unwrap();
        assert!(matches!(error, StoreError::Newer { found: 99999, .. }), "{error}");
        assert!(error.to_string().contains("newer Bonded"));
    }
}

#[tokio::test]
async fn a_missing_file_is_an_error_and_is_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bonded.db");
    let error = Store::open(&DatabaseUrl::sqlite(&path), OpenMode::MustExist).await.err().unwrap();
    assert!(matches!(error, StoreError::Missing(_)), "{error}");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing/bonded.db");
    let garbage = directory.path().join("garbage.db");
    std::fs::write(&garbage, [b'x'; 4096]).unwrap();
    for path in [missing, garbage] {
        let error = Store::open(&DatabaseUrl::sqlite(&path), OpenMode::CreateIfMissing).await.err().unwrap();
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}

#[tokio::test]
async fn a_postgres_that_is_not_there_is_unavailable() {
    let url: DatabaseUrl = "postgres://nobody:hunter2@127.0.0.1:1/none".parse().unwrap();
    let error = Store::open(&url, OpenMode::CreateIfMissing).await.err().unwrap();
    assert!(error.is_unavailable(), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

//! What is particular to a bucket.

use bonded_blobs::{BlobKind, Blobs, OpenError, S3Options};

use crate::Store;
use crate::s3_server::S3Server;

#[tokio::test]
async fn keys_lie_below_the_prefix() {
    let store = Store::s3().await;
    let key = store.store(b"somewhere").await;
    let server = store.server.as_ref().unwrap();
    assert!(server.directory().join("bonded/some/prefix").join(key.path()).is_file());
}

#[tokio::test]
async fn two_prefixes_of_one_bucket_do_not_meet() {
    let store = Store::s3().await;
    let key = store.store(b"mine").await;
    let options = store.server.as_ref().unwrap().options();
    for other in ["s3://bonded", "s3://bonded/some", "s3://bonded/other"] {
        let other = Blobs::open(&other.parse().unwrap(), &store.staging, &options).unwrap();
        assert!(!other.exists(key).await.unwrap());
        other.store(BlobKind::Index, b"theirs".to_vec()).await.unwrap();
        other.delete(key).await.unwrap();
    }
    assert_eq!(store.keys(BlobKind::File).await, [key]);
    assert_eq!(store.keys(BlobKind::Index).await, []);
}

#[tokio::test]
async fn wrong_credentials_are_not_ready_and_not_shown() {
    let store = Store::s3().await;
    let mut options = store.server.as_ref().unwrap().options();
    options.secret_access_key = Some("hunter2-hunter2".into());
    let blobs = Blobs::open(&"s3://bonded".parse().unwrap(), &store.staging, &options).unwrap();
    let error = blobs.check().await.unwrap_err();
    assert!(!format!("{error} {error:?} {options:?}").contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_missing_bucket_is_not_ready() {
    let server = S3Server::start("bonded").await;
    let home = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&"s3://another".parse().unwrap(), home.path(), &server.options()).unwrap();
    assert!(blobs.check().await.is_err());
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_at_once() {
    let server = S3Server::start("bonded").await;
    let open = |options: &S3Options| {
        let url = "s3://bonded".parse().unwrap();
        Blobs::open(&url, &std::env::temp_dir(), options).err().expect("refused")
    };
    let plain = S3Options { allow_http: false, ..server.options() };
    assert!(matches!(open(&plain), OpenError::PlainHttp));
    let half = S3Options { secret_access_key: None, ..server.options() };
    assert!(matches!(open(&half), OpenError::HalfCredentials));
}

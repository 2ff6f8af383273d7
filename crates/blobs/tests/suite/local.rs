//! What is particular to a directory.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use bonded_blobs::{BlobKind, Blobs, BlobsUrl, OpenError, S3Options, StorageKey};
use bonded_model::{Sha256, Timestamp};
use futures::StreamExt;

use crate::{Store, noise};

impl Store {
    fn file(&self, key: StorageKey) -> PathBuf {
        self.home.path().join("blobs").join(key.path())
    }
}

fn open(path: PathBuf) -> Result<Blobs, OpenError> {
    Blobs::open(&BlobsUrl::Local(path), "unused".as_ref(), &S3Options::default())
}

#[tokio::test]
async fn a_second_opening_finds_what_the_first_stored() {
    let store = Store::local();
    let key = store.store(b"kept").await;
    let again = open(store.home.path().join("blobs")).unwrap();
    assert_eq!(again.read_small(key, 10).await.unwrap().unwrap(), "kept");
}

#[tokio::test]
async fn a_blob_is_for_its_owner_alone() {
    let store = Store::local();
    let key = store.store(b"private").await;
    assert_eq!(fs::metadata(store.file(key)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn storing_again_makes_a_blob_young_again() {
    let store = Store::local();
    let key = store.store(b"again").await;
    let old = fs::File::options().write(true).open(store.file(key)).unwrap();
    old.set_modified(Timestamp::UNIX_EPOCH.into()).unwrap();
    let cutoff = Timestamp::UNIX_EPOCH + chrono::Duration::days(1);
    store.store(b"again").await;
    assert!(!store.blobs.delete_older_than(key, cutoff).await.unwrap());
    assert_eq!(store.bytes(key).await.unwrap(), "again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn collecting_never_loses_a_blob_that_is_stored_meanwhile() {
    let store = Store::local();
    let cutoff = Timestamp::UNIX_EPOCH + chrono::Duration::days(1);
    for round in 0..100_u32 {
        let key = store.store(&round.to_be_bytes()).await;
        let old = fs::File::options().write(true).open(store.file(key)).unwrap();
        old.set_modified(Timestamp::UNIX_EPOCH.into()).unwrap();
        let bytes = round.to_be_bytes();
        let (_, collected) = tokio::join!(store.store(&bytes), store.blobs.delete_older_than(key, cutoff));
        collected.unwrap();
        assert!(store.blobs.exists(key).await.unwrap(), "lost in round {round}");
    }
}

#[tokio::test]
async fn a_file_cut_short_while_it_is_read_is_an_error() {
    let store = Store::local();
    let key = store.store(&noise(1_000_000, 20)).await;
    let mut read = store.blobs.read(key, None).await.unwrap().unwrap();
    let first = read.next().await.unwrap().unwrap();
    fs::File::options().write(true).open(store.file(key)).unwrap().set_len(first.len() as u64).unwrap();
    assert_eq!(read.next().await.unwrap().unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
    assert!(read.next().await.is_none());
}

#[tokio::test]
async fn a_process_killed_between_write_and_rename_leaves_no_blob() {
    let store = Store::local();
    let bytes = noise(500_000, 21);
    let mut staging = store.blobs.stage(u64::MAX);
    staging.write(bytes.clone().into()).await.unwrap();
    let staged = staging.finish().await.unwrap();
    // What a killed process does: no destructor runs.
    std::mem::forget(staged);
    let after = open(store.home.path().join("blobs")).unwrap();
    assert!(!after.exists(StorageKey::File(Sha256::of(&bytes))).await.unwrap());
    assert_eq!(after.list(BlobKind::File).count().await, 0);
    assert_eq!(after.clean_staging(Timestamp::MAX_UTC).await.unwrap(), 1);
}

#[tokio::test]
async fn foreign_files_are_not_listed() {
    let store = Store::local();
    let key = store.store(b"ours").await;
    fs::write(store.file(key).with_file_name("README"), "not ours").unwrap();
    fs::write(store.file(key).with_file_name(Sha256::of(b"elsewhere").to_string()), "astray").unwrap();
    assert_eq!(store.keys(BlobKind::File).await, [key]);
}

#[tokio::test]
async fn a_store_that_lost_its_directory_is_not_ready() {
    let store = Store::local();
    fs::remove_dir_all(&store.staging).unwrap();
    assert!(store.blobs.check().await.is_err());
}

#[test]
fn a_file_in_the_place_of_the_directory_is_named_in_the_error() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("blobs");
    fs::write(&path, "a file").unwrap();
    let Err(error) = open(path) else { panic!("opened a file as a directory") };
    assert!(error.to_string().contains("blobs"), "{error}");
}

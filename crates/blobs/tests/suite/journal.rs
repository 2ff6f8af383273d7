//! Small blobs in a directory: what the journal promises about a power failure.
//!
//! The failure is played by copying only what was synced, the logs, to another directory, and opening that.

use std::fs;
use std::path::{Path, PathBuf};

use bonded_blobs::{BlobKind, Blobs, BlobsUrl, S3Options, StorageKey};
use bytes::Bytes;
use futures::StreamExt;
use futures::future::join_all;
use tempfile::TempDir;

use crate::{Store, noise};

impl Store {
    fn logs(&self) -> PathBuf {
        self.home.path().join("blobs/journal")
    }

    /// What is there after a power failure that kept nothing but the logs.
    fn after_power_failure(&self) -> (TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let journal = home.path().join("journal");
        fs::create_dir(&journal).unwrap();
        for (number, log) in logs_in(&self.logs()).into_iter().enumerate() {
            fs::copy(log, journal.join(format!("{number}.log"))).unwrap();
        }
        (home, journal)
    }
}

fn logs_in(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn open(root: &Path) -> Blobs {
    Blobs::open(&BlobsUrl::Local(root.to_owned()), root, &S3Options::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_failure_loses_nothing_that_was_answered() {
    let store = Store::local();
    let store = &store;
    let uploads = (0..60_u64).map(|seed| async move {
        let (archive, metadata) = (noise(7_000, seed), noise(500, seed + 1_000));
        let contents = vec![
            (BlobKind::File, store.stage(&archive).await.into()),
            (BlobKind::Index, Bytes::from(metadata.clone()).into()),
        ];
        let keys = store.blobs.store_all(contents).await.unwrap();
        keys.into_iter().zip([archive, metadata]).collect::<Vec<_>>()
    });
    let answered = join_all(uploads).await.concat();
    let (home, _) = store.after_power_failure();
    let after = open(home.path());
    for (key, bytes) in answered {
        assert!(after.read_small(key, 10_000).await.unwrap().unwrap() == bytes, "{key} is lost");
    }
}

#[tokio::test]
async fn a_blob_that_lost_its_end_is_made_whole() {
    let store = Store::local();
    let bytes = noise(9_000, 30);
    let key = store.store(&bytes).await;
    let (home, _) = store.after_power_failure();
    let damaged = home.path().join(key.path());
    fs::create_dir_all(damaged.parent().unwrap()).unwrap();
    fs::write(damaged, &bytes[..4_096]).unwrap();
    assert!(open(home.path()).read_small(key, 10_000).await.unwrap().unwrap() == bytes);
}

#[tokio::test]
async fn a_torn_record_is_no_blob_and_ends_the_log() {
    let store = Store::local();
    for seed in [31, 32, 33] {
        store.store(&noise(1_000, seed)).await;
    }
    let (home, journal) = store.after_power_failure();
    let mut torn = 0;
    for path in logs_in(&journal) {
        let mut log = fs::read(&path).unwrap();
        if log.starts_with(b"BLB1") {
            // In the middle of the second record.
            log[1_500] ^= 1;
            torn += 1;
        }
        fs::write(path, log).unwrap();
    }
    assert_eq!(torn, 1);
    assert_eq!(open(home.path()).list(BlobKind::File).count().await, 1);
}

#[tokio::test]
async fn a_log_is_replayed_once_and_then_gone() {
    let store = Store::local();
    let key = store.store(b"once").await;
    let (home, journal) = store.after_power_failure();
    open(home.path()).delete(key).await.unwrap();
    assert_eq!(logs_in(&journal).len(), 0);
    assert!(!open(home.path()).exists(key).await.unwrap());
}

#[tokio::test]
async fn the_logs_of_a_living_process_are_left_alone() {
    let store = Store::local();
    store.store(b"first").await;
    let before = logs_in(&store.logs()).len();
    let second = open(&store.home.path().join("blobs"));
    assert!(logs_in(&store.logs()).len() >= before && before > 0);
    let key = second.store(BlobKind::File, b"second".to_vec()).await.unwrap();
    assert_eq!(store.bytes(key).await.unwrap(), "second");
}

#[tokio::test]
async fn a_large_file_needs_no_log() {
    let store = Store::local();
    store.store(&noise(100_000, 34)).await;
    assert_eq!(logs_in(&store.logs()).len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_that_are_full_are_used_again() {
    let store = Store::local();
    let store = &store;
    // Four logs' worth.
    let uploads = futures::stream::iter(0..600_u64).map(|seed| async move {
        let bytes = noise(60_000, 100 + seed);
        (store.store(&bytes).await, bytes)
    });
    let stored: Vec<(StorageKey, Vec<u8>)> = uploads.buffer_unordered(8).collect().await;
    assert!(logs_in(&store.logs()).len() <= 2);
    for (key, bytes) in stored {
        assert!(store.bytes(key).await.unwrap() == bytes);
    }
}

#[tokio::test]
async fn a_clean_end_leaves_no_log() {
    let Store { blobs, home, .. } = Store::local();
    let key = blobs.store(BlobKind::File, b"kept".to_vec()).await.unwrap();
    drop(blobs);
    let journal = home.path().join("blobs/journal");
    for _ in 0..1_000 {
        if logs_in(&journal).is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(logs_in(&journal).len(), 0);
    assert!(open(&home.path().join("blobs")).exists(key).await.unwrap());
}

//! The promises that hold wherever the blobs are: each test runs on a directory and on a bucket.

use std::io::Write;

use bonded_blobs::{BlobError, BlobKind, Blobs, StageError, StorageKey};
use bonded_model::{Sha256, Timestamp};
use bytes::Bytes;
use futures::future::join_all;
use futures::{StreamExt, TryStreamExt};

use crate::{Store, noise, read_all};

/// Defines one test per backend for each promise.
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        mod in_a_directory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::Store::local()).await; })+
        }
        mod in_a_bucket {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::Store::s3().await).await; })+
        }
    };
}

promises!(
    uploads_of_every_size_come_back_whole,
    digests_are_those_of_the_bytes,
    over_the_limit_leaves_nothing,
    a_dropped_upload_leaves_nothing,
    several_contents_are_stored_at_once,
    a_large_generated_file_is_stored,
    the_same_content_from_many_uploads_is_one_blob,
    what_is_missing_is_none,
    a_range_gives_exactly_its_bytes,
    a_range_outside_the_blob_is_refused_with_the_size,
    a_large_blob_is_not_read_into_memory,
    a_listing_names_every_blob_of_its_kind_once,
    deleting_twice_is_fine,
    only_old_blobs_are_collected,
    a_working_store_is_ready,
    leftovers_in_staging_are_cleaned_by_age,
);

const SIZES: [usize; 9] =
    [0, 1, 5_000, 262_143, 262_144, 262_145, 1_000_000, 8 * 1024 * 1024, 20 * 1024 * 1024 + 7];

async fn uploads_of_every_size_come_back_whole(store: Store) {
    for size in SIZES {
        let bytes = noise(size, 1);
        let staged = store.stage(&bytes).await;
        assert!(read_all(&staged) == bytes, "{size} bytes differ while staged");
        let key = store.blobs.store(BlobKind::File, staged).await.unwrap();
        assert_eq!(key, StorageKey::File(Sha256::of(&bytes)));
        assert!(store.bytes(key).await.unwrap() == bytes, "{size} bytes differ when stored");
        assert_eq!(store.blobs.size(key).await.unwrap(), Some(size as u64));
    }
    assert_eq!(store.staged_files(), 0);
}

async fn digests_are_those_of_the_bytes(store: Store) {
    for size in [5_000, 700_000] {
        let bytes = noise(size, 2);
        let digests = *store.stage(&bytes).await.digests();
        assert_eq!((digests.size, digests.sha256), (size as u64, Sha256::of(&bytes)));
    }
}

async fn over_the_limit_leaves_nothing(store: Store) {
    for (limit, piece) in [(9, 10), (1_000_000, 300_000)] {
        let mut staging = store.blobs.stage(limit);
        let error = loop {
            if let Err(error) = staging.write(noise(piece, 3).into()).await {
                break error;
            }
        };
        assert!(matches!(error, StageError::TooLarge { limit: told } if told == limit));
        drop(staging);
    }
    nothing_is_left(&store).await;
}

async fn a_dropped_upload_leaves_nothing(store: Store) {
    drop(store.stage(&noise(1_000_000, 4)).await);
    let mut unfinished = store.blobs.stage(u64::MAX);
    unfinished.write(noise(1_000_000, 5).into()).await.unwrap();
    drop(unfinished);
    nothing_is_left(&store).await;
}

/// The file of an upload goes when the job that still writes it has ended, that of a blob when its bytes are freed.
async fn nothing_is_left(store: &Store) {
    for _ in 0..500 {
        if store.staged_files() == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(store.staged_files(), 0);
    assert_eq!(store.keys(BlobKind::File).await, []);
}

async fn several_contents_are_stored_at_once(store: Store) {
    let (small, large) = (noise(3_000, 6), noise(400_000, 7));
    let index = noise(100_000, 8);
    let contents = vec![
        (BlobKind::File, store.stage(&large).await.into()),
        (BlobKind::File, Bytes::from(small.clone()).into()),
        (BlobKind::Index, index.clone().into()),
    ];
    let keys = store.blobs.store_all(contents).await.unwrap();
    let expected = [
        StorageKey::File(Sha256::of(&large)),
        StorageKey::File(Sha256::of(&small)),
        StorageKey::Index(Sha256::of(&index)),
    ];
    assert_eq!(keys, expected);
    for (key, bytes) in keys.into_iter().zip([large, small, index]) {
        assert!(store.bytes(key).await.unwrap() == bytes);
    }
}

async fn a_large_generated_file_is_stored(store: Store) {
    let bytes = noise(9_000_000, 9);
    let mut file = store.blobs.temp_file().unwrap();
    for piece in bytes.chunks(1_001) {
        file.write_all(piece).unwrap();
    }
    let key = store.blobs.store(BlobKind::Index, file.finish().unwrap()).await.unwrap();
    assert_eq!(key, StorageKey::Index(Sha256::of(&bytes)));
    assert!(store.bytes(key).await.unwrap() == bytes);
    drop(store.blobs.temp_file().unwrap());
    assert_eq!(store.staged_files(), 0);
}

async fn the_same_content_from_many_uploads_is_one_blob(store: Store) {
    let bytes = noise(300_000, 10);
    let uploads = (0..16).map(|_| async {
        let staged = store.stage(&bytes).await;
        let key = store.blobs.store(BlobKind::File, staged).await.unwrap();
        assert!(store.bytes(key).await.unwrap() == bytes);
        key
    });
    let keys = join_all(uploads).await;
    assert_eq!(store.keys(BlobKind::File).await, keys[..1]);
    assert_eq!(store.staged_files(), 0);
}

async fn what_is_missing_is_none(store: Store) {
    let key = StorageKey::File(Sha256::of(b"never stored"));
    assert!(store.blobs.read(key, None).await.unwrap().is_none());
    assert!(store.blobs.read(key, Some(0..1)).await.unwrap().is_none());
    assert!(store.blobs.read(key, Some(0..0)).await.unwrap().is_none());
    assert!(store.blobs.read_small(key, 10).await.unwrap().is_none());
    assert!(!store.blobs.exists(key).await.unwrap());
}

async fn a_range_gives_exactly_its_bytes(store: Store) {
    let bytes = noise(1_000_000, 11);
    let key = store.store(&bytes).await;
    let end = bytes.len() as u64;
    for range in [0..1, 0..0, 5..5, 0..end, end - 1..end, end..end, 262_143..262_145, 1..700_001] {
        let read = store.blobs.read(key, Some(range.clone())).await.unwrap().unwrap();
        assert_eq!((read.size(), read.len()), (end, range.end - range.start), "{range:?}");
        let chunks: Vec<Bytes> = read.try_collect().await.unwrap();
        assert!(chunks.concat() == bytes[range.start as usize..range.end as usize], "{range:?}");
    }
}

async fn a_range_outside_the_blob_is_refused_with_the_size(store: Store) {
    let key = store.store(b"0123456789").await;
    for range in [5..11, 10..11, 11..12, 11..11, 0..u64::MAX] {
        let refused = store.blobs.read(key, Some(range.clone())).await;
        assert!(matches!(refused, Err(BlobError::Range { size: 10 })), "{range:?}");
    }
}

async fn a_large_blob_is_not_read_into_memory(store: Store) {
    let key = store.store(&noise(2_000, 12)).await;
    let refused = store.blobs.read_small(key, 1_999).await;
    assert!(matches!(refused, Err(BlobError::TooLarge { size: 2_000, limit: 1_999, .. })));
    assert_eq!(store.blobs.read_small(key, 2_000).await.unwrap().unwrap().len(), 2_000);
}

async fn a_listing_names_every_blob_of_its_kind_once(store: Store) {
    let mut expected = Vec::new();
    for number in 0..40_u64 {
        let bytes = number.to_be_bytes().to_vec();
        expected.push(store.blobs.store(BlobKind::File, bytes).await.unwrap());
    }
    let index = store.blobs.store(BlobKind::Index, b"index".to_vec()).await.unwrap();
    let mut listed = store.keys(BlobKind::File).await;
    listed.sort_by_key(StorageKey::path);
    expected.sort_by_key(StorageKey::path);
    assert_eq!(listed, expected);
    let infos: Vec<_> = store.blobs.list(BlobKind::Index).try_collect().await.unwrap();
    assert_eq!((infos.len(), infos[0].key, infos[0].size), (1, index, 5));
}

async fn deleting_twice_is_fine(store: Store) {
    let key = store.store(b"short-lived").await;
    store.blobs.delete(key).await.unwrap();
    assert!(!store.blobs.exists(key).await.unwrap());
    store.blobs.delete(key).await.unwrap();
    assert!(!store.blobs.delete_older_than(key, Timestamp::MAX_UTC).await.unwrap());
}

async fn only_old_blobs_are_collected(store: Store) {
    let key = store.store(b"young").await;
    let written = modified(&store.blobs, key).await;
    // A bucket tells ages in whole seconds.
    let second = chrono::Duration::seconds(1);
    assert!(!store.blobs.delete_older_than(key, written - second).await.unwrap());
    assert_eq!(store.bytes(key).await.unwrap(), "young");
    let later = written + second;
    assert!(store.blobs.delete_older_than(key, later).await.unwrap());
    assert!(!store.blobs.exists(key).await.unwrap());
    nothing_is_left(&store).await;
}

async fn modified(blobs: &Blobs, key: StorageKey) -> Timestamp {
    let mut list = blobs.list(key.kind());
    while let Some(blob) = list.next().await {
        let blob = blob.unwrap();
        if blob.key == key {
            return blob.modified;
        }
    }
    panic!("{key} is not listed");
}

async fn a_working_store_is_ready(store: Store) {
    store.blobs.check().await.unwrap();
    assert_eq!(store.staged_files(), 0);
}

async fn leftovers_in_staging_are_cleaned_by_age(store: Store) {
    std::fs::write(store.staging.join("blob-left-by-a-killed-process"), "half").unwrap();
    std::fs::write(store.staging.join("somebody-elses"), "file").unwrap();
    assert_eq!(store.blobs.clean_staging(Timestamp::UNIX_EPOCH).await.unwrap(), 0);
    assert_eq!(store.blobs.clean_staging(Timestamp::MAX_UTC).await.unwrap(), 1);
    assert_eq!(store.staged_files(), 1);
}

//! Bytes that are about to become a blob.

use bonded_model::Sha256;
use bytes::Bytes;

use crate::staging::Staged;
use crate::temp::Temporary;
use crate::{BlobKind, StorageKey};

/// Bytes that can be stored: a [`Staged`] upload, bytes in memory, or a finished [`TempFile`](crate::TempFile).
pub struct Content(Origin);

/// Up to here hashing (about 40 µs) is cheaper than the way to the blocking pool and back.
const HASHED_INLINE: usize = 64 * 1024;

enum Origin {
    Unhashed(Bytes),
    Hashed(Sha256, Data),
}

/// Where the bytes are until they are stored.
pub(crate) enum Data {
    Memory(Bytes),
    File(Temporary),
}

impl Content {
    pub(crate) fn hashed(sha256: Sha256, data: Data) -> Self {
        Self(Origin::Hashed(sha256, data))
    }

    /// The bytes and the key they have.
    pub(crate) async fn named(self, kind: BlobKind) -> (StorageKey, Data) {
        let (sha256, data) = match self.0 {
            Origin::Hashed(sha256, data) => (sha256, data),
            Origin::Unhashed(bytes) => (sha256(bytes.clone()).await, Data::Memory(bytes)),
        };
        (kind.key(sha256), data)
    }
}

/// Hashes on the blocking pool what would hold up an async thread.
async fn sha256(bytes: Bytes) -> Sha256 {
    if bytes.len() > HASHED_INLINE {
        let hash = tokio::task::spawn_blocking({
            let bytes = bytes.clone();
            move || Sha256::of(&bytes)
        });
        if let Ok(sha256) = hash.await {
            return sha256;
        }
    }
    Sha256::of(&bytes)
}

impl From<Staged> for Content {
    fn from(staged: Staged) -> Self {
        let (digests, data) = staged.into_parts();
        Self::hashed(digests.sha256, data)
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self(Origin::Unhashed(bytes))
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

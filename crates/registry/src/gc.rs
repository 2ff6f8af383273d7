//! Removing stored bytes that nothing refers to: what uploads left behind that never were committed, and index files
//! that were superseded long ago.

use bonded_blobs::{BlobInfo, BlobKind};
use bonded_model::Timestamp;
use bonded_model::audit::{AuditEntry, Event};
use chrono::TimeDelta;
use futures::TryStreamExt;

use crate::access::{Operate, Permit};
use crate::{Error, Registry};

/// A blob that was written so recently may belong to a publication that is under way. Shorter than any time for which
/// superseded files are kept: otherwise one could be forgotten without being removed.
const YOUNG: TimeDelta = TimeDelta::minutes(2);

/// What a collection found, and removed unless it was only asked to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Collected {
    /// Blobs that nothing refers to.
    pub blobs: u64,
    /// Their bytes together.
    pub bytes: u64,
}

/// What to collect.
#[derive(Clone, Copy, Debug)]
pub struct Collection {
    /// Blobs younger than this are left alone: an upload that is under way stores its bytes before its row.
    pub min_age: TimeDelta,
    /// Only look.
    pub dry_run: bool,
}

impl Registry {
    /// Collects what nothing refers to. Safe while the server runs.
    ///
    /// # Errors
    /// When database or storage fail; what was removed until then stays removed.
    pub async fn collect_garbage(
        &self,
        permit: &Permit<Operate>,
        collection: Collection,
    ) -> Result<Collected, Error> {
        let now = self.clock.now();
        let cutoff = now - collection.min_age;
        if !collection.dry_run {
            self.release_retired().await?;
            self.blobs.clean_staging(cutoff).await.map_err(Error::internal)?;
        }
        let mut collected = Collected::default();
        for kind in BlobKind::ALL {
            let mut listing = std::pin::pin!(self.blobs.list(kind));
            while let Some(blob) = listing.try_next().await.map_err(Error::internal)? {
                if blob.modified < cutoff && self.collect(&blob, cutoff, collection.dry_run).await? {
                    collected.blobs += 1;
                    collected.bytes += blob.size;
                }
            }
        }
        if !collection.dry_run && collected.blobs > 0 {
            let event = Event::StorageCollected { blobs: collected.blobs, bytes: collected.bytes };
            let entry = AuditEntry::new(now, permit.actor(), &self.local_origin(), event);
            self.store.write(move |tx| Box::pin(async move { tx.audit(entry).await })).await?;
        }
        Ok(collected)
    }

    /// Whether the blob was garbage. An upload of the same bytes makes the blob young before it commits its row, and a
    /// young blob is not deleted: so the row need not be asked for again.
    async fn collect(&self, blob: &BlobInfo, cutoff: Timestamp, dry_run: bool) -> Result<bool, Error> {
        if self.store.read().await?.is_blob_referenced(blob.key.sha256()).await? {
            return Ok(false);
        }
        if dry_run {
            return Ok(true);
        }
        self.blobs.delete_older_than(blob.key, cutoff).await.map_err(Error::internal)
    }

    /// Lets go of index files that were superseded and are kept for nobody any longer, and removes their bytes. The
    /// server does this by itself, because every publication leaves some behind.
    ///
    /// # Errors
    /// When database or storage fail.
    pub async fn release_retired(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let retired = self.store.read().await?.retired_until(now).await?;
        if retired.is_empty() {
            return Ok(());
        }
        let forgotten = retired.clone();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    for sha256 in &forgotten {
                        tx.forget_retired(sha256, now).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await?;
        for sha256 in retired {
            if !self.store.read().await?.is_blob_referenced(&sha256).await? {
                let key = BlobKind::Index.key(sha256);
                self.blobs.delete_older_than(key, now - YOUNG).await.map_err(Error::internal)?;
            }
        }
        Ok(())
    }
}

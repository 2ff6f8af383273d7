//! Index files are made anew from the database where they are gone, because a backup was restored without them, and before
//! clients take them for old ones that somebody shows again.

use bonded_blobs::StorageKey;
use bonded_model::conda_index::SubdirRow;
use bonded_store::Change;
use chrono::TimeDelta;

use crate::{Error, Registry};

/// So old the index of shards of a subdir may be in which nothing happens. Clients warn of one of 30 days.
const RENEWED_AFTER: TimeDelta = TimeDelta::days(7);

impl Registry {
    /// Marks everything that is published of a subdir as stale when one of its index files is missing or the index of shards
    /// is old. What is made anew is verified like every publication.
    ///
    /// # Errors
    /// When database or storage fail.
    pub(crate) async fn renew_if_due(&self, row: &SubdirRow) -> Result<(), Error> {
        if !self.has_its_indexes(row).await? {
            tracing::warn!(subdir = %row.id, "index files are missing and are made anew");
        } else if !self.is_old(row) {
            return Ok(());
        }
        let (subdir, serial) = (row.id, row.serial);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    // What changed meanwhile, or was marked by another server, is published anyway.
                    if tx.subdir(subdir).await?.is_some_and(|present| present.serial == serial) {
                        tx.change_all_shards(subdir).await?;
                        tx.announce(Change::Subdir(subdir));
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Whether the index of shards is old. One that waits to be published is not: it will be new.
    fn is_old(&self, row: &SubdirRow) -> bool {
        let is_old = |at| self.clock.now() - at >= RENEWED_AFTER;
        row.shards.is_some_and(|published| published.serial == row.serial && is_old(published.at))
    }

    /// Whether the files that the subdir's row names are there.
    async fn has_its_indexes(&self, row: &SubdirRow) -> Result<bool, Error> {
        let set = row.repodata.map(|published| published.set);
        let whole = set.map(|set| [set.json, set.zst, set.run_exports_json, set.run_exports_zst]);
        let index = row.shards.map(|published| published.index);
        for blob in whole.into_iter().flatten().chain(index) {
            if !self.blobs.exists(StorageKey::Index(blob.sha256)).await.map_err(Error::internal)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

//! Index files that are gone, because a backup was restored without them, are made anew from the database.

use bonded_blobs::StorageKey;
use bonded_model::conda_index::SubdirRow;
use bonded_store::Change;

use crate::{Error, Registry};

impl Registry {
    /// Marks everything that is published of a subdir as stale when one of its index files is missing.
    ///
    /// # Errors
    /// When database or storage fail.
    pub(crate) async fn renew_if_damaged(&self, row: &SubdirRow) -> Result<(), Error> {
        if self.has_its_indexes(row).await? {
            return Ok(());
        }
        tracing::warn!(subdir = %row.id, "index files are missing and are made anew");
        let (subdir, names) = (row.id, self.store.read().await?.shards(row.id).await?);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    for shard in &names {
                        tx.change_shard(subdir, &shard.name).await?;
                    }
                    tx.announce(Change::Subdir(subdir));
                    Ok(())
                })
            })
            .await
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

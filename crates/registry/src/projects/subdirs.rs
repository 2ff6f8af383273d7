//! Publishing what a change of a conda project means for its subdirs.

use bonded_model::conda_index::SubdirRow;
use bonded_model::ids::SubdirId;
use bonded_store::Tx;

use crate::jobs::JobKind;
use crate::{Error, Registry};

impl Registry {
    /// Notes, in the transaction of the change, that the package is another one in these subdirs.
    pub(super) async fn package_changed(
        &self,
        tx: &mut Tx,
        package: &str,
        subdirs: &[SubdirRow],
    ) -> Result<Vec<SubdirId>, Error> {
        for subdir in subdirs {
            tx.change_shard(subdir.id, package).await?;
            self.schedule_publication(tx, subdir, &JobKind::PUBLICATION).await?;
        }
        Ok(subdirs.iter().map(|subdir| subdir.id).collect())
    }

    /// Publishes the shards of subdirs at once. The change is committed, and so is the job that publishes them later if
    /// this fails.
    pub(crate) async fn publish_changed(&self, subdirs: &[SubdirId]) {
        for subdir in subdirs {
            if let Err(error) = self.publish_shards(*subdir).await {
                tracing::warn!(%error, %subdir, "the shard could not be published at once");
            }
        }
    }
}

//! Who signs the records of a channel.

use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_model::conda_index::SubdirRow;
use bonded_model::trust::{KeyBytes, Signing};
use bonded_model::{Channel, ChannelFormat};
use bonded_store::{Change, Tx};

use super::rotate::switched_at;
use crate::access::{Operate, Permit};
use crate::jobs::JobKind;
use crate::{Error, Registry};

impl Registry {
    /// Sets who signs the records of a conda channel, from now on and for those that are there. Readers see no signatures
    /// of the server before it has signed all of a subdir.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a Python channel, for publishers as signers as long as the channel has no publisher keys, and
    /// from publishers or to them as long as it has packages that none of them has signed.
    pub async fn set_signing(
        &self,
        permit: &Permit<Operate>,
        channel: &Channel,
        signing: Signing,
    ) -> Result<(), Error> {
        if channel.format != ChannelFormat::Conda {
            return Err(Error::Invalid(format!("'{}' is not a conda channel", channel.name)));
        }
        let now = self.clock.now();
        let entry =
            AuditEntry::new(now, permit.actor(), &self.local_origin(), TrustEvent::SigningSet { signing })
                .in_channel(channel.id);
        let (registry, id, name) = (self.clone(), channel.id, channel.name.to_string());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let before = tx.channel(id).await?.map(|channel| channel.signing);
                let unsigned = tx.count_without_publisher(id).await?;
                match (before, signing) {
                    (_, Signing::Publisher) => {
                        let has_keys = tx.publisher_keys().await?.iter().any(|key| key.channel == id);
                        may_be_signed_by_publishers(&name, has_keys, unsigned)?;
                    }
                    (Some(Signing::Publisher), Signing::Server) => {
                        may_be_signed_after_publishers(&name, unsigned)?
                    }
                    (_, Signing::Server | Signing::Off) => {}
                }
                tx.set_channel_signing(id, signing).await?;
                for subdir in tx.subdirs(id).await? {
                    match signing {
                        Signing::Server => registry.schedule_signing_of(tx, subdir.id, now).await?,
                        Signing::Off | Signing::Publisher => {
                            registry.show(tx, &subdir, signing, None).await?
                        }
                    }
                }
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }

    /// From now on readers see these signatures in the subdir, of which every record that is published has one: with the
    /// server's, those of this key. All of it is published anew.
    pub(super) async fn show(
        &self,
        tx: &mut Tx,
        subdir: &SubdirRow,
        shown: Signing,
        key: Option<&KeyBytes>,
    ) -> Result<(), Error> {
        tx.set_shown(subdir.id, shown, key).await?;
        let serial = tx.change_all_shards(subdir.id).await?;
        // Until then the indexes still have signatures of the key before, which must be named so long.
        tx.put_setting(&switched_at(subdir.id), &serial.to_string()).await?;
        self.schedule_publication(tx, subdir, &JobKind::PUBLICATION).await
    }
}

fn may_be_signed_by_publishers(name: &str, has_keys: bool, unsigned: i64) -> Result<(), Error> {
    if !has_keys {
        return Err(Error::Invalid(format!("'{name}' has no publisher keys: add one first")));
    }
    if unsigned > 0 {
        return Err(Error::Invalid(format!(
            "'{name}' has {unsigned} packages that no publisher has signed, which nobody could install any more: begin \
             with an empty channel, or delete them"
        )));
    }
    Ok(())
}

/// The server signs only what a publisher has signed, as long as readers rely on publishers.
fn may_be_signed_after_publishers(name: &str, unsigned: i64) -> Result<(), Error> {
    if unsigned == 0 {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "'{name}' has {unsigned} packages that no publisher has signed, which are in no index: delete them, or take back that \
         they are yanked and upload them again with their signatures; or choose 'off' first, which shows them as they are"
    )))
}

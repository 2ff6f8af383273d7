//! Who signs the records of a channel.

use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_model::trust::Signing;
use bonded_model::{Channel, ChannelFormat};
use bonded_store::Change;

use crate::access::{Operate, Permit};
use crate::jobs::JobKind;
use crate::{Error, Registry};

impl Registry {
    /// Sets who signs the records of a conda channel, from now on and for those that are there.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a Python channel, and for publishers as signers as long as the channel has no publisher
    /// keys, or packages that none of them has signed.
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
                if signing == Signing::Publisher {
                    let has_keys = tx.publisher_keys().await?.iter().any(|key| key.channel == id);
                    let unsigned = tx.count_without_publisher(id).await?;
                    may_be_signed_by_publishers(&name, has_keys, unsigned)?;
                }
                tx.set_channel_signing(id, signing).await?;
                for subdir in tx.subdirs(id).await? {
                    if signing == Signing::Server {
                        registry.schedule_signing_of(tx, subdir.id, now).await?;
                    } else {
                        tx.set_package_key(subdir.id, None).await?;
                        tx.change_all_shards(subdir.id).await?;
                        registry.schedule_publication(tx, &subdir, &JobKind::PUBLICATION).await?;
                    }
                }
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
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

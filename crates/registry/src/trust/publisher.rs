//! Publishers' keys: they sign the records of a channel outside of the server.

use bonded_model::Channel;
use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_model::trust::{KeyBytes, PublisherKey, Signing};
use bonded_signing::PublicKey;
use bonded_store::Change;

use super::adopt::overtaken;
use super::state::bytes;
use crate::access::{Operate, Permit};
use crate::jobs::JobKind;
use crate::{Error, Registry};

/// The longest name of a key, in characters.
const LONGEST_NAME: usize = 64;

impl Registry {
    /// Lets a key sign the records of a conda channel whose publishers sign.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a Python channel or a name that cannot be shown, [`Error::Conflict`] when the channel has the
    /// key or one of this name.
    pub async fn add_publisher_key(
        &self,
        permit: &Permit<Operate>,
        channel: &Channel,
        key: &PublicKey,
        name: &str,
    ) -> Result<PublisherKey, Error> {
        if channel.format != bonded_model::ChannelFormat::Conda {
            return Err(Error::Invalid(format!("'{}' is not a conda channel", channel.name)));
        }
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(Error::Invalid(format!("a key's name has 1 to {LONGEST_NAME} printable characters")));
        }
        let trust = self.needed_trust().await?;
        let (now, key) = (self.clock.now(), bytes(key));
        if trust.package_keys.iter().any(|own| own.key == key) {
            return Err(Error::Invalid("this is the server's own key, which no publisher has".into()));
        }
        let added_by = permit.actor().principal().map(|principal| principal.user.id);
        let new = PublisherKey { channel: channel.id, key, name: name.to_owned(), added_by, added_at: now };
        let made = self.next_key_manager(
            &trust,
            trust.root.role(),
            trust.record_keys().into_iter().chain([key]),
            now,
        )?;
        let event = TrustEvent::PublisherKeyAdded { key, name: name.to_owned() };
        let entry = AuditEntry::new(now, permit.actor(), &self.local_origin(), event).in_channel(channel.id);
        let (row, taken) =
            (new.clone(), format!("'{}' has this key, or one that is called '{name}'", channel.name));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.insert_publisher_key(&row).await? {
                    return Err(Error::Conflict(taken));
                }
                if !tx.insert_trust_key_manager(&made).await? {
                    return Err(overtaken());
                }
                tx.audit(entry).await?;
                tx.announce(Change::Trust);
                Ok(())
            })
        });
        let written = write.await;
        self.trusting.forget();
        written.map(|()| new)
    }

    /// The publishers' keys of a channel, by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn publisher_keys(
        &self,
        _permit: &Permit<Operate>,
        channel: &Channel,
    ) -> Result<Vec<PublisherKey>, Error> {
        let keys = self.store.read().await?.publisher_keys().await?;
        Ok(keys.into_iter().filter(|key| key.channel == channel.id).collect())
    }

    /// Takes a key's right away. What it alone has signed would stand there without a valid signature, so it is refused
    /// unless the key is `compromised`: then those packages leave the index until another publisher signs them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the channel has no such key, [`Error::Conflict`] when packages depend on it.
    pub async fn remove_publisher_key(
        &self,
        permit: &Permit<Operate>,
        channel: &Channel,
        key: &PublicKey,
        compromised: bool,
    ) -> Result<(), Error> {
        let trust = self.needed_trust().await?;
        let (now, key, id) = (self.clock.now(), bytes(key), channel.id);
        let of_channel = |known: &&PublisherKey| known.channel == id && known.key == key;
        let missing = || Error::NotFound(format!("'{}' has no such publisher key", channel.name));
        let name = trust.publishers.iter().find(of_channel).ok_or_else(missing)?.name.clone();
        let made = self.next_key_manager(&trust, trust.root.role(), without(&trust, channel, key), now)?;
        let event = TrustEvent::PublisherKeyRemoved { key, name, compromised };
        let entry = AuditEntry::new(now, permit.actor(), &self.local_origin(), event).in_channel(id);
        let registry = self.clone();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let signing = tx.channel(id).await?.map(|channel| channel.signing);
                let shown = tx.subdirs(id).await?.iter().any(|subdir| subdir.shown == Signing::Publisher);
                if !compromised && (shown || signing == Some(Signing::Publisher)) {
                    let depending = tx.count_depending(id, &key).await?;
                    may_be_removed(depending)?;
                }
                tx.delete_publisher_key(id, &key).await?;
                if !tx.insert_trust_key_manager(&made).await? {
                    return Err(overtaken());
                }
                for subdir in tx.subdirs(id).await? {
                    tx.delete_signatures(subdir.id, &key).await?;
                    tx.change_all_shards(subdir.id).await?;
                    registry.schedule_publication(tx, &subdir, &JobKind::PUBLICATION).await?;
                }
                tx.audit(entry).await?;
                tx.announce(Change::Trust);
                Ok(())
            })
        });
        let written = write.await;
        self.trusting.forget();
        written
    }
}

/// All keys but this one of this channel; another channel may have it too.
fn without(trust: &super::Trust, channel: &Channel, key: KeyBytes) -> Vec<KeyBytes> {
    let own = trust.package_keys.iter().map(|own| own.key);
    let others = trust.publishers.iter().filter(|known| known.channel != channel.id || known.key != key);
    own.chain(others.map(|known| known.key)).collect()
}

fn may_be_removed(depending: i64) -> Result<(), Error> {
    if depending == 0 {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "{depending} packages are signed with this key alone: upload them again with another key's signature first, or \
         say that the key is compromised, which takes them out of the index"
    )))
}

//! Another package manager key, and the end of the one before.

use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_model::ids::{JobId, SubdirId};
use bonded_model::trust::{KeyBytes, Signing};
use bonded_model::{Actor, Timestamp};
use bonded_signing::PublicKey;
use bonded_store::{Change, Queries, Tx};

use super::KeyRole;
use super::adopt::overtaken;
use super::ended::end_keys;
use super::state::{Trust, bytes, public};
use crate::access::{Operate, Permit};
use crate::jobs::JobKind;
use crate::{Error, Registry};

impl Registry {
    /// Signs records with a new key from now on. The key manager names both keys until every subdir is published with
    /// the new one's signatures. If the old key is `compromised` it is dropped at once: until the records are signed
    /// anew, clients refuse them.
    ///
    /// # Errors
    /// [`Error::Conflict`] while an earlier change is not complete.
    pub async fn rotate_package_manager(
        &self,
        permit: &Permit<Operate>,
        compromised: bool,
    ) -> Result<KeyBytes, Error> {
        self.rotate_package_manager_to(permit, None, compromised).await
    }

    /// The same, with a key that was made ahead.
    ///
    /// # Errors
    /// As [`Registry::rotate_package_manager`]; [`Error::Invalid`] for a key that is not here, or that has signed before.
    pub async fn rotate_package_manager_to(
        &self,
        permit: &Permit<Operate>,
        prepared: Option<PublicKey>,
        compromised: bool,
    ) -> Result<KeyBytes, Error> {
        let trust = self.needed_trust().await?;
        if trust.package_keys.len() > 1 && !compromised {
            return Err(Error::Conflict(
                "the records are still being signed anew since the last change; wait until that is done"
                    .into(),
            ));
        }
        let now = self.clock.now();
        let keys = &self.trusting.keys;
        let signer = match prepared {
            None => keys.create(KeyRole::PackageManager, &self.random),
            Some(key) => {
                may_begin_to_sign(&trust, &key)?;
                keys.signer(KeyRole::PackageManager, &key)
            }
        };
        let key = bytes(&signer.map_err(Error::trust)?.public());
        let dropped: Vec<_> = trust.package_keys.iter().filter(|_| compromised).map(|key| key.key).collect();
        let kept = trust.record_keys().into_iter().filter(|key| !dropped.contains(key));
        let made = self.next_key_manager(&trust, trust.root.role(), kept.chain([key]), now)?;
        let event = TrustEvent::PackageManagerRotated { key, compromised };
        let entry = AuditEntry::new(now, permit.actor(), &self.local_origin(), event);
        let (registry, gone) = (self.clone(), dropped.clone());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.insert_trust_key_manager(&made).await? {
                    return Err(overtaken());
                }
                tx.replace_package_manager_key(now).await?;
                tx.insert_package_manager_key(&key, now).await?;
                for key in &gone {
                    tx.delete_package_manager_key(key).await?;
                }
                end_keys(tx, &of_packages(&gone)).await?;
                registry.schedule_signing(tx, now).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Trust);
                Ok(())
            })
        });
        let written = write.await;
        self.trusting.forget();
        // After any other failure the database may name the key all the same.
        if prepared.is_none() && matches!(written, Err(Error::Conflict(_))) {
            self.trusting.keys.destroy(KeyRole::PackageManager, &public(&key)).map_err(Error::trust)?;
        }
        written?;
        for key in &dropped {
            self.trusting.keys.destroy(KeyRole::PackageManager, &public(key)).map_err(Error::trust)?;
        }
        Ok(key)
    }

    /// Leaves a note for each subdir whose records the server signs.
    async fn schedule_signing(&self, tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
        let channels = tx.channels().await?;
        for subdir in tx.all_subdirs().await? {
            let channel = channels.iter().find(|channel| channel.id == subdir.channel);
            if channel.is_some_and(|channel| channel.signing == Signing::Server) {
                self.schedule_signing_of(tx, subdir.id, now).await?;
            }
        }
        Ok(())
    }

    /// Leaves a note that the records of a subdir have to be signed.
    pub(super) async fn schedule_signing_of(
        &self,
        tx: &mut Tx,
        subdir: SubdirId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = JobId::generate(now, &self.random);
        tx.schedule(id, JobKind::Sign.as_str(), &subdir.to_string(), now).await?;
        tx.announce(Change::Jobs);
        Ok(())
    }

    /// Drops the server's keys that were replaced, once no subdir is published with their signatures.
    pub(crate) async fn retire_keys(&self) -> Result<(), Error> {
        let Some(trust) = self.trust().await? else { return Ok(()) };
        let leaving: Vec<_> =
            trust.package_keys.iter().filter(|key| key.leaving_since.is_some()).map(|key| key.key).collect();
        if leaving.is_empty() || are_shown(&mut *self.store.snapshot().await?, &leaving).await? {
            return Ok(());
        }
        let now = self.clock.now();
        let kept = trust.record_keys().into_iter().filter(|key| !leaving.contains(key));
        let made = self.next_key_manager(&trust, trust.root.role(), kept, now)?;
        let (origin, gone) = (self.local_origin(), leaving.clone());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                // Somebody else was faster, or has begun something new.
                if are_shown(tx, &gone).await? || !tx.insert_trust_key_manager(&made).await? {
                    return Ok::<_, Error>(false);
                }
                end_keys(tx, &of_packages(&gone)).await?;
                for key in gone {
                    tx.delete_package_manager_key(&key).await?;
                    let event = TrustEvent::PackageManagerRetired { key };
                    tx.audit(AuditEntry::new(now, &Actor::Anonymous, &origin, event)).await?;
                }
                tx.announce(Change::Trust);
                Ok(true)
            })
        });
        let retired = write.await?;
        self.trusting.forget();
        if retired {
            self.clear_away_keys(&leaving).await?;
        }
        Ok(())
    }

    /// The secret halves and the signatures of keys that sign no more.
    async fn clear_away_keys(&self, keys: &[KeyBytes]) -> Result<(), Error> {
        let subdirs = self.store.read().await?.all_subdirs().await?;
        for &key in keys {
            self.trusting.keys.destroy(KeyRole::PackageManager, &public(&key)).map_err(Error::trust)?;
            for subdir in subdirs.iter().map(|subdir| subdir.id) {
                let write = self
                    .store
                    .write(move |tx| Box::pin(async move { tx.delete_signatures(subdir, &key).await }));
                write.await?;
            }
        }
        Ok(())
    }
}

/// Whether readers can see signatures by one of these keys: in a subdir that names it, or in an index that was made before
/// the subdir named another.
async fn are_shown(queries: &mut Queries, keys: &[KeyBytes]) -> Result<bool, Error> {
    for subdir in queries.all_subdirs().await? {
        let switched = queries.setting(&switched_at(subdir.id)).await?;
        let serial = switched.and_then(|serial| serial.parse::<i64>().ok()).unwrap_or_default();
        let published = [subdir.shards.map(|shards| shards.serial), subdir.repodata.map(|full| full.serial)];
        let is_older = published.into_iter().flatten().any(|published| published < serial);
        // A shard that is held back still shows what it was published with.
        let is_behind = serial > 0 && !queries.stale_shards(subdir.id, 1).await?.is_empty();
        if is_older || is_behind || subdir.package_key.is_some_and(|key| keys.contains(&key)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A key that signs or has signed is not begun with again.
fn may_begin_to_sign(trust: &Trust, key: &PublicKey) -> Result<(), Error> {
    let signs = trust.package_keys.iter().any(|own| own.key == bytes(key));
    if signs || trust.ended.contains(&(KeyRole::PackageManager, *key)) {
        return Err(Error::Invalid(format!(
            "the key {key} signs packages already, or did so: make another one"
        )));
    }
    Ok(())
}

fn of_packages(keys: &[KeyBytes]) -> Vec<(KeyRole, PublicKey)> {
    keys.iter().map(|key| (KeyRole::PackageManager, public(key))).collect()
}

/// The setting that holds the subdir's serial at which it began to show another key's signatures.
pub(super) fn switched_at(subdir: SubdirId) -> String {
    format!("trust.switched.{subdir}")
}

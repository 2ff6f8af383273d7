//! Documents that would end are made anew in time.

use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_model::{Actor, Timestamp};
use bonded_signing::TrustedRoot;
use bonded_store::Change;
use chrono::TimeDelta;

use super::KeyRole;
use super::adopt::overtaken;
use super::documents::development_root;
use super::state::Trust;
use crate::access::{Operate, Permit};
use crate::{Error, Registry};

/// A root that ends sooner is warned of, everywhere: people have to meet for the next one.
pub const ROOT_WARNING: TimeDelta = TimeDelta::days(60);
/// A development root that ends sooner is followed by the next one, before anybody is warned of it.
const DEVELOPMENT_RENEWAL: TimeDelta = TimeDelta::days(61);

impl Registry {
    /// Makes the key manager document anew once half of its time is over, and a development root before it ends. Does
    /// nothing when nothing is due.
    ///
    /// # Errors
    /// When a key is missing, or database or disk fail.
    pub async fn renew_trust(&self) -> Result<(), Error> {
        let Some(trust) = self.trust().await? else { return Ok(()) };
        let now = self.clock.now();
        self.renew_development_root(&trust, now).await?;
        let trust = self.needed_trust().await?;
        let row = &trust.key_manager_row;
        if now - row.made_at >= (row.expires_at - row.made_at) / 2 {
            // Another server may have been faster: then it is renewed.
            let version = trust.key_manager.version() + 1;
            self.renew_key_manager(&Actor::Anonymous, &trust, version, now).await?;
        }
        Ok(())
    }

    /// Makes the key manager document anew now; its version. If the database was `restored` from a backup, clients may have
    /// seen versions that it knows nothing of, and refuse older ones. So the new version is the time in seconds since 1970:
    /// greater than any that was counted.
    ///
    /// # Errors
    /// [`Error::NotFound`] before the first root, [`Error::Conflict`] when somebody else changes the keys, [`Error::Invalid`]
    /// when a key is missing.
    pub async fn renew_key_manager_now(
        &self,
        permit: &Permit<Operate>,
        restored: bool,
    ) -> Result<u64, Error> {
        let (trust, now) = (self.needed_trust().await?, self.clock.now());
        let next = trust.key_manager.version() + 1;
        let version = match restored {
            true => next.max(u64::try_from(now.timestamp()).unwrap_or_default()),
            false => next,
        };
        match self.renew_key_manager(permit.actor(), &trust, version, now).await? {
            true => Ok(version),
            false => Err(overtaken()),
        }
    }

    /// False when there is a document that this one does not know of: it may name another key.
    async fn renew_key_manager(
        &self,
        actor: &Actor,
        trust: &Trust,
        version: u64,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let made = self.key_manager_of(version, trust.root.role(), trust.record_keys(), now)?;
        let before = trust.key_manager_row.version;
        let entry =
            AuditEntry::new(now, actor, &self.local_origin(), TrustEvent::KeyManagerRenewed { version });
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let newest = tx.trust_key_manager().await?.map(|newest| newest.version);
                let is_new = newest == Some(before) && tx.insert_trust_key_manager(&made).await?;
                if is_new {
                    tx.audit(entry).await?;
                    tx.announce(Change::Trust);
                }
                Ok::<_, Error>(is_new)
            })
        });
        let is_new = write.await?;
        self.trusting.forget();
        Ok(is_new)
    }

    /// Clients follow from one development root to the next, as they follow from the last one to that of a ceremony.
    async fn renew_development_root(&self, trust: &Trust, now: Timestamp) -> Result<(), Error> {
        let left = trust.root.role().expiration - now;
        let Some(key) = trust.development else {
            let (version, expires_at) = (trust.root.version(), trust.root.role().expiration);
            if left <= TimeDelta::zero() {
                tracing::error!(version, %expires_at, "the root has ended, and clients refuse everything: sign its successor and adopt it");
            } else if left < ROOT_WARNING {
                tracing::warn!(version, %expires_at, "the root ends soon: sign its successor and adopt it");
            }
            return Ok(());
        };
        if left >= DEVELOPMENT_RENEWAL {
            return Ok(());
        }
        let signer = self.trusting.keys.signer(KeyRole::Root, &key).map_err(Error::trust)?;
        let manager = self.key_manager_signer(trust.root.role())?.public();
        let version = trust.root.version() + 1;
        let row = development_root(&signer, version, manager, now)?;
        let next: TrustedRoot = trust.root.update(row.body.as_bytes()).map_err(Error::internal)?;
        let fingerprint = next.fingerprint().compact();
        let event = TrustEvent::RootAdopted { version, fingerprint, development: true };
        let entry = AuditEntry::new(now, &Actor::Anonymous, &self.local_origin(), event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                // The one before may have been forgotten meanwhile, or another server was faster.
                let newest = tx.trust_roots().await?.last().map(|newest| newest.version);
                if newest == Some(row.version - 1) && tx.insert_trust_root(&row).await? {
                    tx.audit(entry).await?;
                    tx.announce(Change::Trust);
                }
                Ok::<_, Error>(())
            })
        });
        write.await?;
        self.trusting.forget();
        Ok(())
    }
}

//! Keys that are made ahead: a key manager's, for a root that is made before the first start, or after the key was stolen
//! or lost; a package manager's, to be copied to other servers before any of them signs with it.

use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_signing::PublicKey;

use super::KeyRole;
use super::state::bytes;
use crate::access::{Operate, Permit};
use crate::{Error, Registry};

impl Registry {
    /// Makes a key that signs key managers as soon as a root names it. The one that is there signs until then.
    ///
    /// # Errors
    /// When disk or database fail.
    pub async fn new_key_manager_key(&self, permit: &Permit<Operate>) -> Result<PublicKey, Error> {
        let key = self.new_key(KeyRole::KeyManager)?;
        self.note_key(permit, TrustEvent::KeyManagerKeyCreated { key: bytes(&key) }).await?;
        Ok(key)
    }

    /// Makes a key that signs records as soon as the package manager's key is rotated to it.
    ///
    /// # Errors
    /// When disk or database fail.
    pub async fn new_package_manager_key(&self, permit: &Permit<Operate>) -> Result<PublicKey, Error> {
        let key = self.new_key(KeyRole::PackageManager)?;
        self.note_key(permit, TrustEvent::PackageManagerKeyCreated { key: bytes(&key) }).await?;
        Ok(key)
    }

    fn new_key(&self, role: KeyRole) -> Result<PublicKey, Error> {
        Ok(self.trusting.keys.create(role, &self.random).map_err(Error::trust)?.public())
    }

    async fn note_key(&self, permit: &Permit<Operate>, event: TrustEvent) -> Result<(), Error> {
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), &self.local_origin(), event);
        let write = self.store.write(move |tx| Box::pin(async move { tx.audit(entry).await.map(drop) }));
        Ok(write.await?)
    }
}

//! Another key manager's key: for a root that is made before the first start, or after the key was stolen or lost.

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
        let signer = self.trusting.keys.create(KeyRole::KeyManager, &self.random).map_err(Error::trust)?;
        let key = signer.public();
        let event = TrustEvent::KeyManagerKeyCreated { key: bytes(&key) };
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), &self.local_origin(), event);
        self.store.write(move |tx| Box::pin(async move { tx.audit(entry).await.map(drop) })).await?;
        Ok(key)
    }
}

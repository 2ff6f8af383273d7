//! Taking over a root that was signed offline.

use bonded_model::Timestamp;
use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_signing::{Envelope, RootRole};
use bonded_store::Change;

use super::KeyRole;
use super::documents::root_row;
use super::ended::end_keys;
use super::state::{DEVELOPMENT_ROOT, Trust};
use crate::access::{Operate, Permit};
use crate::{Error, Registry};

/// A root that was taken over.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Adopted {
    /// Its version.
    pub version: u64,
    /// Its fingerprint, in groups.
    pub fingerprint: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it replaced a development root, whose key is destroyed now.
    pub ended_development: bool,
}

impl Registry {
    /// Installs the successor of the present root. A development root signs its successor here, and its key is destroyed
    /// then: whoever trusts it follows to the new one. Where there is no root yet, installs the first one. The key
    /// manager's keys that the root names no more are destroyed too.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the document does not follow from the present root, or does not name the server's key
    /// manager key: clients would refuse everything that the server signs.
    pub async fn adopt_root(&self, permit: &Permit<Operate>, document: &[u8]) -> Result<Adopted, Error> {
        let (now, invalid) =
            (self.clock.now(), |cause: &dyn std::fmt::Display| Error::Invalid(cause.to_string()));
        let mut envelope = Envelope::parse(document).map_err(|cause| invalid(&cause))?;
        let role = RootRole::read(&envelope).map_err(|cause| invalid(&cause))?;
        let Some(trust) = self.trust().await? else {
            return self.adopt_first(permit, &envelope, &role).await;
        };
        self.sign_successor(&trust, &role, &mut envelope, now)?;
        let row = root_row(role.version, &envelope, now)?;
        let next = trust.root.update(row.body.as_bytes()).map_err(|cause| invalid(&cause))?;
        if next.is_expired(now) {
            return Err(Error::Invalid(format!("root {} ended at {}", role.version, role.expiration)));
        }
        let made = self.next_key_manager(&trust, &role, trust.record_keys(), now)?;
        let fingerprint = next.fingerprint();
        let event = TrustEvent::RootAdopted {
            version: role.version,
            fingerprint: fingerprint.compact(),
            development: false,
        };
        let entry = AuditEntry::new(now, permit.actor(), &self.local_origin(), event);
        let mut ended = trust.left_out_by(&role);
        ended.extend(trust.development.map(|key| (KeyRole::Root, key)));
        let gone = ended.clone();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.insert_trust_root(&row).await? || !tx.insert_trust_key_manager(&made).await? {
                    return Err(overtaken());
                }
                tx.put_setting(DEVELOPMENT_ROOT, "").await?;
                end_keys(tx, &gone).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Trust);
                Ok(())
            })
        });
        write.await?;
        self.trusting.forget();
        for (role, key) in &ended {
            self.trusting.keys.destroy(*role, key).map_err(Error::trust)?;
        }
        if trust.development.is_some() {
            tracing::info!(
                version = next.version(),
                "the development root was replaced, and its key is destroyed"
            );
        }
        Ok(Adopted {
            version: role.version,
            fingerprint: fingerprint.to_string(),
            expires_at: role.expiration,
            ended_development: trust.development.is_some(),
        })
    }

    /// The development root's part: it signs the very next root, whoever made that.
    fn sign_successor(
        &self,
        trust: &Trust,
        next: &RootRole,
        envelope: &mut Envelope,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(key) = trust.development else { return Ok(()) };
        if next.root.pubkeys().contains(&key) {
            return Err(Error::Invalid(
                "the root still names the development root's key, which is on the server: make a root without it"
                    .into(),
            ));
        }
        self.trusting.keys.signer(KeyRole::Root, &key).map_err(Error::trust)?.root(envelope, now);
        Ok(())
    }
}

/// Two changes of documents at the same moment.
pub(super) fn overtaken() -> Error {
    Error::Conflict("somebody changed the keys at the same moment; look at them and try again".into())
}

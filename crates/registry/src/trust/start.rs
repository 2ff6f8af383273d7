//! The start of a server: its keys chain to the newest root, or it makes a root of its own, or it does not start.

use bonded_model::Timestamp;
use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_model::trust::{PublisherKey, TrustKeyManager, TrustRoot};
use bonded_signing::{Envelope, PublicKey, RootRole, TrustedRoot};
use bonded_store::Change;

use super::KeyRole;
use super::adopt::{Adopted, overtaken};
use super::documents::{development_root, key_manager, root_row};
use super::state::{DEVELOPMENT_ROOT, Trust, bytes, public};
use crate::access::{Operate, Permit};
use crate::{Error, Registry};

/// What a server tells about its root when it starts.
#[derive(Clone, Debug)]
pub struct TrustStart {
    /// Whether the root's key is on this server: there was no ceremony yet.
    pub development: bool,
    /// The version of the newest root.
    pub version: u64,
    /// Its fingerprint, in groups.
    pub fingerprint: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// The documents of a first root, and the keys that were made for them.
struct First {
    root: TrustRoot,
    key_manager: TrustKeyManager,
    /// The key of a development root.
    development: Option<PublicKey>,
    package_key: PublicKey,
    /// What is destroyed where another server was faster.
    made: Vec<(KeyRole, PublicKey)>,
}

impl Registry {
    /// Makes a development root if there is no root, and otherwise checks that the server's keys chain to the newest
    /// one. Of several servers that start at once, one makes the root.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the keys do not chain; the text says what to do.
    pub async fn set_up_trust(&self, permit: &Permit<Operate>) -> Result<TrustStart, Error> {
        if self.trust().await?.is_none() {
            self.make_development_root(permit).await?;
        }
        let trust = self.needed_trust().await?;
        self.check_keys(&trust)?;
        self.renew_trust().await?;
        let trust = self.needed_trust().await?;
        Ok(TrustStart {
            development: trust.development.is_some(),
            version: trust.root.version(),
            fingerprint: trust.root.fingerprint().to_string(),
            expires_at: trust.root.role().expiration,
        })
    }

    /// Gives up all documents and the server's keys, because these are lost. The next start makes a new development root,
    /// which clients have to pin. What is published stays as it is until all of it is signed with a new key.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn forget_trust(&self, permit: &Permit<Operate>) -> Result<(), Error> {
        let now = self.clock.now();
        let entry = AuditEntry::new(now, permit.actor(), &self.local_origin(), TrustEvent::TrustForgotten);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.forget_trust().await?;
                tx.audit(entry).await?;
                tx.announce(Change::Everything);
                Ok(())
            })
        });
        write.await
    }

    fn check_keys(&self, trust: &Trust) -> Result<(), Error> {
        self.key_manager_signer(trust.root.role())?;
        if let Some(key) = &trust.development {
            self.trusting.keys.signer(KeyRole::Root, key).map_err(Error::trust)?;
        }
        for key in &trust.package_keys {
            self.trusting.keys.signer(KeyRole::PackageManager, &public(&key.key)).map_err(Error::trust)?;
        }
        check_named(trust)
    }

    async fn make_development_root(&self, permit: &Permit<Operate>) -> Result<(), Error> {
        let publishers = self.store.read().await?.publisher_keys().await?;
        let first = self
            .first(&publishers)
            .map_err(|error| Error::internal(format!("no root could be made: {error}")))?;
        // Another server may have been faster: then what is in the database is its own.
        self.install_first(permit, first).await.map(drop)
    }

    /// Installs a root that was signed offline as the first one of all.
    pub(super) async fn adopt_first(
        &self,
        permit: &Permit<Operate>,
        envelope: &Envelope,
        role: &RootRole,
    ) -> Result<Adopted, Error> {
        let now = self.clock.now();
        if role.version != 1 {
            return Err(Error::Invalid(format!(
                "there is no root here yet, so the first one is root 1, and this is root {}",
                role.version
            )));
        }
        let root = root_row(1, envelope, now)?;
        let pinned = TrustedRoot::pin(root.body.as_bytes(), None);
        let pinned = pinned.map_err(|cause| Error::Invalid(cause.to_string()))?;
        if pinned.is_expired(now) {
            return Err(Error::Invalid(format!("root 1 ended at {}", role.expiration)));
        }
        let manager = self.key_manager_signer(role)?;
        let publishers = self.store.read().await?.publisher_keys().await?;
        let package =
            self.trusting.keys.create(KeyRole::PackageManager, &self.random).map_err(Error::trust)?;
        let keys = publishers.iter().map(|publisher| public(&publisher.key)).chain([package.public()]);
        let first = First {
            root,
            key_manager: key_manager(&manager, 1, keys, now)?,
            development: None,
            package_key: package.public(),
            made: vec![(KeyRole::PackageManager, package.public())],
        };
        if !self.install_first(permit, first).await? {
            return Err(overtaken());
        }
        Ok(Adopted {
            version: 1,
            fingerprint: pinned.fingerprint().to_string(),
            expires_at: role.expiration,
            ended_development: false,
        })
    }

    /// Whether it is the first one; otherwise the keys that were made for it are gone.
    async fn install_first(&self, permit: &Permit<Operate>, first: First) -> Result<bool, Error> {
        let installed = self.store_first(permit, &first).await?;
        self.trusting.forget();
        if !installed {
            for (role, key) in &first.made {
                self.trusting.keys.destroy(*role, key).map_err(Error::trust)?;
            }
        }
        Ok(installed)
    }

    /// Publishers may have keys from before: everything else was given up once, because it was lost.
    fn first(&self, publishers: &[PublisherKey]) -> Result<First, Error> {
        let now = self.clock.now();
        let create = |role| self.trusting.keys.create(role, &self.random).map_err(Error::trust);
        let root_signer = create(KeyRole::Root)?;
        let manager = create(KeyRole::KeyManager)?;
        let package = create(KeyRole::PackageManager)?;
        let keys = publishers.iter().map(|publisher| public(&publisher.key)).chain([package.public()]);
        Ok(First {
            root: development_root(&root_signer, 1, manager.public(), now)?,
            key_manager: key_manager(&manager, 1, keys, now)?,
            development: Some(root_signer.public()),
            package_key: package.public(),
            made: vec![
                (KeyRole::Root, root_signer.public()),
                (KeyRole::KeyManager, manager.public()),
                (KeyRole::PackageManager, package.public()),
            ],
        })
    }

    async fn store_first(&self, permit: &Permit<Operate>, first: &First) -> Result<bool, Error> {
        let root = TrustedRoot::pin(first.root.body.as_bytes(), None).map_err(Error::internal)?;
        let event = TrustEvent::RootAdopted {
            version: 1,
            fingerprint: root.fingerprint().compact(),
            development: first.development.is_some(),
        };
        let entry = AuditEntry::new(first.root.installed_at, permit.actor(), &self.local_origin(), event);
        let (root, made) = (first.root.clone(), first.key_manager.clone());
        let development = first.development.map(|key| key.to_string()).unwrap_or_default();
        let package_key = bytes(&first.package_key);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.trust_roots().await?.is_empty() {
                    return Ok(false);
                }
                tx.insert_trust_root(&root).await?;
                tx.put_setting(DEVELOPMENT_ROOT, &development).await?;
                tx.insert_trust_key_manager(&made).await?;
                tx.insert_package_manager_key(&package_key, made.made_at).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Trust);
                Ok::<_, Error>(true)
            })
        });
        write.await
    }
}

/// Every change of keys makes the document that names them in the same transaction, so one that misses a key is older than the
/// rest of the database, and clients would refuse all that the key signs.
fn check_named(trust: &Trust) -> Result<(), Error> {
    let Some(missing) = trust.record_keys().into_iter().find(|key| !trust.names(key)) else { return Ok(()) };
    let version = trust.key_manager.version();
    Err(Error::Invalid(format!(
        "key_mgr.json {version} does not name the key {missing}, with which records of this registry are signed: the database \
         was changed, or restored in parts. Restore a whole backup; or look whether 'bonded trust keys' shows these keys \
         alone that should sign, and have the document made anew with 'bonded trust renew --restored'"
    )))
}

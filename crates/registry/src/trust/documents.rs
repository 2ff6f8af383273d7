//! The documents that the server makes: key managers, and the roots of its own while there was no ceremony.

use std::sync::Arc;

use bonded_model::Timestamp;
use bonded_model::trust::{KeyBytes, TrustKeyManager, TrustRoot};
use bonded_signing::{Delegation, Envelope, KeyManagerRole, PublicKey, RootRole};
use chrono::TimeDelta;

use super::state::{Trust, public};
use super::{KeyRole, Signer};
use crate::{Error, Registry};

/// How long a key manager document is good for.
const KEY_MANAGER_LIFE: TimeDelta = TimeDelta::days(31);
/// How long a development root is good for.
const DEVELOPMENT_LIFE: TimeDelta = TimeDelta::days(365);

/// A key manager document with these package manager keys, of which one has to sign.
pub(super) fn key_manager(
    signer: &Signer,
    version: u64,
    keys: impl IntoIterator<Item = PublicKey>,
    now: Timestamp,
) -> Result<TrustKeyManager, Error> {
    let role = KeyManagerRole {
        version,
        timestamp: now,
        expiration: now + KEY_MANAGER_LIFE,
        pkg_mgr: Delegation::new(keys, 1).map_err(Error::internal)?,
    };
    let mut document = role.to_envelope().map_err(Error::internal)?;
    signer.key_manager(&mut document);
    Ok(TrustKeyManager {
        version: i64::try_from(version).map_err(Error::internal)?,
        body: text(&document)?,
        made_at: now,
        expires_at: role.expiration,
    })
}

/// A root whose only key is the signer's.
pub(super) fn development_root(
    signer: &Signer,
    version: u64,
    key_manager: PublicKey,
    now: Timestamp,
) -> Result<TrustRoot, Error> {
    let role = RootRole {
        version,
        timestamp: now,
        expiration: now + DEVELOPMENT_LIFE,
        root: Delegation::new([signer.public()], 1).map_err(Error::internal)?,
        key_mgr: Delegation::new([key_manager], 1).map_err(Error::internal)?,
    };
    let mut document = role.to_envelope().map_err(Error::internal)?;
    signer.root(&mut document, now);
    root_row(version, &document, now)
}

/// A root as it is stored.
pub(super) fn root_row(version: u64, document: &Envelope, now: Timestamp) -> Result<TrustRoot, Error> {
    let version = i64::try_from(version).map_err(Error::internal)?;
    Ok(TrustRoot { version, body: text(document)?, installed_at: now })
}

fn text(document: &Envelope) -> Result<String, Error> {
    String::from_utf8(document.to_bytes().map_err(Error::internal)?).map_err(Error::internal)
}

impl Registry {
    /// The server's key that this root lets sign key managers.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is not here: then the server's keys do not chain to the root.
    pub(super) fn key_manager_signer(&self, root: &RootRole) -> Result<Arc<Signer>, Error> {
        let named = &root.key_mgr;
        if named.threshold() != 1 {
            return Err(Error::Invalid(format!(
                "root {} asks for {} signatures on the key manager, and the server has one key: sign a root that asks \
                 for one",
                root.version,
                named.threshold()
            )));
        }
        let keys = &self.trusting.keys;
        let Some(held) = named.pubkeys().iter().find(|key| keys.has(KeyRole::KeyManager, key)) else {
            let named: Vec<_> = named.pubkeys().iter().map(ToString::to_string).collect();
            return Err(Error::Invalid(format!(
                "root {} names the key manager key {}, whose secret half is not in the trust directory",
                root.version,
                named.join(" or ")
            )));
        };
        keys.signer(KeyRole::KeyManager, held).map_err(Error::trust)
    }

    /// The key manager that follows the present one, under this root and with these keys. Whoever stores it finds out
    /// whether another one came between: its version is taken then.
    pub(super) fn next_key_manager(
        &self,
        trust: &Trust,
        root: &RootRole,
        keys: impl IntoIterator<Item = KeyBytes>,
        now: Timestamp,
    ) -> Result<TrustKeyManager, Error> {
        self.key_manager_of(trust.key_manager.version() + 1, root, keys, now)
    }

    /// A key manager of this version, under this root and with these keys.
    pub(super) fn key_manager_of(
        &self,
        version: u64,
        root: &RootRole,
        keys: impl IntoIterator<Item = KeyBytes>,
        now: Timestamp,
    ) -> Result<TrustKeyManager, Error> {
        let signer = self.key_manager_signer(root)?;
        key_manager(&signer, version, keys.into_iter().map(|key| public(&key)), now)
    }
}

impl Trust {
    /// Every key that may sign records: the server's own and the publishers'.
    pub(super) fn record_keys(&self) -> Vec<KeyBytes> {
        let own = self.package_keys.iter().map(|key| key.key);
        own.chain(self.publishers.iter().map(|publisher| publisher.key)).collect()
    }
}

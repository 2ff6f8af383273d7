//! What everybody may read: the documents, and what they say.

use std::sync::Arc;

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, FileId};
use bonded_model::trust::{KeyBytes, RecordSigner, Signing};
use bonded_signing::{PublicKey, RootFilename};

use super::KeyRole;
use super::state::{InstalledRoot, bytes};
use crate::python::Page;
use crate::{Error, Registry};

/// The name of the key manager document.
const KEY_MANAGER: &str = "key_mgr.json";

/// A root that is or was installed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct RootSummary {
    /// Its version.
    pub version: u64,
    /// Its fingerprint, in groups.
    pub fingerprint: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was installed.
    pub installed_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Who signs roots.
    pub root_keys: Vec<KeyBytes>,
    /// How many of them have to.
    pub root_threshold: u32,
    /// Who signs key managers.
    pub key_manager_keys: Vec<KeyBytes>,
    /// How many of them have to.
    pub key_manager_threshold: u32,
}

/// A key that signs records.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SignerSummary {
    /// The key.
    pub key: KeyBytes,
    /// The name of a publisher's key; `None` for the server's own.
    pub name: Option<String>,
    /// The channel of a publisher's key.
    pub channel: Option<ChannelId>,
    /// Since when it is there.
    pub since: Timestamp,
    /// Since when it is being replaced.
    pub leaving_since: Option<Timestamp>,
}

/// All that the trust documents say.
#[derive(Clone, Debug, serde::Serialize)]
pub struct TrustSummary {
    /// Whether the newest root's key is on the server.
    pub development: bool,
    /// All roots, oldest first.
    pub roots: Vec<RootSummary>,
    /// Key managers' keys that are here and wait for a root that names them.
    pub waiting_key_managers: Vec<KeyBytes>,
    /// The version of the key manager document.
    pub key_manager_version: u64,
    /// When it ends; it is renewed before.
    pub key_manager_expires_at: Timestamp,
    /// Who signs records.
    pub signers: Vec<SignerSummary>,
    /// How many records still wait for the present key's signature.
    pub waiting: i64,
}

impl Registry {
    /// The trust document of this name, `key_mgr.json` or `N.root.json`. There is one set of them for the whole instance.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn trust_document(&self, name: &str) -> Result<Arc<Page>, Error> {
        let missing = || Error::NotFound("there is no such trust document".into());
        let trust = self.trust().await?.ok_or_else(missing)?;
        if name == KEY_MANAGER {
            return Ok(Arc::clone(&trust.key_manager_page));
        }
        let version = name.parse::<RootFilename>().map_err(|_| missing())?.version;
        trust.roots.get(&version).map(|root| Arc::clone(&root.page)).ok_or_else(missing)
    }

    /// What the trust documents say; `None` before the first root. They are public, so nobody has to be permitted.
    ///
    /// # Errors
    /// When the database fails, or holds documents that do not verify.
    pub async fn trust_summary(&self) -> Result<Option<TrustSummary>, Error> {
        let Some(trust) = self.trust().await? else { return Ok(None) };
        let own = trust.package_keys.iter().map(|key| SignerSummary {
            key: key.key,
            name: None,
            channel: None,
            since: key.made_at,
            leaving_since: key.leaving_since,
        });
        let publishers = trust.publishers.iter().map(|key| SignerSummary {
            key: key.key,
            name: Some(key.name.clone()),
            channel: Some(key.channel),
            since: key.added_at,
            leaving_since: None,
        });
        Ok(Some(TrustSummary {
            development: trust.development.is_some(),
            roots: trust.roots.values().map(root_summary).collect(),
            waiting_key_managers: self.waiting_key_managers().await?,
            key_manager_version: trust.key_manager.version(),
            key_manager_expires_at: trust.key_manager_row.expires_at,
            signers: own.chain(publishers).collect(),
            waiting: self.count_waiting(trust.present()).await?,
        }))
    }

    /// The key managers' keys that are here and that the newest root does not name.
    ///
    /// # Errors
    /// When database or disk fail.
    pub async fn waiting_key_managers(&self) -> Result<Vec<KeyBytes>, Error> {
        let trust = self.trust().await?;
        let held = self.trusting.keys.all(KeyRole::KeyManager).map_err(Error::trust)?;
        let is_named = |key: &PublicKey| {
            trust.as_ref().is_some_and(|trust| trust.root.role().key_mgr.pubkeys().contains(key))
        };
        Ok(held.iter().filter(|key| !is_named(key)).map(bytes).collect())
    }

    /// How many records wait for this key's signature, in channels that the server signs.
    async fn count_waiting(&self, present: Option<KeyBytes>) -> Result<i64, Error> {
        let Some(present) = present else { return Ok(0) };
        let mut reader = self.store.read().await?;
        let channels = reader.channels().await?;
        let mut waiting = 0;
        for subdir in reader.all_subdirs().await? {
            let channel = channels.iter().find(|channel| channel.id == subdir.channel);
            let signed = channel.is_some_and(|channel| channel.signing == Signing::Server);
            if signed && subdir.package_key != Some(present) {
                waiting += reader.count_unsigned(subdir.id, &present).await?;
            }
        }
        Ok(waiting)
    }

    /// Who signed a file's record, and when.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn signers_of(&self, file: FileId) -> Result<Vec<RecordSigner>, Error> {
        Ok(self.store.read().await?.signers_of(file).await?)
    }
}

pub(super) fn root_summary(installed: &InstalledRoot) -> RootSummary {
    let role = installed.root.role();
    RootSummary {
        version: role.version,
        fingerprint: installed.root.fingerprint().to_string(),
        made_at: role.timestamp,
        installed_at: installed.installed_at,
        expires_at: role.expiration,
        root_keys: role.root.pubkeys().iter().map(bytes).collect(),
        root_threshold: role.root.threshold(),
        key_manager_keys: role.key_mgr.pubkeys().iter().map(bytes).collect(),
        key_manager_threshold: role.key_mgr.threshold(),
    }
}

//! What is trusted now, as the database says it and the chain of signatures proves it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bonded_model::Timestamp;
use bonded_model::trust::{KeyBytes, PackageManagerKey, PublisherKey, TrustKeyManager, TrustRoot};
use bonded_signing::{KeyManagerError, PublicKey, RootError, TrustedKeyManager, TrustedRoot};
use bonded_store::Queries;

use super::KeyRole;
use super::ended::{ENDED_KEYS, ended_keys};
use crate::python::Page;
use crate::{Error, Registry};

/// A setting: the public key of the development root, while there is one; empty afterwards.
pub(super) const DEVELOPMENT_ROOT: &str = "trust.development-root";

/// A root that is or was installed.
pub(super) struct InstalledRoot {
    pub(super) root: TrustedRoot,
    pub(super) installed_at: Timestamp,
    pub(super) page: Arc<Page>,
}

/// What is trusted now. It exists only where the chain of signatures is whole.
pub(crate) struct Trust {
    /// By version; never empty.
    pub(super) roots: BTreeMap<u64, InstalledRoot>,
    /// The newest root.
    pub(super) root: TrustedRoot,
    pub(super) key_manager: TrustedKeyManager,
    pub(super) key_manager_row: TrustKeyManager,
    pub(super) key_manager_page: Arc<Page>,
    /// The server's own keys: the present one first.
    pub(super) package_keys: Vec<PackageManagerKey>,
    pub(super) publishers: Vec<PublisherKey>,
    /// The key of the development root, while there is one.
    pub(super) development: Option<PublicKey>,
    /// Keys that a change has ended.
    pub(super) ended: Vec<(KeyRole, PublicKey)>,
}

/// What the database holds is not what was signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokenTrust {
    /// A root does not follow from the one before it.
    #[error("the stored roots are damaged: {0}")]
    Root(#[from] RootError),
    /// The key manager does not follow from the root.
    #[error("the stored key manager is damaged: {0}")]
    KeyManager(#[from] KeyManagerError),
    /// There are roots and no key manager, or no key to sign with.
    #[error("there is a root, but no {0}")]
    Incomplete(&'static str),
}

impl Trust {
    /// Reads and checks everything; `None` before the first root.
    pub(super) async fn load(queries: &mut Queries) -> Result<Option<Self>, Error> {
        let roots = chain(queries.trust_roots().await?).map_err(Error::internal)?;
        let Some(root) = roots.last_key_value().map(|(_, newest)| newest.root.clone()) else {
            return Ok(None);
        };
        let missing = || Error::internal(BrokenTrust::Incomplete("key manager"));
        let row = queries.trust_key_manager().await?.ok_or_else(missing)?;
        // Whoever asks verifies the expiry; a server whose root has ended still publishes, and says so.
        let at = root.role().timestamp.min(row.made_at);
        let key_manager = TrustedKeyManager::verify(&root, row.body.as_bytes(), at, 0);
        let key_manager = key_manager.map_err(|cause| Error::internal(BrokenTrust::KeyManager(cause)))?;
        let package_keys = queries.package_manager_keys().await?;
        if package_keys.first().is_none_or(|key| key.leaving_since.is_some()) {
            return Err(Error::internal(BrokenTrust::Incomplete("package manager key")));
        }
        let development = queries.setting(DEVELOPMENT_ROOT).await?;
        let ended = queries.setting(ENDED_KEYS).await?;
        Ok(Some(Self {
            roots,
            root,
            key_manager,
            key_manager_page: page(&row.body),
            key_manager_row: row,
            package_keys,
            publishers: queries.publisher_keys().await?,
            development: development.and_then(|key| key.parse().ok()),
            ended: ended_keys(ended.as_deref()),
        }))
    }

    /// The key that signs records now.
    pub(super) fn present(&self) -> Option<KeyBytes> {
        self.package_keys.iter().find(|key| key.leaving_since.is_none()).map(|key| key.key)
    }

    /// Whether the key manager names the key.
    pub(super) fn names(&self, key: &KeyBytes) -> bool {
        self.key_manager.package_managers().pubkeys().contains(&public(key))
    }
}

/// The public key of these bytes.
pub(super) fn public(key: &KeyBytes) -> PublicKey {
    (*key.as_bytes()).into()
}

/// The bytes of this public key.
pub(super) fn bytes(key: &PublicKey) -> KeyBytes {
    (*key.as_bytes()).into()
}

fn page(body: &str) -> Arc<Page> {
    Arc::new(Page::new(body.as_bytes().to_vec(), "application/json"))
}

/// Checks each root by the one before it.
fn chain(rows: Vec<TrustRoot>) -> Result<BTreeMap<u64, InstalledRoot>, BrokenTrust> {
    let mut roots = BTreeMap::<u64, InstalledRoot>::new();
    for row in rows {
        let root = match roots.last_key_value() {
            None => TrustedRoot::pin(row.body.as_bytes(), None)?,
            Some((_, before)) => before.root.update(row.body.as_bytes())?,
        };
        let installed = InstalledRoot { page: page(&row.body), installed_at: row.installed_at, root };
        roots.insert(installed.root.version(), installed);
    }
    Ok(roots)
}

/// Remembers what is trusted until something changes.
#[derive(Default)]
pub(super) struct Remembered(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    changes: u64,
    trust: Option<Arc<Trust>>,
}

impl Remembered {
    pub(super) fn forget(&self) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.changes += 1;
        memory.trust = None;
    }

    fn get(&self) -> (Option<Arc<Trust>>, u64) {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (memory.trust.clone(), memory.changes)
    }

    /// Keeps what was loaded after `changes` were known, unless there were more since.
    fn keep(&self, trust: &Arc<Trust>, changes: u64) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.changes == changes {
            memory.trust = Some(Arc::clone(trust));
        }
    }
}

impl Registry {
    /// What is trusted now; `None` before the first server has started.
    pub(crate) async fn trust(&self) -> Result<Option<Arc<Trust>>, Error> {
        let (known, changes) = self.trusting.remembered.get();
        if known.is_some() {
            return Ok(known);
        }
        let mut snapshot = self.store.snapshot().await?;
        let Some(trust) = Trust::load(&mut snapshot).await?.map(Arc::new) else { return Ok(None) };
        trust.destroy_ended(&self.trusting.keys);
        self.trusting.remembered.keep(&trust, changes);
        Ok(Some(trust))
    }

    /// What is trusted now, for what needs it.
    pub(super) async fn needed_trust(&self) -> Result<Arc<Trust>, Error> {
        let missing = || Error::NotFound("there is no root yet: start the server once".into());
        self.trust().await?.ok_or_else(missing)
    }
}

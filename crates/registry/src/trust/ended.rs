//! Secret keys that must not come back: those that a change ended.
//!
//! The change writes their names down in its own transaction. Whoever reads what is trusted, at the start and after each
//! change, on every server, destroys what it finds of them: so a crash between the change and the end of a file, or
//! another server with a copy of the directory, leaves nothing behind. Files that no change has ended are never touched:
//! they may belong to another database, or wait for their root.

use std::collections::BTreeSet;

use bonded_signing::PublicKey;
use bonded_store::Tx;

use super::state::{Trust, bytes};
use super::{KeyRole, keys::TrustKeys};
use crate::Error;

/// A setting: the names of the ended keys' files, `ROLE-PUBLIC KEY`, with spaces between them.
pub(super) const ENDED_KEYS: &str = "trust.ended-keys";

/// Writes down that these keys have ended.
pub(super) async fn end_keys(tx: &mut Tx, keys: &[(KeyRole, PublicKey)]) -> Result<(), Error> {
    let known = tx.setting(ENDED_KEYS).await?.unwrap_or_default();
    let mut names: BTreeSet<String> = known.split_whitespace().map(str::to_owned).collect();
    names.extend(keys.iter().map(|(role, key)| format!("{role}-{key}")));
    Ok(tx.put_setting(ENDED_KEYS, &Vec::from_iter(names).join(" ")).await?)
}

fn parse(name: &str) -> Option<(KeyRole, PublicKey)> {
    let (role, key) = name.split_once('-')?;
    Some((role.parse().ok()?, key.parse().ok()?))
}

/// The keys of that setting. What cannot be read is left out: a newer version may have written it.
pub(super) fn ended_keys(setting: Option<&str>) -> Vec<(KeyRole, PublicKey)> {
    setting.unwrap_or_default().split_whitespace().filter_map(parse).collect()
}

impl Trust {
    /// Destroys what is left of keys that have ended, on disk and in memory, whatever the database says of those that
    /// are in use.
    pub(super) fn destroy_ended(&self, keys: &TrustKeys) {
        for (role, key) in self.ended.iter().filter(|(role, key)| !self.uses(*role, key)) {
            if let Err(cause) = keys.destroy(*role, key) {
                tracing::error!(%cause, "a secret key that has ended cannot be destroyed");
            }
        }
    }

    fn uses(&self, role: KeyRole, key: &PublicKey) -> bool {
        match role {
            KeyRole::Root => self.development.as_ref() == Some(key),
            KeyRole::KeyManager => self.root.role().key_mgr.pubkeys().contains(key),
            KeyRole::PackageManager => self.package_keys.iter().any(|own| own.key == bytes(key)),
        }
    }

    /// The key manager's keys that the next root names no more.
    pub(super) fn left_out_by(&self, next: &bonded_signing::RootRole) -> Vec<(KeyRole, PublicKey)> {
        let present = self.root.role().key_mgr.pubkeys();
        present.difference(next.key_mgr.pubkeys()).map(|key| (KeyRole::KeyManager, *key)).collect()
    }
}

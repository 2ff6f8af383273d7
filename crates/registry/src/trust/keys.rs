//! The server's secret keys: one file each, sealed under the instance key, named by role and public key.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bonded_factors::sealing::{InstanceKey, OpenError};
use bonded_model::Random;
use bonded_signing::{PublicKey, SigningKey};

use super::Signer;

/// What the keys are sealed for.
const SEAL: &str = "trust";

/// What a key signs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum KeyRole {
    /// Roots: only a development root's key is here.
    Root,
    /// Key manager documents.
    KeyManager,
    /// Records.
    PackageManager,
}

bonded_model::text_enum!(KeyRole { Root = "root", KeyManager = "key_mgr", PackageManager = "pkg_mgr" });

/// The directory of the server's secret keys.
pub(crate) struct TrustKeys {
    directory: PathBuf,
    instance: InstanceKey,
    opened: Mutex<HashMap<(KeyRole, PublicKey), Arc<Signer>>>,
}

/// A secret key cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// It is not there.
    #[error(
        "the secret key {0} is missing: copy the trust directory from the server that made it, or from a backup"
    )]
    Missing(PathBuf),
    /// It does not open.
    #[error("the secret key {path} cannot be read: {cause}")]
    Sealed {
        /// Its file.
        path: PathBuf,
        /// Why.
        cause: OpenError,
    },
    /// The file holds the key of another name.
    #[error("the file {0} does not hold the key that it is named after; restore it from a backup")]
    Other(PathBuf),
    /// The server could not read what this process makes.
    #[error(
        "the trust directory {directory} belongs to the user with the number {owner}, as whom the server runs: run this \
         command as that user, or the server cannot read the new key"
    )]
    OtherUser {
        /// The directory.
        directory: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// The file system.
    #[error("the secret key {path} cannot be accessed: {cause}")]
    Io {
        /// Its file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl TrustKeys {
    pub(super) fn new(directory: PathBuf, instance: InstanceKey) -> Self {
        Self { directory, instance, opened: Mutex::default() }
    }

    /// Makes a key, on disk before anybody can learn of it.
    pub(super) fn create(&self, role: KeyRole, random: &Random) -> Result<Arc<Signer>, KeyError> {
        let key = SigningKey::generate(random);
        let path = self.path(role, &key.public());
        let sealed = self.instance.seal(SEAL, context(role, &key.public()).as_bytes(), &*key.seed(), random);
        let mut file = self.new_file(&path)?;
        let written =
            file.write_all(&sealed).and_then(|()| file.sync_all()).and_then(|()| sync(&self.directory));
        written.map_err(|cause| KeyError::Io { path, cause })?;
        Ok(self.keep(role, key))
    }

    /// The key with this public half.
    pub(super) fn signer(&self, role: KeyRole, public: &PublicKey) -> Result<Arc<Signer>, KeyError> {
        let opened =
            self.opened.lock().unwrap_or_else(PoisonError::into_inner).get(&(role, *public)).cloned();
        match opened {
            Some(signer) => Ok(signer),
            None => self.open(role, public),
        }
    }

    fn open(&self, role: KeyRole, public: &PublicKey) -> Result<Arc<Signer>, KeyError> {
        let path = self.path(role, public);
        let sealed = match fs::read(&path) {
            Ok(sealed) => sealed,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(KeyError::Missing(path)),
            Err(cause) => return Err(KeyError::Io { path, cause }),
        };
        let seed = self.instance.open(SEAL, context(role, public).as_bytes(), &sealed);
        let seed = match seed {
            Ok(seed) => seed,
            Err(cause) => return Err(KeyError::Sealed { path, cause }),
        };
        let key = <&[u8; 32]>::try_from(seed.as_slice()).map(SigningKey::from_seed);
        match key {
            Ok(key) if key.public() == *public => Ok(self.keep(role, key)),
            _ => Err(KeyError::Other(path)),
        }
    }

    /// The public halves of all keys of a role that are here.
    pub(super) fn all(&self, role: KeyRole) -> Result<Vec<PublicKey>, KeyError> {
        let names = fs::read_dir(&self.directory).and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>()
        });
        let names = match names {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Vec::new(),
            names => names.map_err(|cause| KeyError::Io { path: self.directory.clone(), cause })?,
        };
        let prefix = format!("{role}-");
        let public = |name: &OsString| {
            name.to_str()?.strip_prefix(&prefix)?.strip_suffix(".key")?.parse::<PublicKey>().ok()
        };
        Ok(names.iter().filter_map(public).collect())
    }

    /// Whether the key is here.
    pub(super) fn has(&self, role: KeyRole, public: &PublicKey) -> bool {
        self.path(role, public).exists()
    }

    /// Removes a key. One that is gone already is no error.
    pub(super) fn destroy(&self, role: KeyRole, public: &PublicKey) -> Result<(), KeyError> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).remove(&(role, *public));
        let path = self.path(role, public);
        match fs::remove_file(&path).and_then(|()| sync(&self.directory)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(KeyError::Io { path, cause }),
            _ => Ok(()),
        }
    }

    fn keep(&self, role: KeyRole, key: SigningKey) -> Arc<Signer> {
        let (public, signer) = (key.public(), Arc::new(Signer::File(key)));
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(opened.entry((role, public)).or_insert(signer))
    }

    fn path(&self, role: KeyRole, public: &PublicKey) -> PathBuf {
        self.directory.join(format!("{role}-{public}.key"))
    }

    /// A file for its owner alone, whom the directory belongs to as well.
    fn new_file(&self, path: &Path) -> Result<File, KeyError> {
        let made = || -> io::Result<(File, bool, u32)> {
            DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            let owner = fs::metadata(&self.directory)?.uid();
            let is_same = file.metadata()?.uid() == owner;
            if !is_same {
                fs::remove_file(path)?;
            }
            Ok((file, is_same, owner))
        };
        match made() {
            Ok((file, true, _)) => Ok(file),
            Ok((_, false, owner)) => Err(KeyError::OtherUser { directory: self.directory.clone(), owner }),
            Err(cause) => Err(KeyError::Io { path: path.to_owned(), cause }),
        }
    }
}

/// What a file is sealed to: it opens under no other name.
fn context(role: KeyRole, public: &PublicKey) -> String {
    format!("{role} {public}")
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn keys(directory: &Path, seed: u64) -> TrustKeys {
        TrustKeys::new(directory.join("trust"), InstanceKey::generate(&Random::seeded(seed)))
    }

    #[test]
    fn a_key_comes_back_from_its_file_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let made = keys(directory.path(), 1).create(KeyRole::PackageManager, &Random::seeded(5)).unwrap();
        let again = keys(directory.path(), 1);
        let read = again.signer(KeyRole::PackageManager, &made.public()).unwrap();
        assert_eq!(read.public(), made.public());
        let path = again.path(KeyRole::PackageManager, &made.public());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        again.destroy(KeyRole::PackageManager, &made.public()).unwrap();
        again.destroy(KeyRole::PackageManager, &made.public()).unwrap();
        let gone = again.signer(KeyRole::PackageManager, &made.public());
        assert!(matches!(gone, Err(KeyError::Missing(_))), "{gone:?}");
    }

    #[test]
    fn a_key_that_the_server_could_not_read_is_not_made() {
        let directory = tempfile::tempdir().unwrap();
        let keys = keys(directory.path(), 1);
        keys.create(KeyRole::PackageManager, &Random::seeded(5)).unwrap();
        let (trust, elsewhere) = (directory.path().join("trust"), directory.path().join("elsewhere"));
        // Only root can give a directory away. Everybody else has one at hand that belongs to root, and that they can write to.
        let other = match std::os::unix::fs::chown(&trust, Some(4_321), None) {
            Ok(()) => 4_321,
            Err(_) => {
                fs::rename(&trust, elsewhere).unwrap();
                std::os::unix::fs::symlink("/tmp", &trust).unwrap();
                0
            }
        };
        let before = keys.all(KeyRole::PackageManager).unwrap();
        let refused = keys.create(KeyRole::PackageManager, &Random::seeded(6));
        assert!(matches!(refused, Err(KeyError::OtherUser { owner, .. }) if owner == other), "{refused:?}");
        assert_eq!(keys.all(KeyRole::PackageManager).unwrap(), before);
        assert!(keys.all(KeyRole::Root).unwrap().is_empty());
    }

    #[test]
    fn a_key_opens_neither_under_another_instance_key_nor_in_another_role() {
        let directory = tempfile::tempdir().unwrap();
        let own = keys(directory.path(), 1);
        let made = own.create(KeyRole::PackageManager, &Random::seeded(5)).unwrap().public();
        let other = keys(directory.path(), 2).signer(KeyRole::PackageManager, &made);
        assert!(matches!(other, Err(KeyError::Sealed { .. })), "{other:?}");
        fs::copy(own.path(KeyRole::PackageManager, &made), own.path(KeyRole::Root, &made)).unwrap();
        let moved = own.signer(KeyRole::Root, &made);
        assert!(matches!(moved, Err(KeyError::Sealed { .. })), "{moved:?}");
    }
}

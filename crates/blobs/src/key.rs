//! How blobs are named: by what they are and by the SHA-256 of their bytes.

use std::fmt;

use bonded_model::Sha256;

/// What a blob is. Each kind has its own place, so that one can be listed and collected without the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlobKind {
    /// An uploaded archive, or the metadata file that was read out of one. Kept as long as a row names it.
    File,
    /// A generated index file or shard. Can be rendered again from the database.
    Index,
}

impl BlobKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::File, Self::Index];

    /// The directory, or key prefix, that holds the blobs of this kind.
    pub const fn directory(self) -> &'static str {
        match self {
            Self::File => "files",
            Self::Index => "indexes",
        }
    }

    /// The key of the blob of this kind with these contents.
    pub const fn key(self, sha256: Sha256) -> StorageKey {
        match self {
            Self::File => StorageKey::File(sha256),
            Self::Index => StorageKey::Index(sha256),
        }
    }
}

/// The name of one blob. It says everything about the bytes, so a blob never changes: it appears, and later it is
/// collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StorageKey {
    /// See [`BlobKind::File`].
    File(Sha256),
    /// See [`BlobKind::Index`].
    Index(Sha256),
}

impl StorageKey {
    /// What the blob is.
    pub const fn kind(&self) -> BlobKind {
        match self {
            Self::File(_) => BlobKind::File,
            Self::Index(_) => BlobKind::Index,
        }
    }

    /// The digest of the blob's bytes.
    pub const fn sha256(&self) -> &Sha256 {
        match self {
            Self::File(sha256) | Self::Index(sha256) => sha256,
        }
    }

    /// Where the blob lives below the root directory or bucket prefix: `files/ab/abcd…`.
    ///
    /// The two digits spread the blobs over 256 directories. One level is enough (a million blobs make 4,000 names
    /// per directory), and 256 directories can be made once, when the store is opened, so that an upload never has
    /// to make one and sync its parent.
    pub fn path(&self) -> String {
        let name = self.sha256().to_string();
        format!("{}/{}/{name}", self.kind().directory(), &name[..2])
    }

    /// Reads what [`path`](Self::path) wrote. Anything else is not ours, and `None`.
    pub(crate) fn from_path(path: &str) -> Option<Self> {
        let (_, name) = path.rsplit_once('/')?;
        let sha256 = name.parse().ok()?;
        BlobKind::ALL.into_iter().map(|kind| kind.key(sha256)).find(|key| key.path() == path)
    }
}

impl fmt::Display for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_back_as_its_key() {
        for kind in BlobKind::ALL {
            let key = kind.key(Sha256::of(b"bonded"));
            assert_eq!(StorageKey::from_path(&key.path()), Some(key));
        }
    }

    #[test]
    fn a_foreign_name_is_no_key() {
        let path = StorageKey::File(Sha256::of(b"bonded")).path();
        for foreign in [
            String::new(),
            "files/lost+found".to_owned(),
            path.to_uppercase(),
            path.replace("files/", "other/"),
            path.replacen('/', "/00/", 1),
        ] {
            assert_eq!(StorageKey::from_path(&foreign), None, "{foreign}");
        }
    }
}

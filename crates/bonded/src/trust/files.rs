//! Files of a ceremony: small, written whole or not at all, never over another one by mistake.

use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use bonded_signing::{Envelope, TrustedRoot};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::config::shown;

/// The most that any of these files holds, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Who may read a new file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Readable {
    /// Its owner alone: secrets.
    ByOwner,
    /// Everybody.
    ByAll,
}

/// Everything in a file.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    Ok(read_secret(path)?.to_vec())
}

/// Everything in a file, wiped when it goes.
pub(super) fn read_secret(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", shown(path)))?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} cannot be read", shown(path)))?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("{} is too large for a file of this kind", shown(path));
    }
    Ok(bytes)
}

/// A signed document.
pub(super) fn read_envelope(path: &Path) -> anyhow::Result<Envelope> {
    Envelope::parse(&read(path)?).with_context(|| shown(path).to_string())
}

/// A root that enough of its own keys have signed.
pub(super) fn read_root(path: &Path) -> anyhow::Result<TrustedRoot> {
    TrustedRoot::pin(&read(path)?, None).with_context(|| shown(path).to_string())
}

/// Refuses when there is something at that place. For commands that ask for passphrases first.
pub(super) fn must_be_free(path: &Path) -> anyhow::Result<()> {
    if path.symlink_metadata().is_ok() {
        bail!("{} is there already, and nothing is overwritten: move it away first", shown(path));
    }
    Ok(())
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, bytes: &[u8], readable: Readable) -> anyhow::Result<()> {
    let file = written(path, bytes, readable)?;
    match file.persist_noclobber(path) {
        Ok(_) => synced(path),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => must_be_free(path),
        Err(error) => Err(error.error).with_context(|| format!("{} cannot be written", shown(path))),
    }
}

/// Writes a document over the one that it continues.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let file = written(path, bytes, Readable::ByAll)?;
    file.persist(path).with_context(|| format!("{} cannot be written", shown(path)))?;
    synced(path)
}

/// A temporary file beside the place, for its owner alone until it is whole.
fn written(path: &Path, bytes: &[u8], readable: Readable) -> anyhow::Result<NamedTempFile> {
    let write = || {
        let mut file = NamedTempFile::new_in(directory(path))?;
        file.write_all(bytes)?;
        if matches!(readable, Readable::ByAll) {
            file.as_file().set_permissions(Permissions::from_mode(0o644))?;
        }
        file.as_file().sync_all()?;
        Ok::<_, std::io::Error>(file)
    };
    write().with_context(|| format!("{} cannot be written", shown(path)))
}

fn synced(path: &Path) -> anyhow::Result<()> {
    Ok(fs::File::open(directory(path))?.sync_all()?)
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_for_its_owner_and_nothing_is_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("root-1.key");
        write_new(&path, b"one", Readable::ByOwner).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let error = write_new(&path, b"two", Readable::ByOwner).unwrap_err();
        assert!(error.to_string().contains("nothing is overwritten"), "{error}");
        assert_eq!(read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("large");
        File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(read(&path).is_err());
    }
}

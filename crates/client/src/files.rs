//! Writing small files so that readers see the old or the new one, never a part.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Replaces a file that holds secrets: only its owner can read it, from its first byte on.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, None)
}

/// Replaces a file that everybody may read. One that exists keeps its permissions.
pub(crate) fn replace_public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let present = fs::metadata(path).ok().map(|metadata| metadata.permissions());
    replace(path, bytes, Some(present))
}

fn replace(path: &Path, bytes: &[u8], permissions: Option<Option<fs::Permissions>>) -> io::Result<()> {
    // A link to somewhere else, as people keep their configuration, stays a link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut file = tempfile::Builder::new().prefix(".bonded-").tempfile_in(directory)?;
    file.write_all(bytes)?;
    match permissions {
        Some(Some(present)) => file.as_file().set_permissions(present)?,
        Some(None) => everybody_may_read(file.as_file())?,
        None => {}
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(unix)]
fn everybody_may_read(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn everybody_may_read(_file: &fs::File) -> io::Result<()> {
    Ok(())
}

/// The file's text; `None` when there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> Option<u32> {
        Some(fs::metadata(path).ok()?.permissions().mode() & 0o777)
    }

    #[test]
    fn secrets_are_for_their_owner_even_where_the_old_file_was_for_all() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/secret");
        replace_private(&path, b"one").unwrap();
        assert_eq!(mode(&path), Some(0o600));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        replace_private(&path, b"two").unwrap();
        assert_eq!((mode(&path), read(&path).unwrap().as_deref()), (Some(0o600), Some("two")));
    }

    #[test]
    fn public_files_keep_their_permissions_and_links_stay_links() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("rc"), directory.path().join("link"));
        replace_public(&path, b"one").unwrap();
        assert_eq!(mode(&path), Some(0o644));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace_public(&link, b"two").unwrap();
        assert_eq!((mode(&path), read(&path).unwrap().as_deref()), (Some(0o640), Some("two")));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}

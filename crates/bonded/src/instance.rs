//! The instance key: 32 random bytes that live outside the database, so that the database alone opens nothing.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bonded_factors::sealing::InstanceKey;
use bonded_model::Random;
use zeroize::Zeroizing;

use crate::config::shown;

/// Makes the data directory, readable for its owner alone, if it is not there.
pub(crate) fn create_data_directory(path: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(path).with_context(|| format!("the data directory {} cannot be created", shown(path)))
}

/// The key. It is made if it is not there.
pub(crate) fn load_key(path: &Path, random: &Random) -> anyhow::Result<InstanceKey> {
    if path.exists() {
        return read_key(path);
    }
    match create_key(path, random) {
        // Another server that starts at the same moment was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other.with_context(|| format!("the instance key {} cannot be created", shown(path)))?,
    }
    read_key(path)
}

/// Writes the key beside its place and then gives it its name, so that it is there whole or not at all. The temporary
/// file is for its owner alone from the beginning.
fn create_key(path: &Path, random: &Random) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    let key = Zeroizing::new(STANDARD.encode(Zeroizing::new(random.bytes::<32>())));
    writeln!(file, "{}", *key)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    fs::File::open(directory)?.sync_all()
}

fn read_key(path: &Path) -> anyhow::Result<InstanceKey> {
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text = text.with_context(|| format!("the instance key {} cannot be read", shown(path)))?;
    let key = text.parse().with_context(|| format!("the file {} is not valid", shown(path)))?;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("the instance key {} can be read by others: run chmod 600 {0}", shown(path));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("instance.key");
        load_key(&path, &Random::seeded(1)).unwrap();
        let first = fs::read(&path).unwrap();
        load_key(&path, &Random::seeded(2)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_or_open_key_stops_the_start() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("instance.key");
        load_key(&path, &Random::seeded(1)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(load_key(&path, &Random::seeded(1)).unwrap_err().to_string().contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        let error = load_key(&path, &Random::seeded(1)).unwrap_err();
        assert!(format!("{error:#}").contains("damaged"), "{error:#}");
    }
}

//! Lock files of conda-lock and pixi.

use std::path::Path;

use rattler_lock::{CondaPackageData, LockFile, LockedPackage};

use super::{Claim, VerifyError};

pub(super) fn claims(path: &Path, text: &str) -> Result<Vec<Claim>, VerifyError> {
    let lock = LockFile::from_str_with_base_directory(text, path.parent())
        .map_err(|error| VerifyError::Lock(path.to_owned(), error.to_string()))?;
    let mut claims: Vec<Claim> = lock.packages().iter().map(claim).collect();
    claims.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(claims)
}

fn claim(package: &LockedPackage) -> Claim {
    match package {
        LockedPackage::Conda(CondaPackageData::Binary(package)) => match package.location.as_url() {
            Some(url) => Claim::of_url(url).with_record(&package.package_record),
            None => elsewhere(package.location.as_str()),
        },
        // Something that is built, or comes from an index for Python: no conda channel signs it.
        other => elsewhere(other.name()),
    }
}

fn elsewhere(name: &str) -> Claim {
    Claim { file: name.to_owned(), ..Claim::default() }
}

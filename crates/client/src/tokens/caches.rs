//! The caches of indexes, which may come from a time without the token.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::Environment;
use crate::condarc::Condarc;

/// Empties conda's caches of indexes and our own; those that may still hold something. They are then only old.
pub(super) fn empty(environment: &Environment, condarcs: &[Condarc]) -> Vec<PathBuf> {
    let usual = environment.conda_root.iter().map(|root| root.join("pkgs"));
    let usual = usual.chain([environment.home.join(".conda").join("pkgs")]);
    let configured = condarcs.iter().flat_map(|condarc| condarc.list("pkgs_dirs")).map(PathBuf::from);
    let named = environment.conda_packages.iter().cloned().chain(configured);
    let caches = usual.chain(named).map(|packages| at_home(packages, &environment.home).join("cache"));
    let mut full: Vec<PathBuf> =
        caches.chain([environment.client_cache().join("repodata")]).filter(|cache| !is_gone(cache)).collect();
    full.sort();
    full.dedup();
    full
}

fn at_home(path: PathBuf, home: &Path) -> PathBuf {
    path.strip_prefix("~").map(|rest| home.join(rest)).unwrap_or(path)
}

/// Removes a cache. conda puts environment variables into such paths, and reads relative ones in a directory of its own; we do
/// not know where they lead.
fn is_gone(cache: &Path) -> bool {
    if cache.is_relative() || cache.to_string_lossy().contains(['$', '%']) {
        return false;
    }
    match std::fs::remove_dir_all(cache) {
        Ok(()) => true,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

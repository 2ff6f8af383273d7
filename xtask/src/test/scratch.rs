//! Where tests put the files that nobody keeps: in memory, where there is plenty of it.
//!
//! Every test makes a database and a directory of blobs with hundreds of directories in it; on a disk that takes longer than
//! the tests themselves.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use rustix::fs::{StatVfsMountFlags, statvfs};
use tempfile::TempDir;

/// Where Linux keeps files in memory.
const IN_MEMORY: &str = "/dev/shm";
/// Twice what the client tests, the largest part, leave behind until they end.
const PLENTY: u64 = 10 << 30;

/// A directory for the temporary files of tests, gone afterwards.
pub(super) struct Scratch(TempDir);

impl Scratch {
    /// Makes the directory.
    pub(super) fn new() -> Result<Self> {
        let place = place();
        let made = tempfile::Builder::new().prefix("bonded-tests-").tempdir_in(&place);
        Ok(Self(made.with_context(|| format!("cannot make a directory in {}", place.display()))?))
    }

    /// Lets a program put its temporary files there.
    pub(super) fn serve(&self, command: &mut Command) {
        command.env("TMPDIR", self.0.path());
    }
}

/// In memory if that is large enough and programs may be started there, else where the system says.
pub(crate) fn place() -> PathBuf {
    let is_good = statvfs(IN_MEMORY).is_ok_and(|system| {
        let free = system.f_bavail.saturating_mul(system.f_frsize);
        free >= PLENTY && !system.f_flag.contains(StatVfsMountFlags::NOEXEC)
    });
    if is_good { IN_MEMORY.into() } else { env::temp_dir() }
}

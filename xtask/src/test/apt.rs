//! Debian's packages, installed when we may.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::children::run;

/// Installs a package, or says which one the person has to install.
pub(crate) fn install(package: &str, missing: &str) -> Result<()> {
    if !(is_root() && Path::new("/usr/bin/apt-get").exists()) {
        bail!("{missing} is missing: install your system's package (Debian: apt-get install {package})");
    }
    run(Command::new("apt-get").args(["-qq", "update"]))?;
    let mut install = Command::new("apt-get");
    install.args(["-qq", "install", "--yes", "--no-install-recommends", package]);
    run(install.env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Whether we run as root.
pub(crate) fn is_root() -> bool {
    // The owner of our own process directory is the effective user; elsewhere than on Linux nobody tests as root.
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

//! The browser of the tests: Debian's Chromium, which gets its security updates from there.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::apt;

/// The variable that names the browser; it may name one of your own.
pub(super) const VARIABLE: &str = "BONDED_TEST_CHROMIUM";

/// The browser's path. It is installed when it is missing.
pub(super) fn prepare() -> Result<PathBuf> {
    if let Some(own) = std::env::var_os(VARIABLE) {
        return Ok(own.into());
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install("chromium", "Chromium")?;
    find().context("the package 'chromium' was installed, but there is no program of that name")
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|dir| dir.join("chromium")).find(|program| program.is_file())
}

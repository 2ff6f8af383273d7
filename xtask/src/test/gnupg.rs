//! GnuPG, in which root keys of signed channels may lie.

use std::process::{Command, Stdio};

use anyhow::Result;

use super::apt;

/// Installs GnuPG if it is not there.
pub(super) fn prepare() -> Result<()> {
    let is_there =
        Command::new("gpg").arg("--version").stdout(Stdio::null()).status().is_ok_and(|s| s.success());
    if is_there { Ok(()) } else { apt::install("gnupg", "GnuPG") }
}

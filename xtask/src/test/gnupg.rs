//! GnuPG, in which root keys of signed channels may lie.

use std::process::{Command, Stdio};

use anyhow::Result;

use super::apt;

/// Installs GnuPG if it is not there. Secret keys are the agent's, which Debian has in another package than `gpg`.
pub(super) fn prepare() -> Result<()> {
    let is_there = |program: &str| {
        Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok_and(|s| s.success())
    };
    if is_there("gpg") && is_there("gpg-agent") { Ok(()) } else { apt::install("gnupg", "GnuPG") }
}

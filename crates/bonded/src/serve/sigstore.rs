//! The Sigstore instance whose attestations are believed.

use std::path::Path;

use anyhow::{Context as _, Result};
use bonded_attestations::Verifier;

/// A verifier for a private instance's `trusted_root.json`, or for the public-good instance.
pub(super) fn verifier(trusted_root: Option<&Path>) -> Result<Verifier> {
    let Some(path) = trusted_root else { return Ok(Verifier::public_good()?) };
    let json = std::fs::read_to_string(path)
        .with_context(|| format!("the trusted root {} cannot be read", path.display()))?;
    Verifier::from_trusted_root(&json).with_context(|| format!("in {}", path.display()))
}

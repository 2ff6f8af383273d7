//! The house's cryptography, which also verifies what signs a file's digest: without it, every case of that kind would
//! fail before the library looked at what is wrong in it.

use std::sync::{Mutex, PoisonError};

use ring::digest;
use sigstore_verify::crypto::{
    CryptoProvider, Error, HashContext, Result, SigningScheme, install_default_provider,
};
use sigstore_verify::types::HashAlgorithm;

#[path = "../../src/provider.rs"]
#[expect(dead_code, reason = "the house installs itself; here it stands behind another")]
mod house;

/// The file of the case. ring verifies over bytes alone, so a digest counts as signed if it is that of this file.
static ARTIFACT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// The first installation in a process holds, so this must come before any verifier of the house.
pub(crate) fn install() -> Result<()> {
    install_default_provider(&Digests)
        .map_err(|_| Error::Verification("another provider was installed before".into()))
}

pub(crate) fn set_artifact(bytes: &[u8]) {
    *ARTIFACT.lock().unwrap_or_else(PoisonError::into_inner) = bytes.to_vec();
}

#[derive(Debug)]
struct Digests;

impl CryptoProvider for Digests {
    fn hash(&self, algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>> {
        house::Ring.hash(algorithm)
    }

    fn verify_raw(&self, scheme: SigningScheme, key: &[u8], data: &[u8], signature: &[u8]) -> Result<()> {
        house::Ring.verify_raw(scheme, key, data, signature)
    }

    fn verify_prehashed(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        hash: &[u8],
        signature: &[u8],
    ) -> Result<()> {
        let file = ARTIFACT.lock().unwrap_or_else(PoisonError::into_inner);
        if digest::digest(&digest::SHA256, &file).as_ref() != hash {
            return Err(Error::Verification("the digest is not that of the file".into()));
        }
        self.verify_raw(scheme, key, &file, signature)
    }
}

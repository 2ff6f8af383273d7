//! The house's cryptography, which also verifies what signs a file's digest: without it, every case of that kind would
//! fail before the library looked at what is wrong in it.

use std::cell::RefCell;

use ring::digest;
use sigstore_verify::crypto::{
    CryptoProvider, Error, HashContext, Result, SigningScheme, install_default_provider,
};
use sigstore_verify::types::HashAlgorithm;

#[path = "../../src/provider.rs"]
#[expect(dead_code, reason = "the house installs itself; here it stands behind another")]
mod house;

thread_local! {
    /// The file of the case. ring verifies over bytes alone, so a digest counts as signed if it is that of this file.
    static ARTIFACT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The first installation in a process holds: here none but this one is ever tried.
pub(crate) fn install() {
    let _ = install_default_provider(&Digests);
}

pub(crate) fn set_artifact(bytes: &[u8]) {
    ARTIFACT.set(bytes.to_vec());
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
        let file = ARTIFACT.with_borrow(Clone::clone);
        if digest::digest(&digest::SHA256, &file).as_ref() != hash {
            return Err(Error::Verification("the digest is not that of the file".into()));
        }
        self.verify_raw(scheme, key, &file, signature)
    }
}

//! Signatures in the form of OpenPGP, which conda-content-trust demands of roots, so that GnuPG can make them.
//!
//! What is signed by Ed25519 is SHA-256(document ‖ H ‖ 04 FF ‖ length of H in 4 bytes), where H is the hashed part of a
//! version 4 signature packet (RFC 4880, section 5.2.4): what stands in `other_headers`.

use bonded_model::Timestamp;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::{PublicKey, RoleSignature, SigningKey};

mod gnupg;
mod packet;

pub use gnupg::{OpenPgpError, read_public_key, read_signature};

/// Signs a document without GnuPG. `at` is written into the signature in whole seconds.
pub fn sign(document: &[u8], key: &SigningKey, at: Timestamp) -> RoleSignature {
    let headers = headers(&fingerprint(&key.public(), 0), at);
    let signature = key.sign(&digest(document, &headers));
    RoleSignature { other_headers: Some(headers), signature }
}

/// Whether the signature over the document is the key's. One without `other_headers` is not.
pub fn verify(document: &[u8], key: &PublicKey, signature: &RoleSignature) -> bool {
    let headers = signature.other_headers.as_deref();
    headers.is_some_and(|headers| key.verifies(&digest(document, headers), &signature.signature))
}

/// The fingerprint of a version 4 key: 20 bytes of SHA-1, because that is how OpenPGP names keys; nothing here relies on
/// it. Keys that are not GnuPG's have no time of creation; `created` is 0 for them.
pub fn fingerprint(key: &PublicKey, created: u32) -> [u8; 20] {
    let mut body = vec![4];
    body.extend_from_slice(&created.to_be_bytes());
    body.extend_from_slice(&KEY_HEAD);
    body.extend_from_slice(key.as_bytes());
    let length = u16::try_from(body.len()).unwrap_or_default();
    Sha1::new().chain_update([0x99]).chain_update(length.to_be_bytes()).chain_update(&body).finalize().into()
}

/// Algorithm EdDSA, the curve's object identifier 1.3.6.1.4.1.11591.15.1, and a number of 263 bits whose first byte says
/// that a bare point follows.
const KEY_HEAD: [u8; 14] = [22, 9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01, 0x01, 0x07, 0x40];

/// Version 4, a binary document, EdDSA, SHA-256; then who signed (subpacket 33) and when (subpacket 2).
fn headers(fingerprint: &[u8; 20], at: Timestamp) -> Vec<u8> {
    let seconds = u32::try_from(at.timestamp()).unwrap_or_default();
    let mut headers = vec![4, 0, 22, 8, 0, 29, 22, 33, 4];
    headers.extend_from_slice(fingerprint);
    headers.extend_from_slice(&[5, 2]);
    headers.extend_from_slice(&seconds.to_be_bytes());
    headers
}

fn digest(document: &[u8], headers: &[u8]) -> [u8; 32] {
    let length = u32::try_from(headers.len()).unwrap_or(u32::MAX).to_be_bytes();
    let hash = Sha256::new().chain_update(document).chain_update(headers).chain_update([4, 0xff]);
    hash.chain_update(length).finalize().into()
}

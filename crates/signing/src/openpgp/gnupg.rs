//! What GnuPG gives: a detached signature, and an exported public key.

use super::packet::{self, large_number, next, number, take};
use super::{KEY_HEAD, fingerprint};
use crate::{PublicKey, RoleSignature, Signature};

/// A detached signature (`gpg --detach-sign`, binary) as an entry of `signatures`. It is not verified.
///
/// # Errors
/// Unless it is a signature of version 4 over a binary document by EdDSA with SHA-256.
pub fn read_signature(bytes: &[u8]) -> Result<RoleSignature, OpenPgpError> {
    let mut rest = bytes;
    let body = match next(&mut rest)? {
        Some((packet::SIGNATURE, body)) => body,
        _ => return Err(OpenPgpError::Packet),
    };
    let mut fields = body;
    let [version, kind, algorithm, hash] = *take(&mut fields, 4)? else { return Err(OpenPgpError::Packet) };
    match (version, kind, algorithm, hash) {
        (4, 0, 22, 8) => {}
        (4, 0, 22, _) => return Err(OpenPgpError::Hash),
        _ => return Err(OpenPgpError::Kind),
    }
    let hashed = number(&mut fields, 2)? as usize;
    let other_headers = body.get(..6 + hashed).ok_or(OpenPgpError::Packet)?.to_vec();
    take(&mut fields, hashed)?;
    let unhashed = number(&mut fields, 2)? as usize;
    // Behind them stand two bytes of the digest, with which a reader may see at once that nothing will fit.
    take(&mut fields, unhashed + 2)?;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&large_number(&mut fields)?);
    signature[32..].copy_from_slice(&large_number(&mut fields)?);
    Ok(RoleSignature { other_headers: Some(other_headers), signature: Signature::from(signature) })
}

/// The Ed25519 key with that fingerprint in an exported key (`gpg --export`, binary), the primary one or a subkey.
///
/// # Errors
/// When there is none.
pub fn read_public_key(exported: &[u8], wanted: &[u8; 20]) -> Result<PublicKey, OpenPgpError> {
    let mut rest = exported;
    while let Some((tag, body)) = next(&mut rest)? {
        if !packet::PUBLIC_KEYS.contains(&tag) {
            continue;
        }
        if let Some((key, created)) = ed25519(body)
            && fingerprint(&key, created) == *wanted
        {
            return Ok(key);
        }
    }
    Err(OpenPgpError::NoSuchKey)
}

/// Key and time of creation of a key packet of version 4, if it is an Ed25519 key.
fn ed25519(body: &[u8]) -> Option<(PublicKey, u32)> {
    let mut fields = body;
    (take(&mut fields, 1).ok()? == [4]).then_some(())?;
    let created = number(&mut fields, 4).ok()?;
    (take(&mut fields, KEY_HEAD.len()).ok()? == KEY_HEAD).then_some(())?;
    Some((PublicKey::try_from(fields).ok()?, created))
}

/// Why what GnuPG gave cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenPgpError {
    /// Not in the form of OpenPGP, or of a kind that does not belong here.
    #[error("this is no OpenPGP signature or key in binary form")]
    Packet,
    /// Another algorithm, or a signature over something else.
    #[error("this is not a signature over a document by an Ed25519 key")]
    Kind,
    /// Another digest.
    #[error("the signature does not use SHA-256: sign with --digest-algo SHA256")]
    Hash,
    /// No such key, or a key of another kind.
    #[error(
        "there is no Ed25519 key with this fingerprint in what GnuPG exports: root keys are Ed25519 keys that sign"
    )]
    NoSuchKey,
}

#[cfg(test)]
mod tests {
    use bonded_model::{Random, Timestamp};

    use super::*;
    use crate::{SigningKey, openpgp};

    /// A signature packet as GnuPG builds it, around a signature that was made here.
    fn packet(made: &RoleSignature) -> Vec<u8> {
        let mut body = made.other_headers.clone().unwrap();
        body.extend_from_slice(&[0, 10, 9, 16, 1, 2, 3, 4, 5, 6, 7, 8, 0xab, 0xcd]);
        for half in made.signature.as_bytes().chunks(32) {
            let zeros = half.iter().take_while(|byte| **byte == 0).count();
            let bits = (32 - zeros) * 8 - half[zeros].leading_zeros() as usize;
            body.extend_from_slice(&u16::try_from(bits).unwrap().to_be_bytes());
            body.extend_from_slice(&half[zeros..]);
        }
        [&[0x88, u8::try_from(body.len()).unwrap()], body.as_slice()].concat()
    }

    #[test]
    fn a_detached_signature_becomes_an_entry_also_when_its_numbers_begin_with_zeros() {
        let key = SigningKey::generate(&Random::seeded(1));
        let mut shorter = 0;
        for document in 0..600_u32 {
            let made = openpgp::sign(&document.to_be_bytes(), &key, Timestamp::UNIX_EPOCH);
            let packet = packet(&made);
            shorter += usize::from(made.signature.as_bytes()[0] == 0);
            assert_eq!(read_signature(&packet).unwrap(), made);
        }
        assert!(shorter > 0);
    }

    #[test]
    fn a_signature_that_was_cut_off_or_is_of_another_kind_is_refused() {
        let key = SigningKey::generate(&Random::seeded(1));
        let whole = packet(&openpgp::sign(b"document", &key, Timestamp::UNIX_EPOCH));
        for end in 0..whole.len() {
            assert_eq!(read_signature(&whole[..end]), Err(OpenPgpError::Packet), "{end} bytes");
        }
        for (place, error) in [(2, OpenPgpError::Kind), (3, OpenPgpError::Kind), (4, OpenPgpError::Kind)] {
            let mut other = whole.clone();
            other[place] ^= 1;
            assert_eq!(read_signature(&other), Err(error), "byte {place}");
        }
        let mut sha512 = whole.clone();
        sha512[5] = 10;
        assert_eq!(read_signature(&sha512), Err(OpenPgpError::Hash));
    }

    #[test]
    fn a_key_is_found_by_its_fingerprint_in_both_forms_of_packets() {
        let key = SigningKey::generate(&Random::seeded(1)).public();
        let body = [&[4, 0, 0, 0, 9], KEY_HEAD.as_slice(), key.as_bytes()].concat();
        let length = u8::try_from(body.len()).unwrap();
        let old = [&[0x98, length], body.as_slice()].concat();
        let new = [&[0xc0 | 14, length], body.as_slice()].concat();
        let wanted = fingerprint(&key, 9);
        assert_eq!(read_public_key(&old, &wanted), Ok(key));
        assert_eq!(read_public_key(&[&[0xcd, 1, 0], new.as_slice()].concat(), &wanted), Ok(key));
        assert_eq!(read_public_key(&old, &fingerprint(&key, 8)), Err(OpenPgpError::NoSuchKey));
        assert_eq!(read_public_key(b"", &wanted), Err(OpenPgpError::NoSuchKey));
    }
}

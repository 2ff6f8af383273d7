//! Sealing: what must be read again (a TOTP secret) is kept encrypted under the instance key, which lies outside of the
//! database. Whoever holds a copy of the database alone reads nothing, and can move nothing from one row to another.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bonded_model::Random;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The first byte of everything sealed: XChaCha20-Poly1305 under HKDF-SHA-256 of the instance key.
const VERSION: u8 = 1;
/// Bytes of the nonce, long enough to be drawn at random for ever.
const NONCE_LEN: usize = 24;

/// The instance key: 32 random bytes that never enter the database.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct InstanceKey([u8; 32]);

impl InstanceKey {
    /// A new key. A server reads its key from its file; this is for tests and for the first start.
    pub fn generate(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// Seals `plain` for one purpose (`"totp"`) and one context (the id of the user that it belongs to). It opens only
    /// under the same key, purpose and context.
    pub fn seal(&self, purpose: &str, context: &[u8], plain: &[u8], random: &Random) -> Vec<u8> {
        let nonce = random.bytes::<NONCE_LEN>();
        let payload = Payload { msg: plain, aad: context };
        let sealed = self.cipher(purpose).encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("the cipher takes every message below 256 GiB");
        [&[VERSION], nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`InstanceKey::seal`] made.
    pub fn open(
        &self,
        purpose: &str,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (version, rest) = sealed.split_first().ok_or(OpenError::Damaged)?;
        if *version != VERSION {
            return Err(OpenError::Version(*version));
        }
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or(OpenError::Damaged)?;
        let payload = Payload { msg: sealed, aad: context };
        let plain = self.cipher(purpose).decrypt(&XNonce::from(*nonce), payload);
        plain.map(Zeroizing::new).map_err(|_| OpenError::Damaged)
    }

    /// The cipher of one purpose. Each has its own key, so that nothing sealed for one can be passed off as another's.
    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        let mut key = Zeroizing::new([0; 32]);
        let expanded =
            Hkdf::<Sha256>::new(Some(b"bonded seal v1"), &self.0).expand(purpose.as_bytes(), key.as_mut());
        expanded.expect("HKDF-SHA-256 gives 32 bytes");
        XChaCha20Poly1305::new((&*key).into())
    }
}

impl FromStr for InstanceKey {
    type Err = InvalidKey;

    /// Reads the key's file: 32 bytes in base 64; white space around it is ignored.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).map_err(|_| InvalidKey)?;
        bytes.as_slice().try_into().map(Self).map_err(|_| InvalidKey)
    }
}

impl fmt::Debug for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstanceKey([redacted])")
    }
}

/// The text is not an instance key. The text does not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the instance key is damaged: 32 bytes in base 64 are expected; restore it from a backup")]
pub struct InvalidKey;

/// Why sealed bytes do not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Changed, cut off, sealed under another key, or taken from another row.
    #[error(
        "sealed data does not open: it was changed, or the instance key is not the one it was sealed under"
    )]
    Damaged,
    /// Sealed by a newer Bonded.
    #[error(
        "sealed data has version {0}, which this Bonded does not know: was the server replaced by an older one?"
    )]
    Version(u8),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> InstanceKey {
        InstanceKey::generate(&Random::seeded(1))
    }

    fn sealed() -> Vec<u8> {
        key().seal("totp", b"user one", b"secret", &Random::seeded(2))
    }

    #[test]
    fn what_was_sealed_opens_again() {
        assert_eq!(key().open("totp", b"user one", &sealed()).unwrap().as_slice(), b"secret");
    }

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let random = Random::seeded(2);
        assert_ne!(key().seal("totp", b"", b"x", &random), key().seal("totp", b"", b"x", &random));
    }

    #[test]
    fn tampered_bytes_do_not_open() {
        for place in 1..sealed().len() {
            let mut tampered = sealed();
            tampered[place] ^= 1;
            assert_eq!(key().open("totp", b"user one", &tampered), Err(OpenError::Damaged), "byte {place}");
        }
    }

    #[test]
    fn sealed_bytes_that_were_cut_off_do_not_open() {
        for end in 0..sealed().len() {
            assert_eq!(
                key().open("totp", b"user one", &sealed()[..end]),
                Err(OpenError::Damaged),
                "{end} bytes"
            );
        }
    }

    #[test]
    fn a_secret_that_was_moved_to_another_user_does_not_open() {
        assert_eq!(key().open("totp", b"user two", &sealed()), Err(OpenError::Damaged));
    }

    #[test]
    fn a_secret_that_was_sealed_for_another_purpose_does_not_open() {
        assert_eq!(key().open("mail", b"user one", &sealed()), Err(OpenError::Damaged));
    }

    #[test]
    fn another_instance_key_opens_nothing() {
        let other = InstanceKey::generate(&Random::seeded(3));
        assert_eq!(other.open("totp", b"user one", &sealed()), Err(OpenError::Damaged));
    }

    #[test]
    fn a_newer_version_is_named() {
        let mut newer = sealed();
        newer[0] = 2;
        assert_eq!(key().open("totp", b"user one", &newer), Err(OpenError::Version(2)));
    }

    #[test]
    fn the_key_is_read_from_its_file_and_shows_nothing() {
        let text = format!("{}\n", STANDARD.encode(Random::seeded(1).bytes::<32>()));
        let read: InstanceKey = text.parse().unwrap();
        assert_eq!(read.open("totp", b"user one", &sealed()).unwrap().as_slice(), b"secret");
        assert_eq!(format!("{read:?}"), "InstanceKey([redacted])");
        assert!("c2hvcnQ=".parse::<InstanceKey>().is_err());
    }
}

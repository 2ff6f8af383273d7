//! The secrets that browsers and mailed links carry: 32 random bytes in base64url, known to the database by their
//! hash only.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Random;

/// A secret as its holder presents it. It shows itself only through [`Secret::expose`].
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// A new secret with 256 bits of entropy.
    pub fn generate(random: &Random) -> Self {
        Self(Zeroizing::new(random.bytes()))
    }

    /// The text that goes into a cookie or a link: 43 characters.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*self.0))
    }

    /// What the database knows of the secret. A fast hash is right here: 256 random bits cannot be guessed.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(*self.0).into())
    }

    /// Another secret that follows from this one and `purpose`, and does not lead back to it.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(purpose);
        digest.update([0]);
        digest.update(*self.0);
        Self(Zeroizing::new(digest.finalize().into()))
    }
}

impl PartialEq for Secret {
    /// Takes the same time wherever the two differ.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&*other.0).into()
    }
}

impl FromStr for Secret {
    type Err = MalformedSecret;

    fn from_str(text: &str) -> Result<Self, MalformedSecret> {
        let mut bytes = Zeroizing::new([0; 32]);
        match URL_SAFE_NO_PAD.decode_slice(text, &mut *bytes) {
            Ok(32) => Ok(Self(bytes)),
            _ => Err(MalformedSecret),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// The text is no secret of ours. It does not repeat what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a key that we gave out")]
pub struct MalformedSecret;

/// SHA-256 of a secret: the key under which the database finds its row.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for SecretHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_its_text_and_shows_nothing_else() {
        let secret = Secret::generate(&Random::seeded(1));
        let read: Secret = secret.expose().parse().unwrap();
        assert!(read == secret);
        assert_eq!(secret.expose().len(), 43);
        assert_eq!(format!("{secret:?} {:?}", secret.hash()), "Secret([redacted]) SecretHash([redacted])");
    }

    #[test]
    fn derived_secrets_differ_by_purpose_and_from_their_origin() {
        let secret = Secret::generate(&Random::seeded(1));
        assert!(secret.derive("a") != secret.derive("b"));
        assert!(secret.derive("a") != secret);
        assert!(secret.derive("a") == secret.derive("a"));
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for bad in ["", "short", &"A".repeat(42), &"A".repeat(44), &"!".repeat(43), &"=".repeat(43)] {
            assert!(bad.parse::<Secret>().is_err(), "{bad}");
        }
    }
}

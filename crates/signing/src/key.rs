//! Ed25519 keys and signatures (RFC 8032) in the text form of the format.

use std::fmt;
use std::str::FromStr;

use bonded_model::Random;
use ed25519_dalek::{Signer as _, VerifyingKey};
use serde::de::Error as _;
use zeroize::Zeroizing;

use crate::hexadecimal;

/// A public key. It is its own name: 64 lower-case hexadecimal digits, and nothing else is the same key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the signature over `bytes` is this key's. Points of low order, with which anybody could make signatures
    /// that fit many texts, never pass.
    pub fn verifies(&self, bytes: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| key.verify_strict(bytes, &signature).is_ok())
    }
}

impl From<[u8; 32]> for PublicKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// A secret key. It is wiped from memory when it goes, and shows nothing.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A new key.
    pub fn generate(random: &Random) -> Self {
        Self::from_seed(&Zeroizing::new(random.bytes()))
    }

    /// The key of a seed: the 32 bytes that RFC 8032 calls the private key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The seed, to be kept in a safe place.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs bytes as they are.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}

/// A signature: 128 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature([u8; 64]);

impl Signature {
    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl From<[u8; 64]> for Signature {
    fn from(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
}

/// The text is not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public key: 64 hexadecimal digits in lower case are expected")]
pub struct NotAKey;

/// The text is not a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a signature: 128 hexadecimal digits in lower case are expected")]
pub struct NotASignature;

/// Text form, serde and conversion from slices, which keys and signatures share.
macro_rules! in_hexadecimal {
    ($type:ident, $error:ident) => {
        impl FromStr for $type {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                hexadecimal::exactly(text).map(Self).ok_or($error)
            }
        }

        impl TryFrom<&[u8]> for $type {
            type Error = $error;

            fn try_from(bytes: &[u8]) -> Result<Self, $error> {
                bytes.try_into().map(Self).map_err(|_| $error)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($type))
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

in_hexadecimal!(PublicKey, NotAKey);
in_hexadecimal!(Signature, NotASignature);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_key_and_its_bytes_alone() {
        let random = Random::seeded(1);
        let (key, other) = (SigningKey::generate(&random), SigningKey::generate(&random));
        let signature = key.sign(b"text");
        assert!(key.public().verifies(b"text", &signature));
        assert!(!key.public().verifies(b"texT", &signature));
        assert!(!other.public().verifies(b"text", &signature));
    }

    #[test]
    fn a_key_in_upper_case_or_of_another_length_is_no_key() {
        let key = SigningKey::generate(&Random::seeded(1)).public();
        let text = key.to_string();
        assert_eq!(text.parse(), Ok(key));
        assert_eq!(text.to_uppercase().parse::<PublicKey>(), Err(NotAKey));
        assert_eq!(text[1..].parse::<PublicKey>(), Err(NotAKey));
        assert_eq!(format!(" {text}").parse::<PublicKey>(), Err(NotAKey));
        assert_eq!("ü".repeat(32).parse::<PublicKey>(), Err(NotAKey));
    }

    #[test]
    fn a_key_of_low_order_verifies_nothing() {
        // The neutral element: with R and S zero, verification without the check passes for every text.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!PublicKey(neutral).verifies(b"anything", &Signature(signature)));
    }

    #[test]
    fn a_secret_key_shows_its_public_half_only() {
        let key = SigningKey::generate(&Random::seeded(1));
        assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.public()));
        assert_eq!(SigningKey::from_seed(&key.seed()).public(), key.public());
    }
}

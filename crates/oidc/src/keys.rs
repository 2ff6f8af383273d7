//! The keys of an issuer: a JSON Web Key Set (RFC 7517, RFC 7518 section 6, RFC 8037).

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bonded_model::publishing::Algorithm;
use ring::signature::UnparsedPublicKey;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;
use serde_json::Value;

/// The most keys that an issuer may have. Those that are known have two to ten.
const MAX_KEYS: usize = 64;
/// Bytes of an RSA modulus: 2048 to 8192 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// The keys that an issuer may have signed with, by their identifiers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keys(HashMap<String, Key>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Key {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// Why a set of keys is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidKeys {
    /// Not the JSON that is expected.
    #[error("it is no JSON Web Key Set: {{\"keys\": […]}}")]
    Form,
    /// More than 64.
    #[error("it holds more than 64 keys")]
    TooMany,
    /// Two keys have one identifier, so nobody can say which of them signed.
    #[error("two different keys have the identifier {0:?}")]
    Ambiguous(String),
    /// No key of a kind that is understood has an identifier.
    #[error(
        "it holds no key that could be used: RSA of 2048 to 8192 bits, P-256 or Ed25519, each with an identifier (kid)"
    )]
    Empty,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Listed {
    kty: String,
    kid: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// Reads a key set. Keys that could not be used are passed over: issuers may have others for other purposes.
    ///
    /// # Errors
    /// Another form, too many, none, or two for one identifier.
    pub fn parse(json: &str) -> Result<Self, InvalidKeys> {
        let set: Set = serde_json::from_str(json).map_err(|_| InvalidKeys::Form)?;
        if set.keys.len() > MAX_KEYS {
            return Err(InvalidKeys::TooMany);
        }
        let mut keys = HashMap::new();
        for (id, key) in set.keys.into_iter().filter_map(usable) {
            match keys.insert(id.clone(), key.clone()) {
                Some(other) if other != key => return Err(InvalidKeys::Ambiguous(id)),
                _ => {}
            }
        }
        if keys.is_empty() { Err(InvalidKeys::Empty) } else { Ok(Self(keys)) }
    }

    /// Whether there is a key of this identifier.
    pub fn contains(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// The identifiers, sorted.
    pub fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<_> = self.0.keys().map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    /// Whether the key of this identifier signed `message` by `algorithm`. `None` where there is no such key.
    pub(crate) fn verify(
        &self,
        id: &str,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        self.0.get(id).map(|key| key.verify(algorithm, message, signature))
    }
}

impl Key {
    /// A key verifies by the algorithm of its own kind alone, so an RSA key is never taken for a secret.
    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Self::Rsa { n, e }, Algorithm::Rs256) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            (Self::P256(point), Algorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            (Self::Ed25519(key), Algorithm::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }
}

fn usable(listed: Value) -> Option<(String, Key)> {
    // Whoever publishes the private half has no key any more.
    if listed.get("d").is_some() || listed.get("k").is_some() {
        return None;
    }
    let listed: Listed = serde_json::from_value(listed).ok()?;
    if listed.kid.is_empty() || listed.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let (key, algorithm) = match (listed.kty.as_str(), listed.crv.as_deref()) {
        ("RSA", _) => (rsa(&listed)?, Algorithm::Rs256),
        ("EC", Some("P-256")) => {
            (Key::P256([vec![4], part(&listed.x, 32)?, part(&listed.y, 32)?].concat()), Algorithm::Es256)
        }
        ("OKP", Some("Ed25519")) => (Key::Ed25519(part(&listed.x, 32)?), Algorithm::EdDsa),
        _ => return None,
    };
    let fits = listed.alg.is_none_or(|named| named == algorithm.as_str());
    fits.then_some((listed.kid, key))
}

fn rsa(listed: &Listed) -> Option<Key> {
    let (n, e) = (unsigned(&listed.n)?, unsigned(&listed.e)?);
    let long_enough = n.len() > *RSA_BYTES.start() || n.first().is_some_and(|first| *first >= 0x80);
    (RSA_BYTES.contains(&n.len()) && long_enough && e.len() <= 8).then_some(Key::Rsa { n, e })
}

/// A number without zeros before it, which some issuers write although they should not.
fn unsigned(text: &Option<String>) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text.as_deref()?).ok()?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[start..].to_vec())
}

fn part(text: &Option<String>, length: usize) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.as_deref()?).ok().filter(|bytes| bytes.len() == length)
}

#[cfg(test)]
mod tests;

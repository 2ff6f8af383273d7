//! Issuers for tests: keys that sign, and the claims of real tokens. Never a part of the product.

mod samples;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bonded_model::ids::IssuerId;
use bonded_model::publishing::{Algorithm, Issuer, Provider};
use bonded_model::{Random, Timestamp};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

pub use samples::{activestate, buildkite, circleci, forgejo, github, gitlab, google, with};

/// A key of an issuer.
pub struct TestKey {
    /// Its identifier.
    pub id: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl TestKey {
    /// The first of two RSA keys; both are always the same ones, whatever they are called.
    pub fn rsa(id: &str) -> Self {
        Self::from_rsa(id, include_bytes!("rsa_one.der"))
    }

    /// The second.
    pub fn other_rsa(id: &str) -> Self {
        Self::from_rsa(id, include_bytes!("rsa_two.der"))
    }

    fn from_rsa(id: &str, der: &[u8]) -> Self {
        Self { id: id.into(), pair: Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(der).expect("a key"))) }
    }

    /// A P-256 key.
    pub fn p256(id: &str) -> Self {
        let der = include_bytes!("p256.der");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &SystemRandom::new());
        Self { id: id.into(), pair: Pair::P256(pair.expect("a key")) }
    }

    /// An Ed25519 key.
    pub fn ed25519(id: &str) -> Self {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(include_bytes!("ed25519.der"));
        Self { id: id.into(), pair: Pair::Ed25519(pair.expect("a key")) }
    }

    /// The algorithm of its tokens.
    pub const fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Rsa(_) => Algorithm::Rs256,
            Pair::P256(_) => Algorithm::Es256,
            Pair::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Its public half, as key sets have it.
    pub fn jwk(&self) -> Value {
        let base64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({"kty": "RSA", "n": base64(&public.n), "e": base64(&public.e)})
            }
            Pair::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": base64(x), "y": base64(y)})
            }
            Pair::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64(pair.public_key().as_ref())})
            }
        };
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(self.algorithm().as_str());
        jwk
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({"typ": "JWT", "alg": self.algorithm().as_str(), "kid": self.id}), claims)
    }

    /// A token with any header; signed by this key, whatever the header says.
    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let base64 = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", base64(header), base64(claims));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.signature(signed.as_bytes())))
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a signature");
                signature
            }
            Pair::P256(pair) => pair.sign(&random, message).expect("a signature").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

/// A key set.
pub fn jwks(keys: &[&TestKey]) -> String {
    json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()}).to_string()
}

/// An issuer with an id of its own, that signs with RS256, is enabled, and stands in public.
pub fn issuer(provider: Provider, url: &str) -> Issuer {
    let created_at = Timestamp::UNIX_EPOCH;
    let seed = url.bytes().fold(0_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    Issuer {
        id: IssuerId::generate(created_at, &Random::seeded(seed)),
        url: url.into(),
        provider,
        name: "test".into(),
        enabled: true,
        algorithm: Algorithm::Rs256,
        private_network: false,
        server: None,
        created_at,
    }
}

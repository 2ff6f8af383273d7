//! Keys, roots, key managers and records, made for one test.

use bonded_model::{Random, Timestamp};
use bonded_signing::{
    Delegation, Envelope, KeyManagerRole, PublicKey, RootRole, SigningKey, TrustedKeyManager, TrustedRoot,
};
use serde_json::{Value, json};

/// A moment, in days after the first of the story.
pub(crate) fn day(days: i64) -> Timestamp {
    Timestamp::from_timestamp(1_767_225_600 + days * 86_400, 0).unwrap()
}

/// The key with that number.
pub(crate) fn key(number: u64) -> SigningKey {
    SigningKey::generate(&Random::seeded(number * 1000))
}

/// Threshold and keys.
pub(crate) fn delegation(threshold: u32, keys: &[u64]) -> Delegation {
    Delegation::new(keys.iter().map(|number| key(*number).public()), threshold).unwrap()
}

/// A root for a year that delegates key managers to key 10.
pub(crate) fn root(version: u64, keys: Delegation) -> RootRole {
    RootRole { version, timestamp: day(0), expiration: day(365), root: keys, key_mgr: delegation(1, &[10]) }
}

/// The file of a root that those keys have signed.
pub(crate) fn signed_root(role: &RootRole, signers: &[u64]) -> Vec<u8> {
    let mut envelope = role.to_envelope().unwrap();
    for signer in signers {
        envelope.sign_root(&key(*signer), day(0));
    }
    envelope.to_bytes().unwrap()
}

/// Root 1 with one key, trusted.
pub(crate) fn trusted_root() -> TrustedRoot {
    TrustedRoot::pin(&signed_root(&root(1, delegation(1, &[1])), &[1]), None).unwrap()
}

/// A key manager for a month that delegates records to the keys.
pub(crate) fn key_manager(version: u64, keys: Delegation) -> Envelope {
    let role = KeyManagerRole { version, timestamp: day(0), expiration: day(31), pkg_mgr: keys };
    let mut envelope = role.to_envelope().unwrap();
    envelope.sign(&key(10));
    envelope
}

/// The same, trusted.
pub(crate) fn trusted_key_manager(keys: Delegation) -> TrustedKeyManager {
    let bytes = key_manager(1, keys).to_bytes().unwrap();
    TrustedKeyManager::verify(&trusted_root(), &bytes, day(1), 0).unwrap()
}

/// The record of `anvil-1.2-h0_3.conda` in `noarch`.
pub(crate) fn record() -> Value {
    json!({
        "build": "h0_3", "build_number": 3, "depends": ["python >=3.10"], "md5": "0".repeat(32), "name": "anvil",
        "sha256": "5".repeat(64), "size": 1135, "subdir": "noarch", "timestamp": 1_767_225_600_000_i64,
        "version": "1.2",
    })
}

/// The entry of `signatures` for a record that those keys have signed.
pub(crate) fn signatures(record: &Value, signers: &[u64]) -> Value {
    let record = record.to_string();
    let entry = |signer: &u64| {
        let made = bonded_signing::sign_record(record.as_bytes(), &key(*signer)).unwrap();
        (made.key.to_string(), json!({ "signature": made.signature }))
    };
    Value::Object(signers.iter().map(entry).collect())
}

/// The public key with that number, as text.
pub(crate) fn public(number: u64) -> PublicKey {
    key(number).public()
}

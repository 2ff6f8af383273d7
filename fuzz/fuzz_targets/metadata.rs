//! What a client fetches of a signed channel: any bytes. Nobody can sign by chance, so nothing may be trusted.

#![no_main]

use std::sync::LazyLock;

use bonded_model::Random;
use bonded_signing::{
    Delegation, Envelope, KeyManagerRole, RootFilename, RootRole, SigningKey, TrustedKeyManager, TrustedRoot, openpgp,
    paper, verify_record,
};
use chrono::DateTime;
use libfuzzer_sys::fuzz_target;

/// A root and a key manager of keys that are gone.
static TRUST: LazyLock<(TrustedRoot, TrustedKeyManager)> = LazyLock::new(|| {
    let key = SigningKey::generate(&Random::System);
    let delegation = Delegation::new([key.public()], 1).expect("one of one");
    let (timestamp, expiration) = (DateTime::UNIX_EPOCH, DateTime::from_timestamp(1, 0).expect("a second later"));
    let (root, key_mgr) = (delegation.clone(), delegation.clone());
    let role = RootRole { version: 1, timestamp, expiration, root, key_mgr };
    let mut envelope = role.to_envelope().expect("a root");
    envelope.sign_root(&key, timestamp);
    let root = TrustedRoot::pin(&envelope.to_bytes().expect("a root"), None).expect("signed by itself");
    let role = KeyManagerRole { version: 1, timestamp, expiration, pkg_mgr: delegation };
    let mut envelope = role.to_envelope().expect("a key manager");
    envelope.sign(&key);
    let bytes = envelope.to_bytes().expect("a key manager");
    let key_manager = TrustedKeyManager::verify(&root, &bytes, timestamp, 0).expect("signed");
    (root, key_manager)
});

fuzz_target!(|data: &[u8]| {
    let (root, key_manager) = &*TRUST;
    assert!(root.update(data).is_err());
    assert!(TrustedKeyManager::verify(root, data, DateTime::UNIX_EPOCH, 0).is_err());
    if let Ok(envelope) = Envelope::parse(data) {
        let bytes = envelope.to_bytes().expect("what was read can be written");
        assert_eq!(Envelope::parse(&bytes).expect("what was written can be read"), envelope);
        if let Ok(role) = RootRole::read(&envelope) {
            let again = role.to_envelope().expect("what was read can be written");
            assert_eq!(RootRole::read(&again).expect("what was written can be read"), role);
        }
        let _ = KeyManagerRole::read(&envelope);
    }
    let (record, signatures) = data.split_at(data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len()));
    assert!(verify_record(key_manager, "anvil-1.2-0.conda", "noarch", record, signatures).is_err());
    let _ = openpgp::read_signature(data);
    let _ = openpgp::read_public_key(data, &[0; 20]);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = paper::read(text);
        if let Ok(name) = text.parse::<RootFilename>() {
            assert_eq!(name.to_string(), text);
        }
    }
});

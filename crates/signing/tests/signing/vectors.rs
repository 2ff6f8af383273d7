//! Everything in `content-trust.json`, which an independent implementation made.

use std::collections::BTreeMap;

use bonded_signing::canonical::canonical;
use bonded_signing::{
    Envelope, KeyManagerRole, PublicKey, RootRole, Signature, SigningKey, TrustedKeyManager, TrustedRoot,
    openpgp, sign_record,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::made::day;

#[derive(Deserialize)]
struct Vectors {
    keys: BTreeMap<String, Key>,
    records: Vec<Record>,
    files: BTreeMap<String, Box<RawValue>>,
}

#[derive(Deserialize)]
struct Key {
    seed: String,
    public: PublicKey,
}

#[derive(Deserialize)]
struct Record {
    record: Box<RawValue>,
    canonical_hex: String,
    canonical_sha256: String,
    pkg_mgr1_signature: Signature,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("data/content-trust.json")).unwrap()
}

impl Vectors {
    fn key(&self, name: &str) -> SigningKey {
        let mut seed = [0; 32];
        hex::decode_to_slice(&self.keys[name].seed, &mut seed).unwrap();
        SigningKey::from_seed(&seed)
    }

    fn file(&self, beginning: &str) -> &[u8] {
        let (_, raw) = self.files.iter().find(|(name, _)| name.starts_with(beginning)).unwrap();
        raw.get().as_bytes()
    }
}

#[test]
fn every_seed_gives_its_public_key() {
    let vectors = vectors();
    assert_eq!(vectors.keys.len(), 7);
    for (name, key) in &vectors.keys {
        assert_eq!(vectors.key(name).public(), key.public, "{name}");
    }
}

#[test]
fn every_record_has_its_canonical_bytes_and_its_signature() {
    let vectors = vectors();
    assert_eq!(vectors.records.len(), 3);
    for Record { record, canonical_hex, canonical_sha256, pkg_mgr1_signature } in &vectors.records {
        let bytes = canonical(record.get().as_bytes()).unwrap();
        assert_eq!(&hex::encode(&bytes), canonical_hex);
        assert_eq!(&bonded_model::Sha256::of(&bytes).to_string(), canonical_sha256);
        let made = sign_record(record.get().as_bytes(), &vectors.key("pkg_mgr1")).unwrap();
        assert_eq!(made.signature, *pkg_mgr1_signature);
        assert_eq!(made.key, vectors.keys["pkg_mgr1"].public);
        assert!(made.verifies(record.get().as_bytes()).unwrap());
    }
}

#[test]
fn every_file_verifies_and_is_written_again_as_it_was() {
    let vectors = vectors();
    assert_eq!(vectors.files.len(), 4);
    let first = TrustedRoot::pin(vectors.file("1.root.json"), None).unwrap();
    let second = first.update(vectors.file("2.root.json")).unwrap();
    let one = TrustedKeyManager::verify(&first, vectors.file("key_mgr.json"), day(1), 0).unwrap();
    let two =
        TrustedKeyManager::verify(&second, vectors.file("key_mgr.json v2"), day(1), one.version()).unwrap();
    assert_eq!((second.version(), two.version()), (2, 2));
    assert!(one.package_managers().pubkeys().contains(&vectors.keys["pkg_mgr1"].public));
    for file in vectors.files.values() {
        let file = file.get().as_bytes();
        assert_eq!(Envelope::parse(file).unwrap().to_bytes().unwrap(), canonical(file).unwrap());
    }
}

#[test]
fn what_is_made_here_from_the_same_words_has_the_same_bytes() {
    let vectors = vectors();
    for file in ["1.root.json", "2.root.json"] {
        let envelope = Envelope::parse(vectors.file(file)).unwrap();
        let again = RootRole::read(&envelope).unwrap().to_envelope().unwrap();
        assert_eq!(again.signed(), envelope.signed());
    }
    let mut made = {
        let envelope = Envelope::parse(vectors.file("key_mgr.json")).unwrap();
        KeyManagerRole::read(&envelope).unwrap().to_envelope().unwrap()
    };
    made.sign(&vectors.key("key_mgr1"));
    assert_eq!(made.to_bytes().unwrap(), canonical(vectors.file("key_mgr.json")).unwrap());
}

#[test]
fn the_signature_of_a_root_is_made_over_the_headers_that_stand_with_it() {
    let vectors = vectors();
    let envelope = Envelope::parse(vectors.file("1.root.json")).unwrap();
    let key = vectors.keys["root1"].public;
    let signature = &envelope.signatures()[&key];
    assert!(openpgp::verify(envelope.signed(), &key, signature));
    let mut other = signature.clone();
    other.other_headers.as_mut().unwrap()[34] ^= 1;
    assert!(!openpgp::verify(envelope.signed(), &key, &other));
}

use serde_json::json;

use super::*;
use crate::testing::{TestKey, jwks};

fn parse(keys: Vec<Value>) -> Result<Keys, InvalidKeys> {
    Keys::parse(&json!({ "keys": keys }).to_string())
}

fn changed(key: &TestKey, name: &str, value: Value) -> Value {
    let mut jwk = key.jwk();
    jwk[name] = value;
    jwk
}

#[test]
fn keys_of_all_kinds_are_read_side_by_side() {
    let keys = [TestKey::rsa("r"), TestKey::p256("p"), TestKey::ed25519("e")];
    let keys = Keys::parse(&jwks(&keys.each_ref())).unwrap();
    assert_eq!(keys.ids(), ["e", "p", "r"]);
    assert!(keys.contains("r") && !keys.contains("R"));
}

#[test]
fn keys_for_other_purposes_are_passed_over() {
    let key = TestKey::rsa("good");
    let others = [
        changed(&TestKey::rsa("encrypts"), "use", json!("enc")),
        changed(&TestKey::rsa("other_algorithm"), "alg", json!("RS512")),
        changed(&TestKey::rsa("other_kind"), "kty", json!("oct")),
        changed(&TestKey::p256("other_curve"), "crv", json!("secp256k1")),
        changed(&TestKey::p256("short"), "x", json!("AAAA")),
        changed(&TestKey::rsa("no_base64"), "n", json!("!")),
        changed(&TestKey::rsa("no_exponent"), "e", json!("AAAA")),
        changed(&TestKey::rsa(""), "kid", json!("")),
        changed(&TestKey::rsa("number"), "kid", json!(7)),
        json!("no key"),
        json!({"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}),
    ];
    let keys = parse(others.iter().cloned().chain([key.jwk()]).collect()).unwrap();
    assert_eq!(keys.ids(), ["good"]);
    assert_eq!(parse(others.to_vec()), Err(InvalidKeys::Empty));
}

#[test]
fn a_key_whose_private_half_is_published() {
    let leaked = changed(&TestKey::rsa("leaked"), "d", json!("AAAA"));
    assert_eq!(parse(vec![leaked]), Err(InvalidKeys::Empty));
}

#[test]
fn rsa_keys_that_are_too_short_or_too_long() {
    let modulus = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
    let bits_1024 = changed(&TestKey::rsa("k"), "n", modulus(&[0x80; 128]));
    let bits_2047 = changed(&TestKey::rsa("k"), "n", modulus(&[0x7f; 256]));
    let padded_1024 = changed(&TestKey::rsa("k"), "n", modulus(&[vec![0; 128], vec![0x80; 128]].concat()));
    let bits_16384 = changed(&TestKey::rsa("k"), "n", modulus(&[0x80; 2048]));
    for jwk in [bits_1024, bits_2047, padded_1024, bits_16384] {
        assert_eq!(parse(vec![jwk]), Err(InvalidKeys::Empty));
    }
    assert!(parse(vec![changed(&TestKey::rsa("k"), "n", modulus(&[0x80; 256]))]).is_ok());
}

#[test]
fn one_identifier_for_two_keys() {
    let ambiguous = parse(vec![TestKey::rsa("k").jwk(), TestKey::other_rsa("k").jwk()]);
    assert_eq!(ambiguous, Err(InvalidKeys::Ambiguous("k".into())));
    assert!(parse(vec![TestKey::rsa("k").jwk(), TestKey::rsa("k").jwk()]).is_ok());
}

#[test]
fn too_many_keys_or_no_set() {
    let many = (0..65).map(|n| TestKey::p256(&n.to_string()).jwk()).collect();
    assert_eq!(parse(many), Err(InvalidKeys::TooMany));
    for text in ["", "{}", "[]", r#"{"keys": {}}"#, "<html>"] {
        assert_eq!(Keys::parse(text), Err(InvalidKeys::Form), "{text}");
    }
    assert_eq!(parse(Vec::new()), Err(InvalidKeys::Empty));
}

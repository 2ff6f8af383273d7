use bonded_model::publishing::{Algorithm, Issuer, Provider};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;
use crate::testing::{TestKey, github, issuer, jwks, with};

const URL: &str = "https://issuer.example";
const AUDIENCE: &str = "registry.example";

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn claims() -> Value {
    github(URL, AUDIENCE, now())
}

fn check_at(
    token: &str,
    keys: &[&TestKey],
    issuer: &Issuer,
    now: Timestamp,
) -> Result<Verified, VerifyError> {
    let keys = Keys::parse(&jwks(keys)).unwrap();
    verify(&Unverified::parse(token).unwrap(), &keys, issuer, AUDIENCE, now)
}

fn check(token: &str) -> Result<Verified, VerifyError> {
    check_at(token, &[&TestKey::rsa("k1")], &issuer(Provider::GitHub, URL), now())
}

fn check_claims(changes: Value) -> Result<Verified, VerifyError> {
    check(&TestKey::rsa("k1").sign(&with(claims(), changes)))
}

#[test]
fn a_token_of_the_issuer_is_believed() {
    let verified = check_claims(json!({"jti": "run-1"})).unwrap();
    assert_eq!(verified.claims.text("repository"), Some("acme/rocket"));
    assert_eq!((verified.replay_id.as_str(), verified.expires_at), ("run-1", now() + TimeDelta::hours(1)));
}

#[test]
fn every_algorithm_verifies_by_its_own_keys() {
    for key in [TestKey::rsa("k"), TestKey::p256("k"), TestKey::ed25519("k")] {
        let issuer = Issuer { algorithm: key.algorithm(), ..issuer(Provider::GitHub, URL) };
        let token = key.sign(&claims());
        assert!(check_at(&token, &[&key], &issuer, now()).is_ok(), "{:?}", key.algorithm());
        let (signed, _) = token.rsplit_once('.').unwrap();
        let zeros = format!("{signed}.{}", "A".repeat(86));
        assert_eq!(check_at(&zeros, &[&key], &issuer, now()), Err(VerifyError::Signature));
    }
}

#[test]
fn alg_none() {
    let token = TestKey::rsa("k1").sign_as(&json!({"alg": "none", "kid": "k1"}), &claims());
    let (signed, _) = token.rsplit_once('.').unwrap();
    for token in [token.clone(), format!("{signed}.")] {
        let error = check(&token).unwrap_err();
        assert_eq!(error, VerifyError::Algorithm { expected: "RS256", received: "none".into() });
    }
}

#[test]
fn hs256_with_the_public_key_as_the_secret() {
    let key = TestKey::rsa("k1");
    let token = key.sign_as(&json!({"alg": "HS256", "kid": "k1"}), &claims());
    assert!(matches!(check(&token), Err(VerifyError::Algorithm { .. })));
    // And if HS256 could be pinned by mistake, there is no such word to pin.
    assert!("HS256".parse::<Algorithm>().is_err());
}

#[test]
fn the_header_chooses_another_algorithm() {
    for alg in ["ES256", "RS384", "RS512", "PS256", "EdDSA", "rs256", "", "RS256 "] {
        let token = TestKey::rsa("k1").sign_as(&json!({"alg": alg, "kid": "k1"}), &claims());
        assert!(matches!(check(&token), Err(VerifyError::Algorithm { .. })), "{alg}");
    }
    let token = TestKey::rsa("k1").sign_as(&json!({"alg": ["RS256"], "kid": "k1"}), &claims());
    assert!(matches!(check(&token), Err(VerifyError::Algorithm { .. })));
}

#[test]
fn a_key_of_another_kind_under_the_right_identifier() {
    let (rsa, curve) = (TestKey::rsa("k1"), TestKey::p256("k1"));
    let token = rsa.sign(&claims());
    assert_eq!(
        check_at(&token, &[&curve], &issuer(Provider::GitHub, URL), now()),
        Err(VerifyError::Signature)
    );
    let curves = Issuer { algorithm: Algorithm::Es256, ..issuer(Provider::GitHub, URL) };
    assert_eq!(check_at(&curve.sign(&claims()), &[&rsa], &curves, now()), Err(VerifyError::Signature));
}

#[test]
fn a_key_that_is_named_but_did_not_sign() {
    let token = TestKey::other_rsa("k1").sign(&claims());
    assert_eq!(check(&token), Err(VerifyError::Signature));
}

#[test]
fn no_kid() {
    for header in
        [json!({"alg": "RS256"}), json!({"alg": "RS256", "kid": ""}), json!({"alg": "RS256", "kid": 1})]
    {
        assert_eq!(check(&TestKey::rsa("k1").sign_as(&header, &claims())), Err(VerifyError::NoKeyId));
    }
}

#[test]
fn an_unknown_kid_asks_for_newer_keys() {
    let token = TestKey::rsa("k2").sign(&claims());
    assert_eq!(check(&token), Err(VerifyError::UnknownKey("k2".into())));
}

#[test]
fn a_key_that_the_token_brings_along() {
    let own = TestKey::other_rsa("mine");
    let header =
        json!({"alg": "RS256", "kid": "mine", "jwk": own.jwk(), "jku": "https://attacker.example/jwks"});
    assert_eq!(check(&own.sign_as(&header, &claims())), Err(VerifyError::UnknownKey("mine".into())));
}

#[test]
fn critical_extensions() {
    let header = json!({"alg": "RS256", "kid": "k1", "crit": ["b64"], "b64": false});
    assert_eq!(check(&TestKey::rsa("k1").sign_as(&header, &claims())), Err(VerifyError::Critical));
}

#[test]
fn claims_that_were_changed_after_signing() {
    let token = TestKey::rsa("k1").sign(&claims());
    let other = TestKey::other_rsa("k1").sign(&with(claims(), json!({"repository": "evil/rocket"})));
    let (mine, theirs): (Vec<_>, Vec<_>) = (token.split('.').collect(), other.split('.').collect());
    assert_eq!(check(&format!("{}.{}.{}", mine[0], theirs[1], mine[2])), Err(VerifyError::Signature));
}

#[test]
fn an_audience_list_even_of_one() {
    for aud in [json!([AUDIENCE]), json!([AUDIENCE, "other.example"]), json!({"a": AUDIENCE}), json!(null)] {
        let error = check_claims(json!({"aud": null})).unwrap_err();
        assert!(matches!(error, VerifyError::Audience { .. }));
        let mut claims = claims();
        claims["aud"] = aud.clone();
        let token = TestKey::rsa("k1").sign(&claims);
        assert!(matches!(check(&token), Err(VerifyError::Audience { .. })), "{aud}");
    }
}

#[test]
fn an_audience_of_somebody_else_or_with_a_port() {
    for aud in ["other.example", "registry.example:443", "https://registry.example", "Registry.example", ""] {
        assert!(matches!(check_claims(json!({"aud": aud})), Err(VerifyError::Audience { .. })), "{aud}");
    }
}

#[test]
fn an_issuer_whose_url_only_looks_the_same() {
    for iss in [
        "https://issuer.example/",
        "https://ISSUER.example",
        "https://issuer.example.evil",
        "http://issuer.example",
    ] {
        assert!(matches!(check_claims(json!({"iss": iss})), Err(VerifyError::Issuer(_))), "{iss}");
    }
}

#[test]
fn missing_times() {
    for name in ["iat", "exp"] {
        assert_eq!(
            check_claims(json!({name: null})),
            Err(VerifyError::Time(if name == "iat" { "iat" } else { "exp" }))
        );
    }
    assert!(check_claims(json!({"nbf": null})).is_ok());
}

#[test]
fn times_that_are_none() {
    for time in
        [json!("1728000000"), json!(-1), json!(1e300), json!(true), json!([1]), json!(253_402_300_800_u64)]
    {
        for name in ["iat", "exp", "nbf"] {
            let changes = json!({name: time});
            assert!(matches!(check_claims(changes), Err(VerifyError::Time(_))), "{name} {time}");
        }
    }
    let seconds = now().timestamp();
    assert!(check_claims(json!({"iat": seconds as f64 - 0.5, "exp": seconds as f64 + 60.25})).is_ok());
}

#[test]
fn expired_tokens_are_believed_for_the_leeway_and_no_longer() {
    let (key, issuer) = (TestKey::rsa("k1"), issuer(Provider::GitHub, URL));
    let token = key.sign(&claims());
    let end = now() + TimeDelta::hours(1);
    for (seconds, believed) in [(0, true), (1, true), (30, true), (31, false), (3_600, false)] {
        let result = check_at(&token, &[&key], &issuer, end + TimeDelta::seconds(seconds));
        assert_eq!(result.is_ok(), believed, "{seconds}");
        if !believed {
            assert_eq!(result, Err(VerifyError::Expired(end)));
        }
    }
}

#[test]
fn tokens_of_the_future_are_believed_within_the_leeway_only() {
    let seconds = now().timestamp();
    assert!(check_claims(json!({"nbf": seconds + 30})).is_ok());
    assert!(matches!(
        check_claims(json!({"nbf": seconds + 31})),
        Err(VerifyError::Early { claim: "nbf", .. })
    ));
    assert!(check_claims(json!({"iat": seconds + 30})).is_ok());
    assert!(matches!(
        check_claims(json!({"iat": seconds + 31})),
        Err(VerifyError::Early { claim: "iat", .. })
    ));
}

#[test]
fn a_token_for_years() {
    let seconds = now().timestamp();
    assert!(check_claims(json!({"exp": seconds + 86_400})).is_ok());
    assert_eq!(check_claims(json!({"exp": seconds + 86_401})), Err(VerifyError::Life));
    assert_eq!(check_claims(json!({"iat": seconds, "exp": seconds})), Err(VerifyError::Life));
}

#[test]
fn without_a_jti_another_signature_of_the_same_claims_is_the_same_token() {
    let key = TestKey::p256("k1");
    let issuer = Issuer { algorithm: Algorithm::Es256, ..issuer(Provider::GitHub, URL) };
    let claims = with(claims(), json!({"jti": null}));
    let (one, other) = (key.sign(&claims), key.sign(&claims));
    assert_ne!(one, other, "ECDSA signs with randomness");
    let burnt = |token: &str| check_at(token, &[&key], &issuer, now()).unwrap().replay_id;
    assert_eq!(burnt(&one), burnt(&other));
    assert!(burnt(&one).starts_with("sha256:"));
}

#[test]
fn a_jti_that_is_endless_is_kept_as_a_hash() {
    let verified = check_claims(json!({"jti": "x".repeat(256)})).unwrap();
    assert!(verified.replay_id.starts_with("sha256:"));
    assert!(check_claims(json!({"jti": 7})).unwrap().replay_id.starts_with("sha256:"));
}

#[test]
fn no_error_repeats_the_token() {
    let token = TestKey::other_rsa("k1").sign(&claims());
    let error = check(&token).unwrap_err();
    let signature = token.rsplit_once('.').unwrap().1;
    assert!(!format!("{error} {error:?}").contains(&signature[..16]));
}

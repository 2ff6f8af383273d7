use bonded_model::publishing::Provider;
use serde_json::json;

use super::*;
use crate::providers::support::Given;
use crate::{Warning, testing};

const GIVEN: Given =
    Given { provider: Provider::Google, url: "https://accounts.google.com", claims: testing::google };

const EMAIL: (&str, &str) = ("email", "publisher@rocket-1.iam.gserviceaccount.com");

#[test]
fn the_service_account_matches() {
    let config = GIVEN.read(&[EMAIL]).unwrap();
    assert!(GIVEN.check(&config, json!({})).is_empty());
    GIVEN.check_config(&config);
    assert_eq!(GIVEN.check(&config, json!({"email": "other@rocket-1.iam.gserviceaccount.com"})), ["email"]);
    assert_eq!(
        GIVEN.check(&config, json!({"email": "Publisher@rocket-1.iam.gserviceaccount.com"})),
        ["email"]
    );
}

#[test]
fn an_account_that_was_made_again_under_the_same_address() {
    let config = GIVEN.read(&[EMAIL, ("sub", "113000000000000000001")]).unwrap();
    assert!(GIVEN.check(&config, json!({})).is_empty());
    assert_eq!(GIVEN.check(&config, json!({"sub": "114000000000000000002"})), ["sub"]);
    assert!(config.warnings().is_empty());
    assert_eq!(GIVEN.read(&[EMAIL]).unwrap().warnings(), [Warning::NoSubject]);
}

#[test]
fn an_address_that_nobody_verified() {
    for verified in [json!(false), json!("true"), json!(1), json!(null)] {
        let refused = GIVEN.identity(json!({"email_verified": verified})).unwrap_err();
        assert!(matches!(refused, IdentityError::Claim { claim: "email_verified", .. }), "{verified}");
    }
}

#[test]
fn fields_that_cannot_be_right() {
    for (field, bad) in
        [("email", "publisher"), ("email", "a@b"), ("email", "a@b.example@c.example"), ("sub", "me")]
    {
        assert!(GIVEN.read(&[EMAIL, (field, bad)]).unwrap_err().get(field).is_some(), "{bad}");
    }
}

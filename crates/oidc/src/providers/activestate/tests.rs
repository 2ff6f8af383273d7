use bonded_model::publishing::Provider;
use serde_json::json;

use super::*;
use crate::providers::support::Given;
use crate::testing;

const GIVEN: Given = Given {
    provider: Provider::ActiveState,
    url: "https://platform.activestate.com/api/v1/oauth/oidc",
    claims: testing::activestate,
};

const FIELDS: [(&str, &str); 3] =
    [("organization", "acme"), ("project", "rocket"), ("actor_id", "00000000-1000-8000-0000-000000000003")];

#[test]
fn a_build_of_the_project_matches() {
    let config = GIVEN.read(&FIELDS).unwrap();
    assert!(GIVEN.check(&config, json!({})).is_empty());
    assert!(GIVEN.check(&config, json!({"sub": "org:acme:project:rocket:build:1"})).is_empty());
    GIVEN.check_config(&config);
}

#[test]
fn anything_else_does_not() {
    let config = GIVEN.read(&FIELDS).unwrap();
    for (claim, bad) in [
        ("sub", "org:acme:project:rocket2"),
        ("sub", "org:acme:project"),
        ("organization", "Acme"),
        ("project", "rocket2"),
        ("actor_id", "00000000-1000-8000-0000-000000000009"),
    ] {
        assert_eq!(GIVEN.check(&config, json!({claim: bad})), [claim], "{bad}");
    }
}

#[test]
fn a_build_by_another_builder() {
    let refused = GIVEN.identity(json!({"builder": "wheel-builder"})).unwrap_err();
    assert!(matches!(refused, IdentityError::Claim { claim: "builder", .. }));
}

use bonded_model::publishing::Provider;
use serde_json::json;

use super::*;
use crate::providers::support::Given;
use crate::{PublisherConfig, testing};

const GIVEN: Given = Given {
    provider: Provider::CircleCi,
    url: "https://oidc.circleci.com/org/76a31a5d-0000-4000-8000-000000000001",
    claims: testing::circleci,
};

const FIELDS: [(&str, &str); 5] = [
    ("organization_id", "76a31a5d-0000-4000-8000-000000000001"),
    ("project_id", "8cf45f1a-0000-4000-8000-000000000002"),
    ("context_id", "a74579f1-0000-4000-8000-000000000004"),
    ("vcs_origin", "github.com/acme/rocket"),
    ("vcs_ref", "refs/heads/main"),
];

#[test]
fn a_job_of_the_project_matches() {
    let config = GIVEN.read(&FIELDS).unwrap();
    assert!(GIVEN.check(&config, json!({})).is_empty());
    GIVEN.check_config(&config);
    let source = GIVEN.identity(json!({})).unwrap().source;
    assert_eq!(source.repository_url.as_deref(), Some("https://github.com/acme/rocket"));
    assert_eq!(source.repository.as_deref(), Some("acme/rocket"));
    let definition = "17c50866-0000-4000-8000-000000000005";
    let source = GIVEN.identity(json!({DEFINITION: definition})).unwrap().source;
    assert_eq!(source.workflow.as_deref(), Some(definition));
}

#[test]
fn anything_else_does_not() {
    let config = GIVEN.read(&FIELDS).unwrap();
    let other = "8cf45f1a-0000-4000-8000-000000000009";
    assert_eq!(GIVEN.check(&config, json!({PROJECT: other})), [PROJECT]);
    assert_eq!(GIVEN.check(&config, json!({CONTEXTS: []})), [CONTEXTS]);
    assert_eq!(GIVEN.check(&config, json!({CONTEXTS: [other]})), [CONTEXTS]);
    assert_eq!(GIVEN.check(&config, json!({ORIGIN: "github.com/evil/rocket"})), [ORIGIN]);
    assert_eq!(GIVEN.check(&config, json!({REF: "refs/heads/evil"})), [REF]);
    let subject = format!("org/76a31a5d-0000-4000-8000-000000000001/project/{other}/user/x");
    assert_eq!(GIVEN.check(&config, json!({"sub": subject})), ["sub"]);
}

#[test]
fn a_build_of_a_fork_that_got_secrets_does_not_publish() {
    let fields = |wanted: &[usize]| wanted.iter().map(|index| FIELDS[*index]).collect::<Vec<_>>();
    let forgotten = GIVEN.read(&fields(&[0, 1, 2, 4])).unwrap_err();
    assert!(forgotten.get("vcs_origin").is_some(), "{forgotten}");
    let config = GIVEN.read(&fields(&[0, 1, 3])).unwrap();
    assert_eq!(GIVEN.check(&config, json!({ORIGIN: "github.com/mallory/rocket"})), [ORIGIN]);
    assert_eq!(GIVEN.check(&config, json!({ORIGIN: null})), [ORIGIN]);
    assert_eq!(config.warnings(), [Warning::UnprotectedRef]);
}

#[test]
fn a_publisher_that_was_added_without_a_source_repository_goes_on_and_warns() {
    let old = r#"{"provider": "circleci", "organization_id": "76a31a5d-0000-4000-8000-000000000001",
        "project_id": "8cf45f1a-0000-4000-8000-000000000002", "vcs_ref": "refs/heads/main"}"#;
    let config = PublisherConfig::from_json(old).unwrap();
    assert!(GIVEN.check(&config, json!({})).is_empty());
    assert_eq!(config.warnings(), [Warning::NoOrigin]);
}

#[test]
fn a_job_with_somebody_in_its_shell() {
    for ssh in [json!(true), json!("true"), json!("yes"), json!(1)] {
        assert!(GIVEN.identity(json!({SSH: ssh})).is_err(), "{ssh}");
    }
    assert!(GIVEN.identity(json!({SSH: null})).is_ok(), "older tokens do not say");
}

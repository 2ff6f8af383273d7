use bonded_model::publishing::Provider;
use serde_json::json;

use crate::providers::support::Given;
use crate::{Warning, testing};

const GIVEN: Given =
    Given { provider: Provider::Buildkite, url: "https://agent.buildkite.com", claims: testing::buildkite };

const FIELDS: [(&str, &str); 4] =
    [("organization", "acme"), ("pipeline", "rocket"), ("branch", "main"), ("step", "publish")];

#[test]
fn a_job_of_the_pipeline_matches() {
    let config = GIVEN.read(&FIELDS).unwrap();
    assert!(GIVEN.check(&config, json!({})).is_empty());
    GIVEN.check_config(&config);
    let source = GIVEN.identity(json!({})).unwrap().source;
    assert_eq!(source.run_url.unwrap(), "https://buildkite.com/acme/rocket/builds/175");
    assert_eq!((source.git_ref.as_deref(), source.repository_url), (Some("refs/heads/main"), None));
}

#[test]
fn anything_else_does_not() {
    let config = GIVEN.read(&FIELDS).unwrap();
    for (claim, bad) in [
        ("organization_slug", "evil"),
        ("pipeline_slug", "rocket2"),
        ("build_branch", "evil:main"),
        ("step_key", "test"),
    ] {
        assert_eq!(GIVEN.check(&config, json!({claim: bad})), [claim]);
    }
    assert_eq!(GIVEN.check(&config, json!({"step_key": null})), ["step_key"]);
}

#[test]
fn an_id_that_the_job_did_not_ask_for() {
    let id = "018485f6-0000-4b61-a7be-0e35ef563df0";
    let config = GIVEN.read(&[&FIELDS[..], &[("organization_id", id)]].concat()).unwrap();
    assert_eq!(GIVEN.check(&config, json!({})), ["organization_id"]);
    assert!(GIVEN.check(&config, json!({"organization_id": id})).is_empty());
    assert!(config.warnings().is_empty());
    assert_eq!(GIVEN.read(&FIELDS).unwrap().warnings(), [Warning::NoIds]);
    assert_eq!(GIVEN.read(&FIELDS[..2]).unwrap().warnings(), [Warning::UnprotectedRef, Warning::NoIds]);
}

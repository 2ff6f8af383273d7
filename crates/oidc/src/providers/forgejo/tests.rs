use bonded_model::publishing::Provider;
use serde_json::json;

use super::*;
use crate::providers::support::Given;
use crate::testing;

const GIVEN: Given =
    Given { provider: Provider::Forgejo, url: "https://git.example/api/actions", claims: testing::forgejo };

const FIELDS: [(&str, &str); 3] =
    [("owner", "acme"), ("repository", "rocket"), ("workflow", ".forgejo/workflows/release.yml")];

#[test]
fn a_run_of_the_workflow_matches() {
    let config = GIVEN.read(&[&FIELDS[..], &[("protected_ref_only", "true")]].concat()).unwrap();
    assert!(GIVEN.check(&config, json!({})).is_empty());
    GIVEN.check_config(&config);
    let source = GIVEN.identity(json!({})).unwrap().source;
    assert_eq!(source.repository_url.as_deref(), Some("https://git.example/acme/rocket"));
    assert_eq!(source.run_url.as_deref(), Some("https://git.example/acme/rocket/actions/runs/43"));
    assert_eq!(source.workflow.as_deref(), Some(".forgejo/workflows/release.yml"));
}

#[test]
fn anything_else_does_not() {
    let config = GIVEN.read(&[&FIELDS[..], &[("protected_ref_only", "true")]].concat()).unwrap();
    for (claim, bad) in [
        ("repository", "evil/rocket"),
        ("repository_owner", "evil"),
        ("workflow_ref", "acme/rocket/.forgejo/workflows/evil.yml@refs/heads/main"),
        ("workflow_ref", "acme/rocket/.github/workflows/release.yml@refs/heads/main"),
        ("workflow_ref", "acme/rocket/.forgejo/workflows/release.yml@refs/heads/other"),
        ("ref_protected", "false"),
    ] {
        assert_eq!(GIVEN.check(&config, json!({claim: bad})), [claim], "{bad}");
    }
    for event in ["pull_request", "pull_request_target", "issue_comment"] {
        assert!(matches!(GIVEN.identity(json!({"event_name": event})), Err(IdentityError::Event { .. })));
    }
}

#[test]
fn ids_count_where_the_server_gives_them() {
    let config = GIVEN.read(&[&FIELDS[..], &[("owner_id", "65")]].concat()).unwrap();
    assert_eq!(GIVEN.check(&config, json!({})), ["repository_owner_id"]);
    assert!(GIVEN.check(&config, json!({"repository_owner_id": 65})).is_empty());
    let names = GIVEN.read(&FIELDS).unwrap();
    assert_eq!(names.warnings(), [Warning::UnprotectedRef, Warning::NoOwnerId]);
    assert_eq!(names.with_ids_of(&GIVEN.identity(json!({})).unwrap()), None, "not every server gives it");
    let learnt = names.with_ids_of(&GIVEN.identity(json!({"repository_owner_id": 65})).unwrap()).unwrap();
    assert_eq!(GIVEN.check(&learnt, json!({"repository_owner_id": 66})), ["repository_owner_id"]);
    assert_eq!(learnt.warnings(), [Warning::UnprotectedRef]);
}

#[test]
fn fields_that_cannot_be_right() {
    for bad in ["release.yml", ".forgejo/workflows/", ".forgejo/workflows/sub/release.yml", "ci/release.yml"]
    {
        let errors = GIVEN.read(&[FIELDS[0], FIELDS[1], ("workflow", bad)]).unwrap_err();
        assert!(errors.get("workflow").is_some(), "{bad}");
    }
}

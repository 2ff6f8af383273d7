use bonded_model::publishing::Provider;
use serde_json::{Value, json};

use super::*;
use crate::providers::support::Given;
use crate::{PublisherConfig, testing};

const GIVEN: Given = Given { provider: Provider::GitLab, url: "https://gitlab.com", claims: testing::gitlab };

const FIELDS: [(&str, &str); 3] =
    [("namespace", "acme/tools"), ("project", "rocket"), ("environment", "release")];

fn config(changes: &[(&str, &str)]) -> PublisherConfig {
    GIVEN.read(&[&FIELDS, changes].concat()).unwrap()
}

fn check(changes: Value) -> Vec<String> {
    GIVEN.check(&config(&[]), changes)
}

#[test]
fn a_job_of_the_pipeline_matches() {
    assert!(check(json!({})).is_empty());
    GIVEN.check_config(&config(&[]));
    GIVEN.check_config(&config(&[
        ("protected_ref_only", "true"),
        ("namespace_id", "72"),
        ("ci_file", "ci/release.yml"),
    ]));
    assert_eq!(config(&[]).describe(), "GitLab CI: acme/tools/rocket, .gitlab-ci.yml, environment release");
}

#[test]
fn the_facts_of_the_run_are_kept() {
    let source = GIVEN.identity(json!({})).unwrap().source;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    assert_eq!(text(&source.repository_url), "https://gitlab.com/acme/tools/rocket");
    assert_eq!(text(&source.run_url), "https://gitlab.com/acme/tools/rocket/-/pipelines/574");
    assert_eq!(text(&source.workflow), ".gitlab-ci.yml");
    assert_eq!((text(&source.git_ref).as_str(), source.protected), ("refs/heads/main", Some(true)));
}

#[test]
fn another_project_or_namespace() {
    assert!(check(json!({"project_path": "acme/tools/rocket2"})).contains(&"project_path".into()));
    assert!(check(json!({"project_path": "acme/rocket"})).contains(&"project_path".into()));
    assert_eq!(check(json!({"namespace_path": "acme"})), ["namespace_path"]);
    assert!(check(json!({"project_path": "Acme/Tools/Rocket", "namespace_path": "ACME/tools"})).is_empty());
}

#[test]
fn a_namespace_that_was_given_up_and_taken_by_somebody_else() {
    let learnt = config(&[]).with_ids_of(&GIVEN.identity(json!({})).unwrap()).unwrap();
    assert!(GIVEN.check(&learnt, json!({})).is_empty());
    assert_eq!(GIVEN.check(&learnt, json!({"namespace_id": "73"})), ["namespace_id"]);
    assert_eq!(GIVEN.check(&learnt, json!({"project_id": 21})), ["project_id"]);
    let odd = GIVEN.identity(json!({"namespace_id": "seventy-two", "project_id": "20"})).unwrap();
    let odd = config(&[]).with_ids_of(&odd).unwrap();
    assert!(PublisherConfig::from_json(&odd.to_json()).is_ok(), "what is learnt can be kept");
    let typed = config(&[("namespace_id", "71")]);
    assert_eq!(GIVEN.check(&typed, json!({})), ["namespace_id"]);
}

#[test]
fn environments_are_compared_with_their_case() {
    assert_eq!(check(json!({"environment": "Release"})), ["environment"]);
    assert_eq!(check(json!({"environment": null})), ["environment"]);
}

#[test]
fn a_ref_that_is_not_protected() {
    let protected = config(&[("protected_ref_only", "on")]);
    assert!(GIVEN.check(&protected, json!({})).is_empty());
    for value in [json!("false"), json!(""), json!(false), json!(null), json!("True")] {
        assert_eq!(GIVEN.check(&protected, json!({"ref_protected": value})), ["ref_protected"], "{value}");
    }
    assert!(check(json!({"ref_protected": "false"})).is_empty());
}

#[test]
fn another_ci_file_or_one_from_elsewhere() {
    for uri in [
        "gitlab.com/acme/tools/rocket//evil.yml@refs/heads/main",
        "gitlab.com/acme/tools/rocket//.gitlab-ci.yml@refs/heads/other",
        "gitlab.com/acme/tools/rocket/.gitlab-ci.yml@refs/heads/main",
        "gitlab.com/evil/rocket//.gitlab-ci.yml@refs/heads/main",
        "gitlab.evil/acme/tools/rocket//.gitlab-ci.yml@refs/heads/main",
        "gitlab.com/acme/tools/rocket//.gitlab-ci.yml@fake.yml@refs/heads/main",
        "gitlab.com/acme/tools/rocket//.gitlab-ci.yml@",
    ] {
        assert_eq!(check(json!({"ci_config_ref_uri": uri})), ["ci_config_ref_uri"], "{uri}");
    }
    assert_eq!(check(json!({"ci_config_ref_uri": null})), ["ci_config_ref_uri"]);
}

#[test]
fn merge_requests_of_forks() {
    for source in ["merge_request_event", "external_pull_request_event"] {
        assert!(matches!(
            GIVEN.identity(json!({"pipeline_source": source})),
            Err(IdentityError::Event { .. })
        ));
    }
}

#[test]
fn two_self_managed_servers_with_the_same_namespace_and_project() {
    let one = Given { url: "https://git.one.example", ..GIVEN };
    let two = Given { url: "https://git.two.example:8443/gitlab", ..GIVEN };
    let config = config(&[]);
    assert!(one.check(&config, json!({})).is_empty());
    assert!(two.check(&config, json!({})).is_empty());
    // Publishers are found by their issuer. And even if one were not, the file is named with its server.
    let uri = "git.one.example/acme/tools/rocket//.gitlab-ci.yml@refs/heads/main";
    assert_eq!(two.check(&config, json!({"ci_config_ref_uri": uri})), ["ci_config_ref_uri"]);
    let source = two.identity(json!({})).unwrap().source;
    assert_eq!(source.repository_url.unwrap(), "https://git.two.example:8443/gitlab/acme/tools/rocket");
}

#[test]
fn a_server_whose_tokens_another_host_issues() {
    let url = "https://tokens.example/gitlab";
    let issuer =
        Issuer { server: Some("https://git.example/forge".into()), ..testing::issuer(Provider::GitLab, url) };
    let found = |file: &str| {
        let plain = testing::gitlab(url, "registry.example", bonded_model::Timestamp::UNIX_EPOCH);
        let claims = testing::with(plain, json!({"ci_config_ref_uri": file}));
        identity(&issuer, &Claims::new(claims.as_object().cloned().unwrap())).unwrap()
    };
    let right = found("git.example/forge/acme/tools/rocket//.gitlab-ci.yml@refs/heads/main");
    assert_eq!(config(&[]).check(&right), Ok(()));
    let source = right.source;
    assert_eq!(source.repository_url.as_deref(), Some("https://git.example/forge/acme/tools/rocket"));
    assert_eq!(source.workflow.as_deref(), Some(".gitlab-ci.yml"));
    let wrong = found("tokens.example/gitlab/acme/tools/rocket//.gitlab-ci.yml@refs/heads/main");
    assert_eq!(config(&[]).check(&wrong).unwrap_err()[0].claim, "ci_config_ref_uri");
}

#[test]
fn a_publisher_that_is_not_strict_is_warned_of() {
    let loose = GIVEN.read(&FIELDS[..2]).unwrap();
    assert_eq!(loose.warnings(), [Warning::NoEnvironment, Warning::UnprotectedRef, Warning::NoOwnerId]);
    assert_eq!(config(&[("project_id", "20")]).warnings(), []);
}

#[test]
fn fields_that_cannot_be_right() {
    for (field, bad) in [
        ("namespace", "/acme"),
        ("namespace", "acme//tools"),
        ("namespace", "acme/.."),
        ("project", "acme/rocket"),
        ("project", "rocket.git"),
        ("project", "rocket.atom"),
        ("namespace_id", "acme"),
        ("ci_file", "release"),
        ("ci_file", "/ci.yml"),
        ("ci_file", "../other/ci.yml"),
        ("ci_file", "a@b/ci.yml"),
        ("ci_file", "ci.yml@acme/other"),
        ("environment", "a\\b"),
    ] {
        let errors = GIVEN.read(&[&FIELDS[..], &[(field, bad)]].concat()).unwrap_err();
        assert!(errors.get(field).is_some(), "{field} {bad:?}: {errors}");
    }
}

use bonded_model::publishing::Provider;
use serde_json::{Value, json};

use super::*;
use crate::providers::support::Given;
use crate::{PublisherConfig, Warning, testing};

const GIVEN: Given = Given {
    provider: Provider::GitHub,
    url: "https://token.actions.githubusercontent.com",
    claims: testing::github,
};

const FIELDS: [(&str, &str); 5] = [
    ("owner", "acme"),
    ("owner_id", "65"),
    ("repository", "rocket"),
    ("workflow", "release.yml"),
    ("environment", "release"),
];

fn config(changes: &[(&str, &str)]) -> PublisherConfig {
    GIVEN.read(&[&FIELDS, changes].concat()).unwrap()
}

fn check(changes: Value) -> Vec<String> {
    GIVEN.check(&config(&[]), changes)
}

#[test]
fn a_run_of_the_workflow_matches() {
    assert!(check(json!({})).is_empty());
    GIVEN.check_config(&config(&[]));
    assert_eq!(config(&[]).describe(), "GitHub Actions: acme/rocket, release.yml, environment release");
}

#[test]
fn the_facts_of_the_run_are_kept() {
    let source = GIVEN.identity(json!({})).unwrap().source;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    assert_eq!(text(&source.repository_url), "https://github.com/acme/rocket");
    assert_eq!(text(&source.run_url), "https://github.com/acme/rocket/actions/runs/17000000001");
    assert_eq!(text(&source.workflow), ".github/workflows/release.yml");
    assert_eq!((text(&source.git_ref).as_str(), source.protected), ("refs/tags/v1.0", Some(true)));
    assert_eq!((text(&source.owner_id).as_str(), text(&source.repository_id).as_str()), ("65", "74"));
    assert_eq!(
        source.commit_url().unwrap(),
        format!("https://github.com/acme/rocket/commit/{}", text(&source.commit))
    );
}

#[test]
fn another_repository_or_owner() {
    assert!(check(json!({"repository": "acme/rocket2"})).contains(&"repository".into()));
    assert!(check(json!({"repository": "evil/rocket"})).contains(&"repository".into()));
    assert_eq!(check(json!({"repository_owner": "evil"})), ["repository_owner"]);
}

#[test]
fn a_name_that_was_given_up_and_taken_by_somebody_else() {
    assert_eq!(check(json!({"repository_owner_id": "66"})), ["repository_owner_id"]);
    assert!(check(json!({"repository_owner_id": 65})).is_empty(), "a number is the same id");
    let gone = GIVEN.identity(json!({"repository_owner_id": null}));
    assert_eq!(gone, Err(IdentityError::Missing("repository_owner_id")));
}

#[test]
fn a_repository_that_was_made_again_after_the_first_use() {
    let first = GIVEN.identity(json!({})).unwrap();
    let learnt = config(&[]).with_ids_of(&first).unwrap();
    assert!(GIVEN.check(&learnt, json!({})).is_empty());
    assert_eq!(GIVEN.check(&learnt, json!({"repository_id": "75"})), ["repository_id"]);
    assert_eq!(learnt.with_ids_of(&GIVEN.identity(json!({"repository_id": "75"})).unwrap()), None);
}

#[test]
fn names_are_compared_without_regard_to_case() {
    let typed = config(&[("owner", "Acme"), ("repository", "Rocket")]);
    assert!(GIVEN.check(&typed, json!({})).is_empty());
    assert_eq!(typed.lookup(), "acme/rocket");
    let shouting = json!({"repository": "ACME/Rocket", "repository_owner": "ACME"});
    assert!(check(shouting.clone()).is_empty());
    assert_eq!(GIVEN.identity(shouting).unwrap().lookup, "acme/rocket");
}

#[test]
fn environments_are_compared_without_regard_to_case() {
    assert!(check(json!({"environment": "Release"})).is_empty());
    assert!(GIVEN.check(&config(&[("environment", "RELEASE")]), json!({})).is_empty());
    assert_eq!(check(json!({"environment": "release2"})), ["environment"]);
}

#[test]
fn an_environment_spelled_with_letters_that_only_look_the_same() {
    let config = config(&[("environment", "Kiosk")]);
    assert!(GIVEN.check(&config, json!({"environment": "kiosk"})).is_empty());
    for name in ["\u{212a}iosk", "kio\u{17f}k", "k\u{456}osk", "kiosk ", "kiosk\u{200b}"] {
        assert_eq!(GIVEN.check(&config, json!({"environment": name})), ["environment"], "{name}");
    }
}

#[test]
fn no_environment_where_one_is_required() {
    assert_eq!(check(json!({"environment": null})), ["environment"]);
    assert_eq!(check(json!({"environment": ""})), ["environment"]);
}

#[test]
fn a_publisher_without_an_environment_takes_any_and_is_warned_of() {
    let any = GIVEN.read(&FIELDS[..4]).unwrap();
    for environment in [json!("release"), json!("other"), json!(null)] {
        assert!(GIVEN.check(&any, json!({"environment": environment})).is_empty());
    }
    assert_eq!((any.environment(), any.warnings()), (None, vec![Warning::NoEnvironment]));
    let constrained = any.with_environment("release").unwrap();
    assert_eq!(constrained, config(&[]));
    assert!(constrained.warnings().is_empty());
    for name in ["", " release", "a,b", "a\nb"] {
        assert_eq!(any.with_environment(name), None, "{name:?}");
    }
}

#[test]
fn events_that_strangers_can_cause() {
    for event in
        ["pull_request_target", "pull_request", "workflow_run", "issue_comment", "issues", "fork", "watch"]
    {
        let refused = GIVEN.identity(json!({"event_name": event})).unwrap_err();
        assert_eq!(refused, IdentityError::Event { event: event.into() });
        assert!(refused.to_string().contains(event));
    }
    assert_eq!(GIVEN.identity(json!({"event_name": null})), Err(IdentityError::Missing("event_name")));
    for event in ["push", "release", "workflow_dispatch", "schedule", "merge_group", "repository_dispatch"] {
        assert!(GIVEN.identity(json!({"event_name": event})).is_ok(), "{event}");
    }
}

#[test]
fn another_workflow_file() {
    let other = "acme/rocket/.github/workflows/evil.yml@refs/tags/v1.0";
    assert_eq!(
        check(json!({"workflow_ref": other, "job_workflow_ref": other})),
        ["workflow_ref", "job_workflow_ref"]
    );
    assert_eq!(check(json!({"workflow_ref": null})), ["workflow_ref"]);
    assert_eq!(check(json!({"job_workflow_ref": null})), ["job_workflow_ref"]);
}

#[test]
fn job_workflow_refs_that_mislead() {
    for job in [
        "acme/rocket/.github/workflows/release.yml@fake.yml@refs/tags/v1.0",
        "acme/rocket/.github/workflows/release.yml@@",
        "acme/rocket/.github/workflows/release.yml@",
        "acme/rocket/.github/workflows/release.yml",
        "acme/rocket/.github/workflows/evil.yml@release.yml@refs/tags/v1.0",
        "acme/rocket/.github/workflows/release.yml@refs/heads/misleading@release.yml",
    ] {
        assert_eq!(check(json!({"job_workflow_ref": job})), ["job_workflow_ref"], "{job}");
    }
}

#[test]
fn a_workflow_at_the_commit_but_without_a_ref() {
    let at = "acme/rocket/.github/workflows/release.yml@0123456789abcdef0123456789abcdef01234567";
    let claims = json!({"ref": "", "workflow_ref": at, "job_workflow_ref": at});
    assert!(check(claims).is_empty());
    let neither = json!({"ref": "", "sha": "", "workflow_ref": at, "job_workflow_ref": at});
    assert_eq!(check(neither), ["workflow_ref", "job_workflow_ref"]);
}

#[test]
fn a_reusable_workflow_has_to_be_named() {
    let job = "acme/shared/.github/workflows/publish.yml@refs/tags/v2";
    assert_eq!(check(json!({"job_workflow_ref": job})), ["job_workflow_ref"]);
    let text = GIVEN.differences(&config(&[]), json!({"job_workflow_ref": job}))[0].to_string();
    assert!(text.contains("reusable workflow") && text.contains(job), "{text}");

    let named = config(&[("reusable", "acme/shared/.github/workflows/publish.yml")]);
    assert!(GIVEN.check(&named, json!({"job_workflow_ref": job})).is_empty());
    assert_eq!(GIVEN.check(&named, json!({})), ["job_workflow_ref"], "then the job has to be in it");
    let pinned = config(&[("reusable", "acme/shared/.github/workflows/publish.yml@refs/tags/v2")]);
    assert!(GIVEN.check(&pinned, json!({"job_workflow_ref": job})).is_empty());
    let later = job.replace("v2", "v3");
    assert_eq!(GIVEN.check(&pinned, json!({"job_workflow_ref": later})), ["job_workflow_ref"]);
}

#[test]
fn a_reusable_workflow_at_another_commit_than_the_one_that_was_read() {
    let (read, other) = ("0a".repeat(20), "0b".repeat(20));
    let file = "acme/shared/.github/workflows/publish.yml";
    let pinned = config(&[("reusable", &format!("{file}@{read}"))]);
    GIVEN.check_config(&pinned);
    let called = |end: &str| GIVEN.check(&pinned, json!({"job_workflow_ref": format!("{file}@{end}")}));
    assert!(called(&read).is_empty());
    let twice = format!("{read}@{read}");
    for end in [other.as_str(), "refs/tags/v2", &read[..39], &twice, ""] {
        assert_eq!(called(end), ["job_workflow_ref"], "{end}");
    }
}

#[test]
fn any_workflow_of_the_repository_may_call_a_reusable_one_where_none_is_named() {
    let file = "acme/shared/.github/workflows/publish.yml";
    let any = config(&[("workflow", ""), ("reusable", file)]);
    GIVEN.check_config(&any);
    assert!(any.describe().contains("acme/rocket, any workflow, environment release, through acme/shared"));
    let job = format!("{file}@refs/tags/v2");
    let called = |caller: &str| {
        GIVEN.check(&any, json!({"workflow_ref": caller, "job_workflow_ref": job, "ref": "refs/tags/v1.0"}))
    };
    for caller in ["release.yml", "nightly.yaml", "a@b.yml"] {
        assert!(called(&format!("acme/rocket/.github/workflows/{caller}@refs/tags/v1.0")).is_empty());
    }
    for caller in [
        "evil/rocket/.github/workflows/release.yml@refs/tags/v1.0",
        "acme/rocket2/.github/workflows/release.yml@refs/tags/v1.0",
        "acme/rocket/.github/workflows/release.yml@refs/tags/v2.0",
        "acme/rocket/.github/workflows/sub/release.yml@refs/tags/v1.0",
        "acme/rocket/.github/workflows/@refs/tags/v1.0",
        "acme/rocket/release.yml@refs/tags/v1.0",
        "acme/rocket/.github/workflows/release.yml@",
        "",
    ] {
        assert_eq!(called(caller), ["workflow_ref"], "{caller}");
    }
    let own = "acme/rocket/.github/workflows/release.yml@refs/tags/v1.0";
    assert_eq!(
        GIVEN.check(&any, json!({"job_workflow_ref": own})),
        ["job_workflow_ref"],
        "not in the reusable one"
    );
    let errors = GIVEN.read(&[&FIELDS[..], &[("workflow", "")]].concat()).unwrap_err();
    assert!(errors.get("workflow").is_some(), "without a reusable workflow it is needed");
}

#[test]
fn somebody_else_calls_the_reusable_workflow() {
    let named = config(&[("reusable", "acme/shared/.github/workflows/publish.yml")]);
    let claims = json!({
        "repository": "evil/rocket",
        "repository_owner": "evil",
        "repository_owner_id": "66",
        "workflow_ref": "evil/rocket/.github/workflows/release.yml@refs/tags/v1.0",
        "job_workflow_ref": "acme/shared/.github/workflows/publish.yml@refs/tags/v2",
    });
    let differences = GIVEN.check(&named, claims);
    assert_eq!(differences, ["repository", "repository_owner", "repository_owner_id", "workflow_ref"]);
}

#[test]
fn a_token_of_another_kind_of_issuer() {
    let mut identity = GIVEN.identity(json!({})).unwrap();
    identity.provider = Provider::Forgejo;
    assert_eq!(config(&[]).check(&identity).unwrap_err()[0].claim, "iss");
}

#[test]
fn fields_that_cannot_be_right() {
    for (field, bad) in [
        ("owner", "acme/rocket"),
        ("owner", "acme rocket"),
        ("owner_id", "acme"),
        ("owner_id", ""),
        ("repository", ".."),
        ("repository", "rocket.git"),
        ("repository", "https://github.com/acme/rocket"),
        ("workflow", "release"),
        ("workflow", ".yml"),
        ("workflow", ".github/workflows/release.yml"),
        ("workflow", "release.yml@evil.yml"),
        ("environment", "a\"b"),
        ("environment", "a,b"),
        ("environment", "a\u{7}b"),
        ("reusable", "publish.yml"),
        ("reusable", "acme/shared/publish.yml"),
        ("reusable", "/shared/.github/workflows/publish.yml"),
        ("reusable", "acme/shared/.github/workflows/publish.yml@v2"),
        ("reusable", "acme/shared/.github/workflows/publish.yml@0123abc"),
        ("reusable", "acme/shared/.github/workflows/publish.yml@"),
    ] {
        let errors = GIVEN.read(&[&FIELDS[..], &[(field, bad)]].concat()).unwrap_err();
        assert!(errors.get(field).is_some(), "{field} {bad:?}: {errors}");
    }
    assert_eq!(config(&[("owner", "  acme ")]), config(&[]), "spaces around it are not meant");
}

#[test]
fn enterprise_servers_have_urls_of_their_own() {
    let urls = |issuer: &str| (server(issuer).unwrap(), accounts(issuer).unwrap());
    for (issuer, web, api) in [
        (
            "https://token.actions.githubusercontent.com",
            "https://github.com",
            "https://api.github.com/users/",
        ),
        (
            "https://token.actions.githubusercontent.com/acme",
            "https://github.com",
            "https://api.github.com/users/",
        ),
        ("https://token.actions.acme.ghe.com", "https://acme.ghe.com", "https://api.acme.ghe.com/users/"),
        ("https://git.example/_services/token", "https://git.example", "https://git.example/api/v3/users/"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v3/users/"),
    ] {
        assert_eq!(urls(issuer), (web.to_owned(), api.to_owned()));
    }
}

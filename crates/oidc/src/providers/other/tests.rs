use bonded_model::Timestamp;
use bonded_model::publishing::Provider;
use serde_json::{Value, json};

use super::*;
use crate::providers::support::Given;
use crate::{PublisherConfig, testing};

fn claims(issuer: &str, audience: &str, now: Timestamp) -> Value {
    let claims = json!({"sub": "job:acme/rocket", "branch": "release/1.0", "level": 3, "trusted": true, "env": "prod"});
    testing::with(testing::google(issuer, audience, now), claims)
}

const GIVEN: Given = Given { provider: Provider::Other, url: "https://ci.example", claims };

fn rules(text: &str) -> PublisherConfig {
    GIVEN.read(&[("rules", text)]).unwrap()
}

#[test]
fn all_rules_have_to_be_kept() {
    let config = rules(
        "sub = job:acme/rocket\nbranch ^= release/\n\nlevel = 3\ntrusted = true\nenv = staging\n env=prod ",
    );
    assert!(GIVEN.check(&config, json!({})).is_empty());
    GIVEN.check_config(&config);
    for (claim, bad) in [
        ("sub", json!("job:acme/rocket2")),
        ("sub", json!("Job:acme/rocket")),
        ("sub", json!("job:acme/rocket\n")),
        ("branch", json!("main")),
        ("branch", json!("release/")),
        ("branch", json!("my/release/1.0")),
        ("level", json!(4)),
        ("level", json!([3])),
        ("trusted", json!(false)),
        ("env", json!("production")),
        ("env", json!(["prod"])),
        ("env", json!(null)),
    ] {
        assert_eq!(GIVEN.check(&config, json!({claim: bad})), [claim], "{claim} {bad}");
    }
}

#[test]
fn two_tags_of_one_repository_are_the_same_source() {
    let of = |tag: &str| {
        let sub = format!("repo:acme/rocket:ref:{tag}");
        GIVEN.identity(json!({"sub": sub, "repository": "acme/rocket", "repository_id": 7})).unwrap().source
    };
    assert!(of("v1").same_repository(&of("v2")));
    let nameless = |tag: &str| GIVEN.identity(json!({"sub": tag, "repository": ["x"]})).unwrap().source;
    assert!(!nameless("v1").same_repository(&nameless("v2")), "the subject is all that is known");
}

#[test]
fn a_job_that_no_rule_is_about_is_told_nothing() {
    let config = rules("sub = job:acme/rocket\nbranch ^= release/");
    let concerns = |changes| config.concerns(&GIVEN.identity(changes).unwrap());
    assert!(concerns(json!({"branch": "main"})));
    assert!(!concerns(json!({"sub": "job:evil/x"})), "that the branch begins so is no proof of anything");
}

#[test]
fn nothing_is_a_pattern() {
    let config = rules("sub = job:.*\nbranch ^= .*");
    assert_eq!(GIVEN.check(&config, json!({})), ["sub", "branch"]);
    assert!(GIVEN.check(&config, json!({"sub": "job:.*", "branch": ".*x"})).is_empty());
}

#[test]
fn rules_that_let_everybody_in() {
    let many: String = (0..33).map(|n| format!("c{n} = 1\n")).collect();
    for bad in [
        "",
        "sub ^= job:",
        "sub",
        "= x",
        "sub =",
        "sub ^=",
        "aud = x\nsub = y",
        "iss = x",
        "jti = x",
        "sub = a\nsub ^= b",
        &many,
    ] {
        assert!(GIVEN.read(&[("rules", bad)]).is_err(), "{bad}");
    }
    for json in [
        r#"{"provider": "other", "rules": []}"#,
        r#"{"provider": "other", "rules": [{"claim": "sub", "prefix": ""}]}"#,
        r#"{"provider": "other", "rules": [{"claim": "sub", "one_of": []}]}"#,
        r#"{"provider": "other", "rules": [{"claim": "sub", "regex": ".*"}]}"#,
    ] {
        assert!(PublisherConfig::from_json(json).is_err(), "{json}");
    }
    let empty = PublisherConfig::Other(Config { rules: Vec::new() });
    assert_eq!(GIVEN.check(&empty, json!({})), ["sub"]);
    let prefix = Test::Prefix(String::new());
    let empty = PublisherConfig::Other(Config { rules: vec![Rule { claim: "sub".into(), test: prefix }] });
    assert_eq!(GIVEN.check(&empty, json!({})), ["sub"]);
}

#[test]
fn the_kept_form_is_readable() {
    let config = rules("sub = a\nenv = x\nenv = y\nbranch ^= r");
    assert_eq!(
        config.to_json(),
        r#"{"provider":"other","rules":[{"claim":"sub","exact":"a"},{"claim":"env","one_of":["x","y"]},{"claim":"branch","prefix":"r"}]}"#
    );
    assert_eq!(config.describe(), "another issuer: sub = a, env = x, env = y, branch ^= r");
}

//! What an attestation looks like, and what does not look like one.

use serde_json::{Value, json};

use super::{CHANNEL, World, refused};
use crate::test_signer::{attestation, statement};
use crate::{Predicate, Verifier};

impl World {
    /// Signs any statement, in the form of conda.
    fn says(&self, statement: &str) -> Result<crate::Verified, crate::Refused> {
        self.conda(&self.sigstore.bundle(&self.identity, statement, self.at).to_string())
    }

    /// Signs any statement, in the form of Python.
    fn says_python(&self, statement: &str) -> Result<crate::Verified, crate::Refused> {
        self.python(&attestation(&self.sigstore.bundle(&self.identity, statement, self.at)).to_string())
    }

    fn about(&self, subjects: &Value) -> String {
        let mut statement: Value = serde_json::from_str(&self.statement(&json!({}))).unwrap();
        statement["subject"] = subjects.clone();
        statement.to_string()
    }

    fn statement(&self, predicate: &Value) -> String {
        let uri = Predicate::CondaPublish { target_channel: None }.uri();
        statement(&self.package.name, self.package.sha256, uri, predicate)
    }
}

#[test]
fn what_the_test_signer_makes_verifies_in_both_forms() {
    let world = World::new();
    let verified = world.python(&world.attestation()).unwrap();
    assert_eq!((verified.predicate, verified.signed_at), (Predicate::PythonPublish, world.at));
    let verified = world.conda(&world.bundle()).unwrap();
    assert_eq!(verified.predicate, Predicate::CondaPublish { target_channel: Some(CHANNEL.into()) });
    assert_eq!(verified.certificate.commit.as_deref(), Some(super::COMMIT));
    refused(
        Verifier::public_good().unwrap().python(&world.attestation(), &world.wheel, &world.signer),
        "does not verify",
    );
}

#[test]
fn two_subjects() {
    let world = World::new();
    let this = json!({"name": world.package.name, "digest": {"sha256": world.package.sha256}});
    let other = json!({"name": "other-1.0-h0_0.conda", "digest": {"sha256": world.package.sha256}});
    for subjects in [json!([this, other]), json!([other, this]), json!([this, this])] {
        refused(world.says(&world.about(&subjects)), "2 subjects");
    }
    refused(world.says(&world.about(&json!([]))), "0 subjects");
    world.says(&world.about(&json!([this]))).unwrap();
}

#[test]
fn another_file_or_another_digest() {
    let world = World::new();
    let (name, sha256) = (world.package.name.clone(), world.package.sha256.to_string());
    for (name, digest, words) in [
        ("other-1.0-h0_0.conda", json!({"sha256": sha256}), "not the uploaded file"),
        ("", json!({"sha256": sha256}), "not the uploaded file"),
        ("noarch/widgets-1.0-h0_0.conda", json!({"sha256": sha256}), "not the uploaded file"),
        (&name, json!({"sha256": "00".repeat(32)}), "digest"),
        (&name, json!({"sha256": sha256.to_uppercase()}), "digest"),
        (&name, json!({"sha512": "00".repeat(64)}), "digest"),
        (&name, json!({"sha256": sha256, "sha512": "00".repeat(64)}), "digest"),
    ] {
        refused(world.says(&world.about(&json!([{"name": name, "digest": digest}]))), words);
    }
}

#[test]
fn another_spelling_of_a_python_file_is_the_same_file() {
    let world = World::new();
    let says = |name: &str| {
        world.says_python(&statement(name, world.wheel.sha256, Predicate::PythonPublish.uri(), &Value::Null))
    };
    says("Widgets-1.0.0-py3-none-any.whl").unwrap();
    refused(says("widgets-1.0-py2-none-any.whl"), "not the uploaded file");
    refused(says("widgets-1.0.zip"), "not the uploaded file");
}

#[test]
fn predicates_of_another_format_or_of_none() {
    let world = World::new();
    let (wheel, package) = (&world.wheel, &world.package);
    let conda = Predicate::CondaPublish { target_channel: None }.uri();
    for uri in ["https://example.test/predicate", "", conda] {
        refused(world.says_python(&statement(&wheel.name, wheel.sha256, uri, &json!({}))), "predicate type");
    }
    for uri in [Predicate::PythonPublish.uri(), Predicate::SlsaProvenance.uri()] {
        refused(world.says(&statement(&package.name, package.sha256, uri, &json!({}))), "predicate type");
    }
    let publish = statement(&wheel.name, wheel.sha256, Predicate::PythonPublish.uri(), &json!({"a": 1}));
    refused(world.says_python(&publish), "is empty");
}

#[test]
fn a_target_channel_must_be_one_of_this_server_without_a_slash_at_its_end() {
    let world = World::new();
    let says = |predicate: Value| world.says(&world.statement(&predicate));
    says(json!({"targetChannel": CHANNEL})).unwrap();
    says(json!({})).unwrap();
    says(Value::Null).unwrap();
    refused(says(json!({"targetChannel": format!("{CHANNEL}/")})), "ends with a slash");
    refused(says(json!({"targetChannel": "https://packages.test/other"})), "is for the channel");
    refused(says(json!({"targetChannel": "https://packages.test/TEAM"})), "is for the channel");
    refused(says(json!({"targetChannel": format!("{CHANNEL}{}", "x".repeat(2083))})), "2083");
    refused(says(json!({"targetChannel": 1})), "predicate");
    refused(says(json!({"target": CHANNEL})), "predicate");
    refused(says(json!([])), "predicate");
}

#[test]
fn statements_of_another_type() {
    let world = World::new();
    let good = world.statement(&json!({}));
    for bad in [
        good.replace("Statement/v1", "Statement/v0.1"),
        good.replace("_type", "type"),
        good.replace("\"subject\"", "\"subject\":[],\"subject\""),
        format!("{good} {good}"),
        "[]".into(),
        String::new(),
    ] {
        refused(world.says(&bad), "statement");
    }
}

#[test]
fn texts_that_are_no_attestation() {
    let world = World::new();
    let good = world.attestation();
    for bad in [
        String::new(),
        "{}".into(),
        "[]".into(),
        "null".into(),
        format!("[{good}]"),
        world.bundle(),
        good.replace("\"version\":1", "\"version\":2"),
        good.replace("\"version\":1", "\"version\":1,\"version\":1"),
        good.replace("\"certificate\":\"", "\"certificate\":\"!"),
        good.replace("\"dsse\"", "\"cose\""),
    ] {
        refused(world.python(&bad), "form");
    }
    refused(world.python(&format!("{good}{}", " ".repeat(crate::MAX_LENGTH))), "bytes");
    for bad in ["", "{}", "[]", &good] {
        refused(world.conda(bad), "form");
    }
    refused(world.conda(&" ".repeat(2 * 1024 * 1024)), "bytes");
}

#[test]
fn bundles_of_other_versions_and_kinds() {
    let world = World::new();
    let media = |text: &str| world.altered(|bundle| bundle["mediaType"] = text.into());
    refused(media("application/vnd.dev.sigstore.bundle+json;version=0.1"), "media type");
    refused(media("application/vnd.dev.sigstore.bundle+json;version=0.2"), "media type");
    assert!(media("application/json").is_err());
    refused(
        world.altered(|bundle| {
            bundle.as_object_mut().unwrap().remove("dsseEnvelope");
            bundle["messageSignature"] = json!({"signature": "AAAA"});
        }),
        "signs no statement",
    );
    refused(
        world.altered(|bundle| {
            let material = bundle["verificationMaterial"].as_object_mut().unwrap();
            material.remove("certificate");
            material.insert("publicKey".into(), json!({"hint": "x"}));
        }),
        "does not verify",
    );
}

#[test]
fn a_trusted_root_that_cannot_be_used_is_refused() {
    for bad in [
        "",
        "{}",
        "[]",
        "{\"mediaType\":\"x\",\"certificateAuthorities\":[{\"uri\":\"x\",\"certChain\":{\"certificates\":[]}}]}",
    ] {
        assert!(Verifier::from_trusted_root(bad).is_err(), "{bad}");
    }
}

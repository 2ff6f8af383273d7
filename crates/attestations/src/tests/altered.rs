//! Good bundles that somebody changed on the way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{World, refused};

pub(super) fn entry(bundle: &mut Value) -> &mut Value {
    &mut bundle["verificationMaterial"]["tlogEntries"][0]
}

fn without(value: &mut Value, member: &str) {
    value.as_object_mut().unwrap().remove(member).unwrap();
}

#[test]
fn nothing_changed() {
    World::new().altered(|_| ()).unwrap();
}

#[test]
fn missing_inclusion_proof() {
    let world = World::new();
    refused(world.altered(|bundle| without(entry(bundle), "inclusionProof")), "inclusion proof is missing");
    refused(
        world.altered(|bundle| without(&mut entry(bundle)["inclusionProof"], "checkpoint")),
        "no checkpoint",
    );
}

#[test]
fn missing_signed_entry_timestamp() {
    let world = World::new();
    refused(world.altered(|bundle| without(entry(bundle), "inclusionPromise")), "inclusion promise");
    refused(world.altered(|bundle| without(entry(bundle), "integratedTime")), "integratedTime");
}

#[test]
fn missing_proofs_in_a_python_attestation() {
    let world = World::new();
    for member in ["inclusionProof", "inclusionPromise", "integratedTime"] {
        let mut attestation: Value = serde_json::from_str(&world.attestation()).unwrap();
        without(&mut attestation["verification_material"]["transparency_entries"][0], member);
        refused(world.python(&attestation.to_string()), "do not prove enough");
    }
}

#[test]
fn a_second_entry_without_proofs() {
    let world = World::new();
    refused(
        world.altered(|bundle| {
            let mut second = entry(bundle).clone();
            without(&mut second, "inclusionProof");
            bundle["verificationMaterial"]["tlogEntries"].as_array_mut().unwrap().push(second);
        }),
        "inclusion proof is missing",
    );
}

#[test]
fn no_entry_and_many_entries() {
    let world = World::new();
    refused(
        world.altered(|bundle| bundle["verificationMaterial"]["tlogEntries"] = json!([])),
        "there is no log entry",
    );
    refused(
        world.altered(|bundle| {
            let one = entry(bundle).clone();
            bundle["verificationMaterial"]["tlogEntries"] = json!([one, one, one, one, one]);
        }),
        "more than four",
    );
}

#[test]
fn swapped_entry_of_another_bundle() {
    let world = World::new();
    let mut other: Value = serde_json::from_str(&world.bundle()).unwrap();
    refused(world.altered(|bundle| *entry(bundle) = entry(&mut other).clone()), "does not verify");
}

#[test]
fn swapped_certificate_of_another_bundle() {
    let world = World::new();
    let other: Value = serde_json::from_str(&world.bundle()).unwrap();
    refused(
        world.altered(|bundle| {
            bundle["verificationMaterial"]["certificate"] =
                other["verificationMaterial"]["certificate"].clone();
        }),
        "does not verify",
    );
}

#[test]
fn swapped_envelope_of_another_bundle() {
    let world = World::new();
    let other: Value = serde_json::from_str(&world.bundle()).unwrap();
    refused(
        world.altered(|bundle| bundle["dsseEnvelope"] = other["dsseEnvelope"].clone()),
        "does not verify",
    );
}

#[test]
fn a_changed_statement_with_the_old_signature() {
    let world = World::new();
    refused(
        world.altered(|bundle| {
            let payload = bundle["dsseEnvelope"]["payload"].as_str().unwrap();
            let text = String::from_utf8(STANDARD.decode(payload).unwrap()).unwrap();
            bundle["dsseEnvelope"]["payload"] = STANDARD.encode(format!("{text} ")).into();
        }),
        "does not verify",
    );
}

#[test]
fn another_payload_type() {
    let world = World::new();
    refused(
        world.altered(|bundle| bundle["dsseEnvelope"]["payloadType"] = "application/json".into()),
        "does not verify",
    );
}

#[test]
fn two_signatures() {
    let world = World::new();
    refused(
        world.altered(|bundle| {
            let one = bundle["dsseEnvelope"]["signatures"][0].clone();
            bundle["dsseEnvelope"]["signatures"] = json!([one, one]);
        }),
        "form",
    );
}

#[test]
fn a_backdated_entry() {
    let world = World::new();
    refused(world.altered(|bundle| entry(bundle)["integratedTime"] = "1759999999".into()), "does not verify");
    refused(world.altered(|bundle| entry(bundle)["logIndex"] = "43".into()), "does not verify");
}

#[test]
fn a_checkpoint_of_another_tree() {
    let world = World::new();
    let mut other: Value = serde_json::from_str(&world.bundle()).unwrap();
    refused(
        world.altered(|bundle| {
            entry(bundle)["inclusionProof"]["checkpoint"] =
                entry(&mut other)["inclusionProof"]["checkpoint"].clone();
        }),
        "of another tree than its checkpoint",
    );
    refused(
        world.altered(|bundle| {
            entry(bundle)["inclusionProof"] = entry(&mut other)["inclusionProof"].clone();
        }),
        "does not verify",
    );
}

#[test]
fn a_member_that_stands_twice() {
    let world = World::new();
    let good = world.bundle();
    for (member, bad) in
        [("\"rawBytes\"", "\"rawBytes\":\"AAAA\",\"rawBytes\""), ("\"sig\"", "\"sig\":\"AAAA\",\"sig\"")]
    {
        refused(world.conda(&good.replacen(member, bad, 1)), "stands twice");
    }
}

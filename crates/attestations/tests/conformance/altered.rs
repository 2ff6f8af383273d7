//! Bundles that verify, each with one part exchanged or taken away: what most of the suite's cases that must fail are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::case::Case;
use crate::kept;

const CERTIFICATE: &str = "/verificationMaterial/x509CertificateChain/certificates/0/rawBytes";
const TIMESTAMP: &str = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0/signedTimestamp";
const ENTRY: &str = "/verificationMaterial/tlogEntries/0";

/// The alterations, each with what it is.
pub(crate) fn bundles() -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    let proof = |part: &str| format!("{ENTRY}/inclusionProof/{part}");
    let mut add = |folder: &str, path: &str, change: fn(&mut Value)| {
        let mut case = Case::read(&kept().join(folder));
        let mut bundle: Value = serde_json::from_str(&case.bundle).unwrap();
        let part = bundle.pointer_mut(path).unwrap_or_else(|| panic!("{folder} has no {path}"));
        let before = part.clone();
        change(part);
        assert_ne!(*part, before, "{path}");
        case.bundle = bundle.to_string();
        cases.push((format!("{folder}: {path}"), case));
    };
    for folder in ["happy-path-v0.1", "rekor2-timestamp-with-embedded-cert"] {
        for path in ["/messageSignature/signature", "/messageSignature/messageDigest/digest"] {
            add(folder, path, flip);
        }
        for path in [proof("rootHash"), proof("hashes/0"), format!("{ENTRY}/canonicalizedBody")] {
            add(folder, &path, flip);
        }
        add(folder, &proof("checkpoint/envelope"), other_root_hash);
        add(folder, &proof("checkpoint/envelope"), other_key_hint);
        add(folder, &proof("checkpoint/envelope"), no_signature);
        add(folder, &proof("treeSize"), |size| *size = json!("1"));
        add(folder, &proof("logIndex"), |index| *index = json!("-1"));
        add(folder, &format!("{ENTRY}/inclusionProof"), |proof| *proof = Value::Null);
        add(folder, "/verificationMaterial/tlogEntries", |entries| *entries = json!([]));
        add(folder, "/messageSignature/signature", |signature| *signature = json!("not base64!"));
        add(folder, "/mediaType", |kind| *kind = json!("application/vnd.dev.sigstore.bundle.v9+json"));
    }
    let first = "happy-path-v0.1";
    // A log of version 2 is known by its checkpoint alone.
    add(first, &format!("{ENTRY}/logId/keyId"), flip);
    add(first, CERTIFICATE, flip);
    add(first, "/verificationMaterial/x509CertificateChain/certificates", |chain| *chain = json!([]));
    add(first, &format!("{ENTRY}/inclusionPromise/signedEntryTimestamp"), flip);
    add(first, &format!("{ENTRY}/inclusionPromise"), |promise| *promise = Value::Null);
    add(first, &format!("{ENTRY}/integratedTime"), |time| *time = json!("1689177397"));
    add(first, &format!("{ENTRY}/integratedTime"), |time| *time = json!("4102444800"));
    let second = "rekor2-timestamp-with-embedded-cert";
    add(second, "/verificationMaterial/certificate/rawBytes", flip);
    add(second, TIMESTAMP, flip_last);
    add(second, "/verificationMaterial/timestampVerificationData", |data| *data = Value::Null);
    let statement = "happy-path-intoto-in-dsse-v3";
    add(statement, "/dsseEnvelope/signatures/0/sig", flip);
    add(statement, "/dsseEnvelope/payload", flip);
    add(statement, "/dsseEnvelope/payloadType", |kind| *kind = json!("text/plain"));
    cases
}

/// One bit in the middle of some bytes.
fn flip(part: &mut Value) {
    let mut bytes = STANDARD.decode(part.as_str().unwrap()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    *part = json!(STANDARD.encode(bytes));
}

/// One bit of the last byte: of a timestamp, that is its signature.
fn flip_last(part: &mut Value) {
    let mut bytes = STANDARD.decode(part.as_str().unwrap()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    *part = json!(STANDARD.encode(bytes));
}

/// The third line of a checkpoint.
fn other_root_hash(envelope: &mut Value) {
    let mut lines: Vec<_> = envelope.as_str().unwrap().split('\n').map(str::to_owned).collect();
    lines[2] = STANDARD.encode([7; 32]);
    *envelope = json!(lines.join("\n"));
}

/// The first four bytes of each signature under a checkpoint.
fn other_key_hint(envelope: &mut Value) {
    let line = |line: &str| match line.rsplit_once(' ') {
        Some((name, signature)) if line.starts_with('\u{2014}') => {
            let mut bytes = STANDARD.decode(signature).unwrap();
            bytes[0] ^= 1;
            format!("{name} {}", STANDARD.encode(bytes))
        }
        _ => line.to_owned(),
    };
    *envelope = json!(envelope.as_str().unwrap().split('\n').map(line).collect::<Vec<_>>().join("\n"));
}

fn no_signature(envelope: &mut Value) {
    let text = envelope.as_str().unwrap();
    *envelope = json!(text.split_once("\u{2014}").unwrap().0);
}

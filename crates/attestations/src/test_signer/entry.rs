//! Entries of the log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bonded_model::{Sha256, Timestamp};
use serde_json::{Value, json};

use super::key::{Key, sha256};

pub(super) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const ORIGIN: &str = "log.test";
/// The index of the entry among all that the log ever had.
const INDEX: u64 = 42;

/// What an envelope's signature is over (DSSE).
pub(super) fn envelope(kind: &str, statement: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), statement.len());
    [head.as_bytes(), statement].concat()
}

/// Which log an entry names, and whose keys sign its two proofs: one key, if the log is honest.
#[derive(Clone, Copy)]
pub(super) struct Logs<'a> {
    pub(super) named: &'a Key,
    pub(super) promise: &'a Key,
    pub(super) checkpoint: &'a Key,
}

/// The entry of a signature, with both proofs. The log has two entries, so that the proof has a hash in it.
pub(super) fn logged(
    logs: Logs<'_>,
    statement: &[u8],
    signature: &[u8],
    certificate: &[u8],
    at: Timestamp,
) -> Value {
    let body = body(statement, signature, certificate);
    let (leaf, sibling) = (sha256(&[&[0], body.as_bytes()].concat()), sha256(b"\0another entry"));
    let root = sha256(&[&[1], leaf.as_slice(), &sibling].concat());
    json!({
        "logIndex": INDEX.to_string(),
        "logId": {"keyId": STANDARD.encode(logs.named.id())},
        "kindVersion": {"kind": "dsse", "version": "0.0.1"},
        "integratedTime": at.timestamp().to_string(),
        "inclusionPromise": {"signedEntryTimestamp": STANDARD.encode(promise(logs, &body, at))},
        "inclusionProof": {
            "logIndex": "0",
            "rootHash": STANDARD.encode(&root),
            "treeSize": "2",
            "hashes": [STANDARD.encode(sibling)],
            "checkpoint": {"envelope": checkpoint(logs.checkpoint, &root)},
        },
        "canonicalizedBody": STANDARD.encode(body),
    })
}

fn body(statement: &[u8], signature: &[u8], certificate: &[u8]) -> String {
    let hash = |bytes: &[u8]| json!({"algorithm": "sha256", "value": Sha256::of(bytes)});
    json!({
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            // Nobody can compute this one again: it is over an envelope whose spelling is lost.
            "envelopeHash": hash(signature),
            "payloadHash": hash(statement),
            "signatures": [{"signature": STANDARD.encode(signature), "verifier": STANDARD.encode(pem(certificate))}],
        },
    })
    .to_string()
}

fn pem(certificate: &[u8]) -> String {
    let text = STANDARD.encode(certificate);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// The signed entry timestamp, over canonical JSON.
fn promise(logs: Logs<'_>, body: &str, at: Timestamp) -> Vec<u8> {
    let id: String = logs.named.id().iter().map(|byte| format!("{byte:02x}")).collect();
    let (body, time) = (STANDARD.encode(body), at.timestamp());
    logs.promise.sign(
        format!(r#"{{"body":"{body}","integratedTime":{time},"logID":"{id}","logIndex":{INDEX}}}"#)
            .as_bytes(),
    )
}

fn checkpoint(log: &Key, root: &[u8]) -> String {
    let note = format!("{ORIGIN} - 1\n2\n{}\n", STANDARD.encode(root));
    let signature = [&log.id()[..4], &log.sign(note.as_bytes())].concat();
    format!("{note}\n— {ORIGIN} {}\n", STANDARD.encode(signature))
}

//! Logs that lie, and proofs that somebody changed. Each is refused for what is wrong in it, and not for something else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::altered::entry;
use super::{World, refused};
use crate::test_signer::Flaw;
use crate::{Refused, Verified};

impl World {
    /// The good bundle with a change in the proof that its entry is in the log.
    fn proof_altered(&self, change: impl FnOnce(&mut Value)) -> Result<Verified, Refused> {
        self.altered(|bundle| change(&mut entry(bundle)["inclusionProof"]))
    }

    /// The good bundle with a change of one byte in the signature of its checkpoint: key hint (0 to 3) and signature.
    fn checkpoint_altered(&self, byte: usize) -> Result<Verified, Refused> {
        self.proof_altered(|proof| {
            let text = proof["checkpoint"]["envelope"].as_str().unwrap();
            let (note, signature) = text.trim_end().rsplit_once(' ').unwrap();
            proof["checkpoint"]["envelope"] = format!("{note} {}\n", flipped(signature, byte)).into();
        })
    }
}

/// Base64 of the same bytes, but for one bit.
fn flipped(base64: &str, byte: usize) -> String {
    let mut bytes = STANDARD.decode(base64).unwrap();
    bytes[byte] ^= 1;
    STANDARD.encode(bytes)
}

#[test]
fn an_altered_signed_entry_timestamp() {
    refused(
        World::new().altered(|bundle| {
            let promise = &mut entry(bundle)["inclusionPromise"]["signedEntryTimestamp"];
            *promise = flipped(promise.as_str().unwrap(), 20).into();
        }),
        "SET",
    );
}

#[test]
fn a_signed_entry_timestamp_by_another_log() {
    refused(World::new().flawed(Flaw::ForeignPromise), "SET");
}

#[test]
fn an_entry_of_a_log_that_is_not_trusted() {
    refused(World::new().flawed(Flaw::ForeignLog), "log key");
}

#[test]
fn a_wrong_hash_in_the_inclusion_proof() {
    let world = World::new();
    refused(
        world.proof_altered(|proof| proof["hashes"][0] = STANDARD.encode([7; 32]).into()),
        "root hash mismatch",
    );
    refused(world.proof_altered(|proof| proof["hashes"] = json!([])), "inclusion proof");
    refused(
        world.proof_altered(|proof| {
            let hash = proof["hashes"][0].clone();
            proof["hashes"] = json!([hash, hash]);
        }),
        "inclusion proof",
    );
}

#[test]
fn a_wrong_root_in_the_inclusion_proof() {
    refused(
        World::new().proof_altered(|proof| proof["rootHash"] = STANDARD.encode([7; 32]).into()),
        "of another tree than its checkpoint",
    );
}

#[test]
fn a_wrong_tree_size_or_place_in_the_inclusion_proof() {
    let world = World::new();
    refused(world.proof_altered(|proof| proof["treeSize"] = "3".into()), "another tree");
    refused(world.proof_altered(|proof| proof["logIndex"] = "1".into()), "root hash mismatch");
    refused(world.proof_altered(|proof| proof["logIndex"] = "2".into()), "out of range");
}

#[test]
fn a_bad_signature_of_the_checkpoint() {
    let world = World::new();
    refused(world.checkpoint_altered(20), "No valid Rekor signature");
    // The first bytes say whose key it is.
    refused(world.checkpoint_altered(0), "checkpoint signature");
}

#[test]
fn a_checkpoint_by_another_log() {
    refused(World::new().flawed(Flaw::ForeignCheckpoint), "checkpoint signature");
}

#[test]
fn a_checkpoint_of_a_smaller_tree() {
    refused(
        World::new().proof_altered(|proof| {
            let text = proof["checkpoint"]["envelope"].as_str().unwrap().replacen("\n2\n", "\n1\n", 1);
            proof["checkpoint"]["envelope"] = text.into();
            proof["treeSize"] = "1".into();
        }),
        "does not verify",
    );
}

/// The body is what both proofs are about. A log that proves something else proves nothing of this bundle.
#[test]
fn an_entry_of_another_signature_of_the_same_statement() {
    let world = World::new();
    let mut other: Value = serde_json::from_str(&world.bundle()).unwrap();
    refused(
        world.altered(|bundle| *entry(bundle) = entry(&mut other).clone()),
        "log entry does not match the bundle",
    );
}

#[test]
fn the_body_of_another_entry_under_the_old_proofs() {
    let world = World::new();
    let mut other: Value = serde_json::from_str(&world.bundle()).unwrap();
    refused(
        world.altered(|bundle| {
            entry(bundle)["canonicalizedBody"] = entry(&mut other)["canonicalizedBody"].clone();
        }),
        "SET",
    );
}

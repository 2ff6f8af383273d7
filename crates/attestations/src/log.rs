//! What the log must prove. The library accepts an entry that has one of the two proofs; a registry asks for both.

use sigstore_verify::types::{Bundle, KindVersion, TransparencyLogEntry};

use crate::Refused;

/// More than one entry is allowed by the formats and made by nobody; each costs a verification.
const MAX_ENTRIES: usize = 4;

/// Checks that every entry has an inclusion proof, and one of a log of version 1 also the signed entry timestamp and the
/// time that it signs. (A log of version 2 signs no times: then the library asks for a timestamp authority.) Whether the
/// proofs hold is verified by the library, for each that is there.
pub(crate) fn check(bundle: &Bundle) -> Result<(), Refused> {
    let entries = &bundle.verification_material.tlog_entries;
    if entries.is_empty() {
        return Err(Refused::Log("there is no log entry"));
    }
    if entries.len() > MAX_ENTRIES {
        return Err(Refused::Log("there are more than four log entries"));
    }
    entries.iter().try_for_each(check_entry)
}

fn check_entry(entry: &TransparencyLogEntry) -> Result<(), Refused> {
    let proof = entry.inclusion_proof.as_ref().ok_or(Refused::Log("the inclusion proof is missing"))?;
    let missing = Refused::Log("the inclusion proof has no checkpoint");
    let signed = proof.checkpoint.checkpoint().ok_or(missing)?;
    // Of a log of version 2 the library reads these from the checkpoint alone.
    if proof.tree_size != signed.tree_size() || proof.root_hash != *signed.root_hash() {
        return Err(Refused::Log("the inclusion proof is of another tree than its checkpoint"));
    }
    if entry.kind_version == KindVersion::HashedRekordV002 {
        return Ok(());
    }
    if entry.inclusion_promise.is_none() {
        return Err(Refused::Log("the signed entry timestamp (inclusion promise) is missing"));
    }
    if entry.integrated_time.is_none() {
        return Err(Refused::Log("the time of the entry (integratedTime) is missing"));
    }
    Ok(())
}

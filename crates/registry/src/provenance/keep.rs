//! What is written of a file's origin, in the transaction of its upload or of an attestation that follows.

use bonded_model::file::File;
use bonded_model::ids::{AttestationId, FileId};
use bonded_model::publishing::Attestation;
use bonded_model::{Actor, Random, Sha256, Timestamp};
use bonded_store::Tx;

use super::Attested;
use crate::Error;

/// How many attestations a conda package may have. Each one more is read by every client that verifies.
const MAX: usize = 16;

/// Notes the run that a new file comes from, and what it attested.
pub(crate) async fn keep(
    tx: &mut Tx,
    file: &File,
    actor: &Actor,
    attested: &[Attested],
    random: &Random,
) -> Result<(), Error> {
    if let Some(token) = actor.publisher() {
        tx.insert_source(file.id, &token.source).await?;
    }
    append(tx, file.id, attested, file.uploaded_at, random).await.map(drop)
}

/// Adds attestations behind those that a file has; what is there already is not added twice. The digest of all of them,
/// if there is any that is new. Transactions follow one another, so two that add at the same moment both count.
pub(crate) async fn append(
    tx: &mut Tx,
    file: FileId,
    attested: &[Attested],
    now: Timestamp,
    random: &Random,
) -> Result<Option<Sha256>, Error> {
    if attested.is_empty() {
        return Ok(None);
    }
    let mut bodies: Vec<String> =
        tx.attestations_of(file).await?.into_iter().map(|attestation| attestation.body).collect();
    let mut newest = None;
    for one in attested {
        if bodies.contains(&one.body) {
            continue;
        }
        if bodies.len() == MAX {
            return Err(Error::Conflict(format!("the file has {MAX} attestations, and takes no more")));
        }
        bodies.push(one.body.clone());
        let set_sha256 = sidecar_digest(&bodies);
        let attestation = Attestation {
            id: AttestationId::generate(now, random),
            file,
            position: i64::try_from(bodies.len() - 1).map_err(Error::internal)?,
            predicate: one.predicate.to_owned(),
            source: one.source.clone(),
            body: one.body.clone(),
            set_sha256,
            verified_at: now,
        };
        if !tx.insert_attestation(&attestation).await? {
            return Err(Error::internal("the place of an attestation is taken"));
        }
        newest = Some(set_sha256);
    }
    Ok(newest)
}

/// The JSON array of attestations, each byte for byte as it came: the sidecar of a conda package (CEP 50).
pub(super) fn sidecar<T: AsRef<str>>(bodies: &[T]) -> String {
    let bodies: Vec<&str> = bodies.iter().map(AsRef::as_ref).collect();
    format!("[{}]", bodies.join(","))
}

/// Its digest.
pub(crate) fn sidecar_digest<T: AsRef<str>>(bodies: &[T]) -> Sha256 {
    Sha256::of(sidecar(bodies).as_bytes())
}

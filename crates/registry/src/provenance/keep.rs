//! What is written of a file's origin, in the transaction of its upload or of an attestation that follows.

use bonded_model::file::File;
use bonded_model::ids::{AttestationId, FileId};
use bonded_model::publishing::Attestation;
use bonded_model::{Actor, Random, Sha256, Timestamp};
use bonded_store::Tx;

use super::Attested;
use crate::Error;

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
    for (position, one) in attested.iter().enumerate() {
        let new = attestation(file.id, position, one, file.uploaded_at, random)?;
        insert(tx, &new).await?;
    }
    Ok(())
}

/// An attestation, ready to be written.
pub(super) fn attestation(
    file: FileId,
    position: usize,
    attested: &Attested,
    now: Timestamp,
    random: &Random,
) -> Result<Attestation, Error> {
    Ok(Attestation {
        id: AttestationId::generate(now, random),
        file,
        position: i64::try_from(position).map_err(Error::internal)?,
        predicate: attested.predicate.to_owned(),
        source: attested.source.clone(),
        body: attested.body.clone(),
        set_sha256: attested.set_sha256,
        verified_at: now,
    })
}

pub(super) async fn insert(tx: &mut Tx, attestation: &Attestation) -> Result<(), Error> {
    match tx.insert_attestation(attestation).await? {
        true => Ok(()),
        false => Err(Error::internal("the place of an attestation is taken")),
    }
}

/// The JSON array of attestations, each byte for byte as it came: the sidecar of a conda package (CEP 50).
pub(super) fn sidecar<T: AsRef<str>>(bodies: &[T]) -> String {
    let bodies: Vec<&str> = bodies.iter().map(AsRef::as_ref).collect();
    format!("[{}]", bodies.join(","))
}

/// Its digest.
pub(super) fn sidecar_digest<T: AsRef<str>>(bodies: &[T]) -> Sha256 {
    Sha256::of(sidecar(bodies).as_bytes())
}

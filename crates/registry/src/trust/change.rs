//! Records that the server changes: withdrawn, brought back, or with one more attestation.

use bonded_indexes::conda::withdrawn;
use bonded_model::conda_index::KeptRecord;
use bonded_model::trust::{Signing, UnsignedRecord};
use bonded_store::Tx;

use super::before::{Before, Changed};
use crate::{Error, Registry};

impl Registry {
    /// Replaces a record, and keeps or drops the original one. Where the server signs, it signs the new record, provided
    /// that the present one is what was signed.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the present record was changed in the database; when a key is missing.
    pub(crate) async fn change_record(
        &self,
        tx: &mut Tx,
        kept: &KeptRecord,
        record: &str,
        original: Option<&str>,
    ) -> Result<(), Error> {
        let gone = || Error::NotFound("the package is gone".into());
        let present = tx.unsigned_record(kept.file).await?.ok_or_else(gone)?;
        let row = tx.subdir(kept.subdir).await?.ok_or_else(gone)?;
        check_original(kept, &present)?;
        let signing = tx.channel(row.channel).await?.map(|channel| channel.signing);
        let before = match signing {
            Some(Signing::Server) => Before::of(tx, &row).await?,
            _ => None,
        };
        if let Some(before) = before {
            let made = tx.signatures_of_file(kept.file).await?;
            before.check(&present, made.iter().map(|made| &made.signature)).map_err(told)?;
        }
        tx.set_conda_record(kept.file, record, original).await?;
        self.sign_changed(tx, row.channel, kept.file).await
    }
}

/// The original of a withdrawn record has no signature of its own: that over the withdrawn one stands for both.
fn check_original(kept: &KeptRecord, present: &UnsignedRecord) -> Result<(), Error> {
    let Some(original) = &kept.original else { return Ok(()) };
    match withdrawn(original) {
        Ok(record) if record == kept.record => Ok(()),
        _ => Err(told(Error::internal(Changed(present.filename.clone())))),
    }
}

/// Tells the caller why, and the operator's log as well.
fn told(error: Error) -> Error {
    match error {
        Error::Internal(cause) if cause.is::<Changed>() => {
            tracing::error!(%cause, "a record is not signed");
            Error::Conflict(format!("{cause}; nothing is signed over it. Tell whoever runs this registry"))
        }
        other => other,
    }
}

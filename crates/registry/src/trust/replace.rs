//! The signatures of a record that takes the place of another one of the same package.

use bonded_model::Timestamp;
use bonded_model::file::File;
use bonded_model::trust::{NewSignature, RecordSignature, Signing, UnsignedRecord};
use bonded_store::Tx;

use super::state::public;
use super::upload::published_text;
use crate::{Error, Registry};

impl Registry {
    /// Replaces the record of a package, and keeps or drops the original one of a yanked release. The server signs the
    /// record where it signs; signatures of publishers stay if they are over this record. Whether it has the signatures
    /// that its channel asks for.
    ///
    /// # Errors
    /// When a key is missing, or the database fails.
    pub(crate) async fn replace_record(
        &self,
        tx: &mut Tx,
        file: &File,
        record: &str,
        original: Option<&str>,
    ) -> Result<bool, Error> {
        let signing = tx.channel(file.channel).await?.map_or(Signing::Off, |channel| channel.signing);
        let made = tx.signatures_of_file(file.id).await?.into_iter().map(|made| made.signature).collect();
        tx.set_conda_record(file.id, record, original).await?;
        let Some(record) = tx.unsigned_record(file.id).await? else { return Ok(false) };
        // Also where the server signs by now: a subdir shows the publishers' signatures until it has all of the server's.
        let kept = over(&record, made, self.clock.now())?;
        tx.insert_signatures(&kept).await?;
        self.sign_changed(tx, file.channel, file.id).await?;
        Ok(signing != Signing::Publisher || !kept.is_empty())
    }
}

/// Those of publishers that are over this record.
fn over(
    record: &UnsignedRecord,
    made: Vec<RecordSignature>,
    signed_at: Timestamp,
) -> Result<Vec<NewSignature>, Error> {
    let text = published_text(record)?;
    let mut kept = Vec::new();
    for signature in made.into_iter().filter(|made| made.publisher) {
        let own = bonded_signing::RecordSignature {
            key: public(&signature.key),
            signature: signature.signature.into(),
        };
        if own.verifies(text.as_bytes()).map_err(Error::internal)? {
            kept.push(NewSignature { file: record.file, signature, signed_at });
        }
    }
    Ok(kept)
}

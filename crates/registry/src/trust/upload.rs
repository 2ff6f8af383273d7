//! The signatures of a record that is being uploaded: made, or checked, before its transaction begins, and found to be
//! still the right ones in it. So a record is signed from the moment that it is in the database.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use bonded_formats::Limits;
use bonded_formats::conda::{self as format, CondaArchive};
use bonded_indexes::conda::{published_record, record, run_exports};
use bonded_model::conda::ArchiveFilename;
use bonded_model::ids::{ChannelId, FileId};
use bonded_model::trust::{KeyBytes, NewSignature, RecordSignature, Signing, UnsignedRecord};
use bonded_model::{Digests, Timestamp};
use bonded_store::{Queries, Tx};

use super::state::{bytes, public};
use super::{KeyRole, Trust};
use crate::{Error, Registry};

/// The signatures that an upload brings along, and what they were made for.
pub(crate) struct UploadSignatures {
    pub(crate) signing: Signing,
    made: Vec<RecordSignature>,
    /// The server's keys as they were then.
    keys: BTreeSet<KeyBytes>,
}

impl UploadSignatures {
    /// Whether keys and setting are still those that the signatures were made for.
    pub(crate) async fn still_fit(&self, queries: &mut Queries, channel: ChannelId) -> Result<bool, Error> {
        let signing = queries.channel(channel).await?.map(|channel| channel.signing);
        if signing != Some(self.signing) {
            return Ok(false);
        }
        Ok(match self.signing {
            Signing::Off => true,
            Signing::Server => {
                let keys = queries.package_manager_keys().await?;
                keys.into_iter().map(|key| key.key).collect::<BTreeSet<_>>() == self.keys
            }
            Signing::Publisher => {
                let keys = queries.publisher_keys().await?;
                let is_there = |made: &RecordSignature| {
                    keys.iter().any(|key| key.channel == channel && key.key == made.key)
                };
                self.made.iter().all(is_there)
            }
        })
    }

    /// The key whose signatures a new subdir is published with.
    pub(crate) async fn package_key(&self, queries: &mut Queries) -> Result<Option<KeyBytes>, Error> {
        if self.signing != Signing::Server {
            return Ok(None);
        }
        Ok(queries.package_manager_keys().await?.first().map(|key| key.key))
    }

    /// Their keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = KeyBytes> {
        self.made.iter().map(|made| made.key)
    }

    /// Whether a file that is there would have one more signature by them.
    ///
    /// # Errors
    /// [`Error::Conflict`] when its record is not what they sign.
    pub(crate) async fn are_new_over(&self, queries: &mut Queries, file: FileId) -> Result<bool, Error> {
        let Some(record) = queries.unsigned_record(file).await? else { return Ok(false) };
        let text = published_text(&record)?;
        for made in &self.made {
            let made =
                bonded_signing::RecordSignature { key: public(&made.key), signature: made.signature.into() };
            if !made.verifies(text.as_bytes()).map_err(Error::internal)? {
                return Err(Error::Conflict(
                    "the package is there, but its record is not the one that was signed: it was changed since, as \
                     yanking does, and is signed again when that is taken back"
                        .into(),
                ));
            }
        }
        // What a key signs of one record is always the same.
        let there = queries.signers_of(file).await?;
        Ok(self.made.iter().any(|made| !there.iter().any(|one| one.key == made.key && one.publisher)))
    }

    /// Writes them for the file.
    pub(crate) async fn write(&self, tx: &mut Tx, file: FileId, now: Timestamp) -> Result<(), Error> {
        let signed =
            |signature: &RecordSignature| NewSignature { file, signature: *signature, signed_at: now };
        let signatures: Vec<_> = self.made.iter().map(signed).collect();
        Ok(tx.insert_signatures(&signatures).await?)
    }
}

impl Registry {
    /// Signs a record with all of the server's keys, or checks the signature that its publisher sent.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the publisher's signature is missing, not by a key of the channel, or not over this record;
    /// or when one was sent although the server signs.
    pub(crate) async fn sign_upload(
        &self,
        channel: ChannelId,
        signing: Signing,
        record: &str,
        sent: Option<&bonded_signing::RecordSignature>,
    ) -> Result<UploadSignatures, Error> {
        let trust = self.trust().await?;
        let mut keys = BTreeSet::new();
        let made = match (signing, trust, sent) {
            (Signing::Publisher, trust, sent) => vec![publisher(trust.as_deref(), channel, record, sent)?],
            (Signing::Off | Signing::Server, _, Some(_)) => {
                return Err(Error::Invalid(
                    "this channel takes no signatures of publishers: upload without X-Bonded-Signature"
                        .into(),
                ));
            }
            (Signing::Off, _, None) => Vec::new(),
            // It was given up as lost, and the next start makes it anew.
            (Signing::Server, None, None) => return Err(Error::Unavailable),
            (Signing::Server, Some(trust), None) => {
                keys = trust.package_keys.iter().map(|key| key.key).collect();
                self.sign_with(&keys, record)?
            }
        };
        Ok(UploadSignatures { signing, made, keys })
    }

    /// Signs the record of a file that was changed in this transaction, which took its signatures away. A record that its
    /// publisher signed stays without one, and so out of the index, until a publisher signs it again.
    ///
    /// # Errors
    /// When a key is missing.
    pub(super) async fn sign_changed(
        &self,
        tx: &mut Tx,
        channel: ChannelId,
        file: FileId,
    ) -> Result<(), Error> {
        let signing = tx.channel(channel).await?.map(|channel| channel.signing);
        let (Some(Signing::Server), Some(record)) = (signing, tx.unsigned_record(file).await?) else {
            return Ok(());
        };
        let text = published_text(&record)?;
        let keys: BTreeSet<_> = tx.package_manager_keys().await?.into_iter().map(|key| key.key).collect();
        let made = self.sign_with(&keys, &text)?;
        let signatures = UploadSignatures { signing: Signing::Server, made, keys };
        signatures.write(tx, file, self.clock.now()).await
    }

    fn sign_with(&self, keys: &BTreeSet<KeyBytes>, record: &str) -> Result<Vec<RecordSignature>, Error> {
        let sign = |key: &KeyBytes| {
            let signer = self.trusting.keys.signer(KeyRole::PackageManager, &public(key));
            signer.map_err(Error::internal)?.record(record).map_err(|cause| Error::Invalid(cause.to_string()))
        };
        keys.iter().map(sign).collect()
    }
}

/// The longest record that is taken, in bytes: far from what can be signed, because records grow. A withdrawn one depends on
/// more, an attested one names its attestations.
const LONGEST_RECORD: usize = 1 << 20;

/// The record of a package that arrives, as it will be published.
///
/// # Errors
/// [`Error::Invalid`] for one that is too long.
pub(crate) fn new_published_text(filename: &str, record: &str, run_exports: &str) -> Result<String, Error> {
    let text = published_record(filename, record, run_exports).map_err(Error::internal)?;
    if text.len() > LONGEST_RECORD {
        return Err(Error::Invalid(format!(
            "the record of the package has {} bytes, of which its index.json and run_exports.json make the most; \
             {LONGEST_RECORD} are the limit",
            text.len()
        )));
    }
    Ok(text)
}

/// A record as it is published, which is what is signed.
pub(super) fn published_text(record: &UnsignedRecord) -> Result<String, Error> {
    let run_exports = record.run_exports.as_deref().unwrap_or("{}");
    published_record(&record.filename, &record.record, run_exports).map_err(Error::internal)
}

fn publisher(
    trust: Option<&Trust>,
    channel: ChannelId,
    record: &str,
    sent: Option<&bonded_signing::RecordSignature>,
) -> Result<RecordSignature, Error> {
    let invalid = |text: &str| Err(Error::Invalid(text.to_owned()));
    let Some(sent) = sent else {
        return invalid(
            "the packages of this channel are signed by their publishers: run 'bonded trust sign-package' and send \
             what it prints in the header X-Bonded-Signature",
        );
    };
    let key = bytes(&sent.key);
    let known = |trust: &Trust| {
        trust.names(&key) && trust.publishers.iter().any(|known| known.channel == channel && known.key == key)
    };
    if !trust.is_some_and(known) {
        return invalid("the package is signed with a key that is not one of this channel's publisher keys");
    }
    if !sent.verifies(record.as_bytes()).map_err(|cause| Error::Invalid(cause.to_string()))? {
        return invalid(
            "the signature is not one of this package's record: sign the very file that you upload, with this \
             version of 'bonded trust sign-package'",
        );
    }
    Ok(RecordSignature { key, signature: *sent.signature.as_bytes(), publisher: true })
}

/// The record of an archive as the server will publish it in a channel whose publishers sign.
#[derive(Clone, Debug)]
pub struct OfflineRecord {
    /// The record as JSON text.
    pub record: String,
    /// The file name that it belongs to.
    pub filename: ArchiveFilename,
    /// The subdir that it belongs to.
    pub subdir: String,
}

/// Makes the record that the server will make of this archive, without a server. `digests` are those of its bytes.
///
/// # Errors
/// [`Error::Invalid`] for an archive that no server would take.
pub fn offline_record(
    archive: impl Read + Seek,
    filename: ArchiveFilename,
    digests: &Digests,
    now: Timestamp,
) -> Result<OfflineRecord, Error> {
    let read = format::inspect(archive, &filename, &Limits::default(), now);
    let read = read.map_err(|rejection| Error::Invalid(rejection.to_string()))?;
    let text = publisher_record(&read, &filename, digests)?;
    Ok(OfflineRecord { record: text, subdir: read.subdir.to_string(), filename })
}

fn publisher_record(
    archive: &CondaArchive,
    filename: &ArchiveFilename,
    digests: &Digests,
) -> Result<String, Error> {
    let invalid = |cause: bonded_indexes::conda::InvalidRecord| Error::Invalid(cause.to_string());
    let record = record(&archive.index, digests, None).map_err(invalid)?;
    let exports = run_exports(archive.run_exports.as_ref()).map_err(invalid)?;
    new_published_text(&filename.to_string(), &record, &exports)
}

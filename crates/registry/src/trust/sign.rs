//! Signing what is in the database already: after a change of keys, or when a channel begins to be signed.
//!
//! First every record of a subdir gets the new signature, which nobody sees. Then, in one transaction, the subdir is
//! published with the new key's signatures from now on, so readers see all old ones or all new ones. A job that was
//! interrupted goes on with the records that lack a signature.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use bonded_model::Timestamp;
use bonded_model::conda_index::SubdirRow;
use bonded_model::ids::SubdirId;
use bonded_model::trust::{self, KeyBytes, NewSignature, Signing, UnsignedRecord};
use bonded_signing::RecordSignature;
use bonded_store::{Change, Tx};

use super::check::Part;
use super::rotate::switched_at;
use super::state::public;
use super::upload::published_text;
use super::{KEY_MANAGER_CACHED, KeyRole, Signer};
use crate::jobs::JobKind;
use crate::{Error, Registry};

/// Records that are signed and written at once.
const PAGE: i64 = 4_000;

/// A record that was changed behind the server's back, or that lost its signature there, is not signed anew.
#[derive(Debug, thiserror::Error)]
#[error("the record of {0} is not what was signed before: it was changed in the database")]
pub(super) struct Changed(String);

impl Registry {
    /// Signs the records of all subdirs that wait for it.
    pub(crate) async fn sign_waiting(&self) -> Result<(), Error> {
        if self.trust().await?.is_none() {
            return Ok(());
        }
        let mut ended = Ok(());
        for subdir in self.store.read().await?.all_subdirs().await? {
            let signed = self.sign_subdir(subdir.id).await;
            ended = ended.and(signed);
        }
        let retired = self.retire_keys().await;
        ended.and(retired)
    }

    /// Signs the records of a subdir with the present key, if they are to be signed by the server and are not yet.
    pub(crate) async fn sign_subdir(&self, subdir: SubdirId) -> Result<(), Error> {
        let signed = self.sign_records(subdir).await;
        self.note_publication(subdir, Part::Signatures, &signed);
        if signed? {
            self.publish_shards(subdir).await?;
        }
        self.retire_keys().await
    }

    /// Whether the subdir is published with the present key's signatures now, and was not before.
    async fn sign_records(&self, subdir: SubdirId) -> Result<bool, Error> {
        let Some(trust) = self.trust().await? else { return Ok(false) };
        let Some(key) = trust.present() else { return Ok(false) };
        let Some(row) = self.waiting(subdir, key).await? else { return Ok(false) };
        let signer =
            self.trusting.keys.signer(KeyRole::PackageManager, &public(&key)).map_err(Error::trust)?;
        // What the old key signed is checked by it, unless somebody else may have it.
        let old = row.package_key.filter(|old| trust.names(old));
        let mut after = None;
        while let Some(last) = self.sign_page(subdir, old, &signer, key, after.as_deref()).await? {
            after = Some(last);
        }
        let now = self.clock.now();
        // Whoever has a copy of the key manager from before the new key would refuse the new signatures.
        let known_at = trust.package_keys.first().map_or(now, |present| present.made_at + KEY_MANAGER_CACHED);
        let too_early = old.is_some() && now < known_at;
        let registry = self.clone();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                match too_early {
                    true => registry.schedule_signing_of(tx, subdir, known_at).await,
                    false => registry.switch_to(tx, subdir, key, now).await,
                }
            })
        });
        write.await?;
        Ok(!too_early)
    }

    /// The subdir, if the server signs its channel and it is not yet published with this key's signatures.
    async fn waiting(&self, subdir: SubdirId, key: KeyBytes) -> Result<Option<SubdirRow>, Error> {
        let mut reader = self.store.read().await?;
        let Some(row) = reader.subdir(subdir).await? else { return Ok(None) };
        let channel = reader.channel(row.channel).await?;
        let signed = channel.is_some_and(|channel| channel.signing == Signing::Server);
        Ok((signed && row.package_key != Some(key)).then_some(row))
    }

    /// Signs the next records behind `after`; the last of them, or `None` when there was none.
    async fn sign_page(
        &self,
        subdir: SubdirId,
        old: Option<KeyBytes>,
        signer: &Arc<Signer>,
        key: KeyBytes,
        after: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let mut snapshot = self.store.snapshot().await?;
        let page = snapshot.unsigned_records(subdir, &key, after, PAGE).await?;
        let Some(last) = page.last().map(|record| record.filename.clone()) else { return Ok(None) };
        let before: Option<Before> = match old {
            Some(old) => {
                let made = snapshot.signatures_by(subdir, &old, after, &last).await?.into_iter();
                Some(made.map(|made| (made.filename, made.signature)).collect())
            }
            None => None,
        };
        drop(snapshot);
        let (signer, now) = (Arc::clone(signer), self.clock.now());
        let signing = tokio::task::spawn_blocking(move || {
            let made = sign_all(&signer, &page, before.as_ref(), now)?;
            Ok::<_, Error>(page.into_iter().zip(made).collect::<Vec<_>>())
        });
        let signed = signing.await.map_err(Error::internal)??;
        let count = signed.len();
        // A record that was changed meanwhile has a signature over what it is now, which must stay.
        let write =
            self.store.write(move |tx| Box::pin(async move { tx.insert_signatures_over(&signed).await }));
        write.await?;
        tracing::info!(%subdir, count, "records were signed");
        Ok(Some(last))
    }

    /// From now on the subdir is published with the key's signatures, provided that everything is as it was.
    async fn switch_to(
        &self,
        tx: &mut Tx,
        subdir: SubdirId,
        key: KeyBytes,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(row) = tx.subdir(subdir).await? else { return Ok(()) };
        let channel = tx.channel(row.channel).await?;
        let signed = channel.is_some_and(|channel| channel.signing == Signing::Server);
        let present = tx.package_manager_keys().await?.first().is_some_and(|present| present.key == key);
        if !signed || row.package_key == Some(key) {
            return Ok(());
        }
        if !present || tx.count_unsigned(subdir, &key).await? > 0 {
            return self.schedule_signing_of(tx, subdir, now).await;
        }
        tx.set_package_key(subdir, Some(&key)).await?;
        let serial = tx.change_all_shards(subdir).await?;
        tx.put_setting(&switched_at(subdir), &serial.to_string()).await?;
        self.schedule_publication(tx, &row, &JobKind::PUBLICATION).await?;
        tx.announce(Change::Subdir(subdir));
        Ok(())
    }
}

/// The old key's signatures, by file name.
type Before = HashMap<String, trust::RecordSignature>;

/// Signs records on all cores.
fn sign_all(
    signer: &Signer,
    records: &[UnsignedRecord],
    before: Option<&Before>,
    now: Timestamp,
) -> Result<Vec<NewSignature>, Error> {
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = records.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let shares: Vec<_> = records
            .chunks(share)
            .map(|share| {
                scope.spawn(move || share.iter().map(|one| sign(signer, one, before, now)).collect())
            })
            .collect();
        let mut all = Vec::with_capacity(records.len());
        for share in shares {
            let made: Result<Vec<_>, Error> =
                share.join().map_err(|_| Error::internal("a signing thread panicked"))?;
            all.extend(made?);
        }
        Ok(all)
    })
}

fn sign(
    signer: &Signer,
    record: &UnsignedRecord,
    before: Option<&Before>,
    now: Timestamp,
) -> Result<NewSignature, Error> {
    let text = published_text(record)?;
    if let Some(before) = before {
        let changed = || Error::internal(Changed(record.filename.clone()));
        let old = before.get(&record.filename).ok_or_else(changed)?;
        let old = RecordSignature { key: public(&old.key), signature: old.signature.into() };
        if !old.verifies(text.as_bytes()).map_err(Error::internal)? {
            return Err(changed());
        }
    }
    let signature = signer.record(&text).map_err(Error::internal)?;
    Ok(NewSignature { file: record.file, signature, signed_at: now })
}

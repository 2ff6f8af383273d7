//! Signing what is in the database already: after a change of keys, or when a channel begins to be signed.
//!
//! First every record of a subdir gets the new signature, which nobody sees. Then, in one transaction, the subdir is
//! published with the new key's signatures from now on, so readers see all old ones, or none, or all new ones. A job that
//! was interrupted goes on with the records that lack a signature.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use bonded_model::Timestamp;
use bonded_model::conda_index::SubdirRow;
use bonded_model::ids::SubdirId;
use bonded_model::trust::{FileSignature, KeyBytes, NewSignature, Signing, UnsignedRecord};
use bonded_store::Tx;

use super::before::Before;
use super::check::Part;
use super::state::{Trust, public};
use super::upload::published_text;
use super::{KEY_MANAGER_CACHED, KeyRole, Signer};
use crate::{Error, Registry};

/// Records to be signed, with the signatures that they have.
struct Page {
    records: Vec<UnsignedRecord>,
    made: Vec<FileSignature>,
}

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
        let before = Before::of(&mut *self.store.snapshot().await?, &row).await?.map(Arc::new);
        self.sign_pages(subdir, before, &signer, key).await?;
        let now = self.clock.now();
        // Whoever has a copy of the key manager from before the new key would refuse the new signatures.
        let known_at = trust.package_keys.first().map_or(now, |present| present.made_at + KEY_MANAGER_CACHED);
        let too_early = now < known_at && is_relied_on(&row, &trust);
        let registry = self.clone();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                match too_early {
                    true => registry.schedule_signing_of(tx, subdir, known_at).await,
                    false => registry.switch_to(tx, &row, key, now).await,
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
        Ok((signed && !shows(&row, key)).then_some(row))
    }

    /// Signs page by page. While one is signed on all cores, the next is read and the one before is written.
    async fn sign_pages(
        &self,
        subdir: SubdirId,
        before: Option<Arc<Before>>,
        signer: &Arc<Signer>,
        key: KeyBytes,
    ) -> Result<(), Error> {
        let next = |after| self.unsigned_page(subdir, key, before.is_some(), after);
        let (mut next_page, mut signed) = (next(None).await?, Vec::new());
        while let Some(page) = next_page {
            let after = page.records.last().map(|record| record.filename.clone());
            let signing = sign_page(page, before.clone(), Arc::clone(signer), self.clock.now());
            let written = self.write_signatures(subdir, signed);
            (next_page, signed, ()) = tokio::try_join!(next(after), signing, written)?;
        }
        self.write_signatures(subdir, signed).await
    }

    /// The next records behind `after` that wait for the key's signature, with the signatures that they have if those are
    /// `checked`; `None` when there are no more.
    async fn unsigned_page(
        &self,
        subdir: SubdirId,
        key: KeyBytes,
        checked: bool,
        after: Option<String>,
    ) -> Result<Option<Page>, Error> {
        let (after, size) = (after.as_deref(), self.settings.signed_at_once);
        let mut snapshot = self.store.snapshot().await?;
        let records = snapshot.unsigned_records(subdir, &key, after, size).await?;
        let Some(last) = records.last() else { return Ok(None) };
        let made = match checked {
            true => snapshot.all_signatures_between(subdir, after, &last.filename).await?,
            false => Vec::new(),
        };
        Ok(Some(Page { records, made }))
    }

    async fn write_signatures(
        &self,
        subdir: SubdirId,
        signed: Vec<(UnsignedRecord, NewSignature)>,
    ) -> Result<(), Error> {
        let count = signed.len();
        if count == 0 {
            return Ok(());
        }
        // A record that was changed meanwhile has a signature over what it is now, which must stay.
        let write =
            self.store.write(move |tx| Box::pin(async move { tx.insert_signatures_over(&signed).await }));
        write.await?;
        tracing::info!(%subdir, count, "records were signed");
        Ok(())
    }

    /// From now on the subdir is published with the key's signatures, provided that everything is as it was.
    async fn switch_to(
        &self,
        tx: &mut Tx,
        before: &SubdirRow,
        key: KeyBytes,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(row) = tx.subdir(before.id).await? else { return Ok(()) };
        let channel = tx.channel(row.channel).await?;
        let signed = channel.is_some_and(|channel| channel.signing == Signing::Server);
        if !signed || shows(&row, key) {
            return Ok(());
        }
        let present = tx.package_manager_keys().await?.first().is_some_and(|present| present.key == key);
        let as_before = (row.shown, row.package_key) == (before.shown, before.package_key);
        if !present || !as_before || tx.count_unsigned(row.id, &key).await? > 0 {
            return self.schedule_signing_of(tx, row.id, now).await;
        }
        self.show(tx, &row, Signing::Server, Some(&key)).await
    }
}

/// Whether readers see this key's signatures.
fn shows(row: &SubdirRow, key: KeyBytes) -> bool {
    row.shown == Signing::Server && row.package_key == Some(key)
}

/// Whether clients can verify what readers see now. Otherwise nobody is disturbed by signatures that come early.
fn is_relied_on(row: &SubdirRow, trust: &Trust) -> bool {
    match row.shown {
        Signing::Off => false,
        Signing::Server => row.package_key.is_some_and(|key| trust.names(&key)),
        Signing::Publisher => true,
    }
}

async fn sign_page(
    page: Page,
    before: Option<Arc<Before>>,
    signer: Arc<Signer>,
    now: Timestamp,
) -> Result<Vec<(UnsignedRecord, NewSignature)>, Error> {
    let signing = tokio::task::spawn_blocking(move || {
        let made = sign_all(&signer, &page.records, before.as_deref(), &page.made, now)?;
        Ok(page.records.into_iter().zip(made).collect())
    });
    signing.await.map_err(Error::internal)?
}

/// Checks records by the signatures that they have, and signs them, on all cores.
fn sign_all(
    signer: &Signer,
    records: &[UnsignedRecord],
    before: Option<&Before>,
    made: &[FileSignature],
    now: Timestamp,
) -> Result<Vec<NewSignature>, Error> {
    let of_files = made.chunk_by(|one, next| one.filename == next.filename);
    let of_files: HashMap<_, _> =
        of_files.filter_map(|made| Some((made.first()?.filename.as_str(), made))).collect();
    let sign = |record: &UnsignedRecord| -> Result<NewSignature, Error> {
        if let Some(before) = before {
            let made = of_files.get(record.filename.as_str()).copied().unwrap_or_default();
            before.check(record, made.iter().map(|made| &made.signature))?;
        }
        let signature = signer.record(&published_text(record)?).map_err(Error::internal)?;
        Ok(NewSignature { file: record.file, signature, signed_at: now })
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = records.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let shares: Vec<_> = records
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(sign).collect()))
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

//! Publishing the full repodata of a subdir: streamed from the database into files, then made visible together.

use std::io;

use bonded_blobs::{BlobKind, Content, TempFile};
use bonded_indexes::conda::{Compressed, RepodataWriter, RunExportsWriter, WriteError, Written, ZSTD_LEVEL};
use bonded_model::conda_index::{CondaRecord, RepodataSet};
use bonded_model::file::Stored;
use bonded_model::ids::SubdirId;
use bonded_model::trust::FileSignature;
use bonded_store::{Change, Reader};
use tokio::sync::mpsc;

use super::shards::Setback;
use crate::trust::{Part, PublishedRecord, SignaturePolicy};
use crate::{Error, Registry};

/// Records that are read from the database at once.
const PAGE: i64 = 1_000;
/// Pages that may wait for the writer.
const PAGES_WAITING: usize = 2;

/// What the writer is fed with, in this order.
enum Feed {
    /// A page of records, with their signatures for verification.
    Records(Vec<CondaRecord>, Vec<FileSignature>),
    Removed(Vec<String>),
    /// The signatures of such a page once more: they stand behind all records.
    Signatures(Vec<FileSignature>),
}

/// A document in two forms, not yet in its place.
struct Document {
    json: (Content, Stored),
    zst: (Content, Stored),
}

impl Registry {
    /// Makes the published full repodata of a subdir equal to the database. Takes no other input.
    ///
    /// # Errors
    /// When database or storage fail; nothing was published then.
    pub async fn publish_repodata(&self, subdir: SubdirId) -> Result<(), Error> {
        let ended = self.write_repodata(subdir).await;
        self.note_publication(subdir, Part::Repodata, &ended);
        ended?;
        // It may have been the last document that showed a key's signatures.
        self.retire_keys().await
    }

    async fn write_repodata(&self, subdir: SubdirId) -> Result<(), Error> {
        let mut snapshot = self.store.snapshot().await?;
        let Some(row) = snapshot.subdir(subdir).await? else { return Ok(()) };
        if row.repodata.is_some_and(|published| published.serial >= row.serial) {
            return Ok(());
        }
        let (feed, fed) = mpsc::channel(PAGES_WAITING);
        let files = [self.temp_file()?, self.temp_file()?, self.temp_file()?, self.temp_file()?];
        let policy = self.signature_policy(&mut snapshot, &row).await?;
        let signed = policy.is_signed();
        let writer = tokio::task::spawn_blocking(move || write(&row.name, files, &policy, fed));
        // When the writer fails it hangs up, and what it says is the reason worth telling.
        let read = feed_writer(&mut snapshot, subdir, signed, feed).await;
        drop(snapshot);
        let (repodata, run_exports) = writer.await.map_err(Error::internal)??;
        read?;
        let set = RepodataSet {
            json: self.keep(repodata.json).await?,
            zst: self.keep(repodata.zst).await?,
            run_exports_json: self.keep(run_exports.json).await?,
            run_exports_zst: self.keep(run_exports.zst).await?,
        };
        let now = self.clock.now();
        let flip = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.publish_repodata(subdir, row.serial, &set, now).await? {
                    return Err(Setback::Outrun);
                }
                tx.announce(Change::Subdir(subdir));
                Ok(())
            })
        });
        match flip.await {
            Ok(()) | Err(Setback::Outrun) => Ok(()),
            Err(Setback::Failed(error)) => Err(error),
        }
    }

    fn temp_file(&self) -> Result<TempFile, Error> {
        self.blobs.temp_file().map_err(Error::internal)
    }

    async fn keep(&self, (content, stored): (Content, Stored)) -> Result<Stored, Error> {
        self.blobs.store(BlobKind::Index, content).await.map_err(Error::internal)?;
        Ok(stored)
    }
}

/// Reads the subdir page by page, in the order of the document.
async fn feed_writer(
    snapshot: &mut Reader,
    subdir: SubdirId,
    signed: bool,
    feed: mpsc::Sender<Feed>,
) -> Result<(), Error> {
    let mut pages = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = snapshot.conda_records_after(subdir, after.as_deref(), PAGE).await?;
        let Some(last) = page.last().map(|record| record.filename.clone()) else { break };
        let signatures = match signed {
            true => snapshot.signatures_between(subdir, after.as_deref(), &last).await?,
            false => Vec::new(),
        };
        // A writer that hung up tells why itself.
        if feed.send(Feed::Records(page, signatures)).await.is_err() {
            return Ok(());
        }
        pages.push((after.replace(last.clone()), last));
    }
    let removed = snapshot.removed_conda_files(subdir).await?;
    if feed.send(Feed::Removed(removed)).await.is_err() || !signed {
        return Ok(());
    }
    for (after, last) in pages {
        let signatures = snapshot.signatures_between(subdir, after.as_deref(), &last).await?;
        if feed.send(Feed::Signatures(signatures)).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Writes all four files at once, in memory that does not grow with the subdir, and verifies each record on its way.
fn write(
    subdir: &str,
    files: [TempFile; 4],
    policy: &SignaturePolicy,
    mut fed: mpsc::Receiver<Feed>,
) -> Result<(Document, Document), Error> {
    let [json, zst, run_json, run_zst] = files;
    let compressed = |plain, zst| Compressed::new(plain, zst, ZSTD_LEVEL).map_err(Error::internal);
    let mut records = RepodataWriter::new(compressed(json, zst)?, subdir).map_err(Error::internal)?;
    let mut exports =
        RunExportsWriter::new(compressed(run_json, run_zst)?, subdir).map_err(Error::internal)?;
    let mut removed = Vec::new();
    while let Some(feed) = fed.blocking_recv() {
        match feed {
            Feed::Records(page, signatures) => {
                let page = policy.records(page, &signatures).map_err(Error::internal)?;
                if let Some(checker) = policy.checker() {
                    checker.all(&page, |record| (&record.filename, &record.text, &record.signatures))?;
                }
                write_page(&mut records, &mut exports, &page).map_err(Error::internal)?;
            }
            Feed::Removed(names) => {
                removed = names;
                break;
            }
            Feed::Signatures(_) => {}
        }
    }
    let repodata = finish(records, &removed, policy, fed).map_err(Error::internal)?;
    let run_exports = exports.finish().map_err(Error::internal)?.finish().map_err(Error::internal)?;
    Ok((document(repodata).map_err(Error::internal)?, document(run_exports).map_err(Error::internal)?))
}

type Both = Compressed<TempFile, TempFile>;

fn write_page(
    records: &mut RepodataWriter<Both>,
    exports: &mut RunExportsWriter<Both>,
    page: &[PublishedRecord],
) -> Result<(), WriteError> {
    for record in page {
        records.record(&record.filename, &record.text)?;
        exports.file(&record.filename, &record.run_exports)?;
    }
    Ok(())
}

/// Writes what stands behind the records.
fn finish(
    records: RepodataWriter<Both>,
    removed: &[String],
    policy: &SignaturePolicy,
    mut fed: mpsc::Receiver<Feed>,
) -> Result<(Written<TempFile>, Written<TempFile>), WriteError> {
    let mut tail = records.removed()?;
    for name in removed {
        tail.file(name)?;
    }
    if !policy.is_signed() {
        return Ok(tail.finish()?.finish()?);
    }
    let mut tail = tail.signatures()?;
    while let Some(feed) = fed.blocking_recv() {
        let Feed::Signatures(page) = feed else { continue };
        for (filename, signatures) in policy.in_order(&page) {
            tail.file(&filename, &signatures)?;
        }
    }
    Ok(tail.finish()?.finish()?)
}

fn document((json, zst): (Written<TempFile>, Written<TempFile>)) -> io::Result<Document> {
    let finish = |written: Written<TempFile>| {
        let stored = Stored { sha256: written.sha256, size: written.size };
        written.inner.finish().map(|content| (content, stored))
    };
    Ok(Document { json: finish(json)?, zst: finish(zst)? })
}

//! Publishing the full repodata of a subdir: streamed from the database into files, then made visible together.

use std::io;

use bonded_blobs::{BlobKind, Content, TempFile};
use bonded_indexes::conda::{Compressed, RepodataWriter, RunExportsWriter, WriteError, Written, ZSTD_LEVEL};
use bonded_model::conda_index::{CondaRecord, RepodataSet};
use bonded_model::file::Stored;
use bonded_model::ids::SubdirId;
use bonded_store::Change;
use tokio::sync::mpsc;

use super::shards::Setback;
use crate::{Error, Registry};

/// Records that are read from the database at once.
const PAGE: i64 = 1_000;
/// Pages that may wait for the writer.
const PAGES_WAITING: usize = 2;

/// What the writer is fed with, in this order.
enum Feed {
    Records(Vec<CondaRecord>),
    Removed(Vec<String>),
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
        let mut snapshot = self.store.snapshot().await?;
        let Some(row) = snapshot.subdir(subdir).await? else { return Ok(()) };
        if row.repodata.is_some_and(|published| published.serial >= row.serial) {
            return Ok(());
        }
        let (feed, fed) = mpsc::channel(PAGES_WAITING);
        let files = [self.temp_file()?, self.temp_file()?, self.temp_file()?, self.temp_file()?];
        let writer = tokio::task::spawn_blocking(move || write(&row.name, files, fed));
        // When the writer fails it hangs up, and what it says is the reason worth telling.
        let read = self.feed(&mut snapshot, subdir, feed).await;
        drop(snapshot);
        let (repodata, run_exports) = writer.await.map_err(Error::internal)?.map_err(Error::internal)?;
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

    /// Reads the subdir page by page, in the order of the document.
    async fn feed(
        &self,
        snapshot: &mut bonded_store::Reader,
        subdir: SubdirId,
        feed: mpsc::Sender<Feed>,
    ) -> Result<(), Error> {
        let mut after: Option<String> = None;
        loop {
            let page = snapshot.conda_records_after(subdir, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.filename.clone());
            if feed.send(Feed::Records(page)).await.is_err() {
                return Ok(());
            }
        }
        let removed = snapshot.removed_conda_files(subdir).await?;
        // A writer that hung up tells why itself.
        let _ = feed.send(Feed::Removed(removed)).await;
        Ok(())
    }

    fn temp_file(&self) -> Result<TempFile, Error> {
        self.blobs.temp_file().map_err(Error::internal)
    }

    async fn keep(&self, (content, stored): (Content, Stored)) -> Result<Stored, Error> {
        self.blobs.store(BlobKind::Index, content).await.map_err(Error::internal)?;
        Ok(stored)
    }
}

/// Writes all four files at once, in memory that does not grow with the subdir.
fn write(
    subdir: &str,
    files: [TempFile; 4],
    mut fed: mpsc::Receiver<Feed>,
) -> Result<(Document, Document), WriteError> {
    let [json, zst, run_json, run_zst] = files;
    let mut records = RepodataWriter::new(Compressed::new(json, zst, ZSTD_LEVEL)?, subdir)?;
    let mut exports = RunExportsWriter::new(Compressed::new(run_json, run_zst, ZSTD_LEVEL)?, subdir)?;
    let mut removed = Vec::new();
    while let Some(feed) = fed.blocking_recv() {
        match feed {
            Feed::Records(page) => {
                for record in &page {
                    records.record(&record.filename, &record.record)?;
                    exports.file(&record.filename, record.run_exports.as_deref().unwrap_or("{}"))?;
                }
            }
            Feed::Removed(names) => removed = names,
        }
    }
    let mut tail = records.removed()?;
    for name in &removed {
        tail.file(name)?;
    }
    let repodata = tail.finish()?.finish()?;
    let run_exports = exports.finish()?.finish()?;
    Ok((document(repodata)?, document(run_exports)?))
}

fn document((json, zst): (Written<TempFile>, Written<TempFile>)) -> io::Result<Document> {
    let finish = |written: Written<TempFile>| {
        let stored = Stored { sha256: written.sha256, size: written.size };
        written.inner.finish().map(|content| (content, stored))
    };
    Ok(Document { json: finish(json)?, zst: finish(zst)? })
}

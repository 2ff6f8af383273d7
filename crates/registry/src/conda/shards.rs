//! Publishing shards: one per changed package name, then the index that names them (CEP 16).

use std::collections::BTreeMap;

use bonded_blobs::BlobKind;
use bonded_indexes::conda::{Shard, ShardRecord, read_shard, shard, shard_index};
use bonded_model::conda_index::{StaleShard, SubdirRow};
use bonded_model::file::Stored;
use bonded_model::ids::SubdirId;
use bonded_model::{Sha256, Timestamp};
use bonded_store::{Change, Reader, StoreError, Tx};

use crate::trust::{Part, PublishedRecord, SignaturePolicy, is_wrong, told};
use crate::{Error, Registry};

/// More names than this do not become stale at once.
const ALL: i64 = 1_000_000;

/// The shards of a subdir as this process published them last, so that one more package costs one shard and not a
/// look at all of them.
#[derive(Default)]
pub(super) struct Generation {
    /// The serial of the state; `None` while nothing is known.
    serial: Option<i64>,
    shards: BTreeMap<String, Sha256>,
}

/// A rendered shard on its way to being published. `None`: the name has no files left.
struct Rendered {
    stale: StaleShard,
    blob: Option<Stored>,
}

/// The names whose shards stay as they are published, because what they should be is wrong.
#[derive(Default)]
struct HeldBack {
    /// The serial of each name's last change.
    names: BTreeMap<String, i64>,
    first: Option<Error>,
}

impl HeldBack {
    fn has(&self, stale: &StaleShard) -> bool {
        self.names.get(&stale.name) == Some(&stale.changed_serial)
    }

    fn add(&mut self, subdir: SubdirId, stale: StaleShard, cause: Error) {
        let (name, told) = (&stale.name, told(&cause));
        tracing::error!(%subdir, name, cause = told, "a shard stays as it was published");
        self.names.insert(stale.name, stale.changed_serial);
        self.first.get_or_insert(cause);
    }
}

/// Why a generation was not published.
pub(super) enum Setback {
    /// Somebody published a newer one, or the same.
    Outrun,
    /// Something failed.
    Failed(Error),
}

impl From<StoreError> for Setback {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Makes a generation visible, all of it or nothing.
async fn flip(
    tx: &mut Tx,
    subdir: SubdirId,
    rendered: &[Rendered],
    serial: i64,
    index: Stored,
    now: Timestamp,
) -> Result<(), Setback> {
    for Rendered { stale, blob } in rendered {
        tx.set_shard(subdir, &stale.name, stale.changed_serial, blob.as_ref(), now).await?;
    }
    if !tx.publish_shard_index(subdir, serial, &index, now).await? {
        return Err(Setback::Outrun);
    }
    tx.announce(Change::Subdir(subdir));
    Ok(())
}

impl Registry {
    /// Makes the published shards of a subdir equal to the database. Takes no other input, and does nothing when
    /// nothing changed: whoever calls it, however often, the result is the same. A name with a record that cannot be
    /// published keeps its shard, and stays stale.
    ///
    /// # Errors
    /// When database or storage fail; nothing was published then. What is wrong with the first name that was left out.
    pub async fn publish_shards(&self, subdir: SubdirId) -> Result<(), Error> {
        let lock = self.conda.lock_of(subdir);
        let mut known = lock.lock().await;
        let ended = self.publish_generations(subdir, &mut known).await;
        self.note_publication(subdir, Part::Shards, &ended);
        ended
    }

    async fn publish_generations(&self, subdir: SubdirId, known: &mut Generation) -> Result<(), Error> {
        let mut held = HeldBack::default();
        while self.publish_generation(subdir, known, &mut held).await? {}
        held.first.map_or(Ok(()), Err)
    }

    /// Publishes a generation; whether another may be due.
    async fn publish_generation(
        &self,
        subdir: SubdirId,
        known: &mut Generation,
        held: &mut HeldBack,
    ) -> Result<bool, Error> {
        let mut snapshot = self.store.snapshot().await?;
        let Some(row) = snapshot.subdir(subdir).await? else { return Ok(false) };
        let mut stale = snapshot.stale_shards(subdir, ALL).await?;
        stale.retain(|stale| !held.has(stale));
        if stale.is_empty() && row.shards.is_some() {
            return Ok(false);
        }
        if known.serial != row.shards.map(|shards| shards.serial) {
            let shards = snapshot.shards(subdir).await?.into_iter();
            known.shards = shards.map(|shard| (shard.name, shard.blob.sha256)).collect();
        }
        // Until this generation is published, what is remembered is no published state.
        known.serial = None;
        let policy = self.signature_policy(&mut snapshot, &row).await?;
        let mut rendered = Vec::with_capacity(stale.len());
        for stale in stale {
            match self.render_shard(&mut snapshot, subdir, &policy, &stale, &mut known.shards).await {
                Ok(blob) => rendered.push(Rendered { stale, blob }),
                Err(cause) if is_wrong(&cause) => held.add(subdir, stale, cause),
                Err(cause) => return Err(cause),
            }
        }
        drop(snapshot);
        if rendered.is_empty() && held.first.is_some() {
            known.serial = row.shards.map(|shards| shards.serial);
            return Ok(false);
        }
        if row.shards.is_some_and(|published| published.serial >= row.serial) {
            // They were held back from the index of this serial, and were mended in the database.
            self.change_again(subdir, rendered).await?;
            return Ok(true);
        }
        let index = self.render_index(&row, &mut known.shards).await?;
        let (now, serial) = (self.clock.now(), row.serial);
        let written = self
            .store
            .write(move |tx| Box::pin(async move { flip(tx, subdir, &rendered, serial, index, now).await }))
            .await;
        match written {
            Ok(()) => {
                known.serial = Some(serial);
                Ok(true)
            }
            // Another server was faster, perhaps with a newer state: look again.
            Err(Setback::Outrun) => Ok(true),
            Err(Setback::Failed(error)) => Err(error),
        }
    }

    async fn render_shard(
        &self,
        snapshot: &mut Reader,
        subdir: SubdirId,
        policy: &SignaturePolicy,
        stale: &StaleShard,
        published: &mut BTreeMap<String, Sha256>,
    ) -> Result<Option<Stored>, Error> {
        let records = snapshot.conda_records(subdir, &stale.name).await?;
        let signatures = match policy.is_signed() {
            true => snapshot.signatures_of(subdir, &stale.name).await?,
            false => Vec::new(),
        };
        let removed = snapshot.removed_conda_files_of(subdir, &stale.name).await?;
        let records = policy.records(records, &signatures).map_err(Error::internal)?;
        if records.is_empty() && removed.is_empty() {
            published.remove(&stale.name);
            return Ok(None);
        }
        let policy = policy.clone();
        let render = move || render(&policy, &records, &removed);
        let shard = tokio::task::spawn_blocking(render).await.map_err(Error::internal)??;
        let blob = Stored { sha256: shard.sha256, size: shard.bytes.len() as u64 };
        self.blobs.store(BlobKind::Index, shard.bytes).await.map_err(Error::internal)?;
        published.insert(stale.name.clone(), shard.sha256);
        Ok(Some(blob))
    }

    /// An index of the same serial is there already, and what is published only ever grows newer.
    async fn change_again(&self, subdir: SubdirId, rendered: Vec<Rendered>) -> Result<(), Error> {
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                for Rendered { stale, .. } in &rendered {
                    tx.change_shard(subdir, &stale.name).await?;
                }
                Ok::<_, Error>(())
            })
        });
        write.await
    }

    async fn render_index(
        &self,
        row: &SubdirRow,
        shards: &mut BTreeMap<String, Sha256>,
    ) -> Result<Stored, Error> {
        let (subdir, now) = (row.name.clone(), self.clock.now());
        let taken = std::mem::take(shards);
        let render = move || {
            let bytes =
                shard_index(&subdir, now, taken.iter().map(|(name, sha256)| (name.as_str(), *sha256)));
            (bytes, taken)
        };
        let (bytes, taken) = tokio::task::spawn_blocking(render).await.map_err(Error::internal)?;
        *shards = taken;
        let bytes = bytes.map_err(Error::internal)?;
        let index = Stored { sha256: Sha256::of(&bytes), size: bytes.len() as u64 };
        self.blobs.store(BlobKind::Index, bytes).await.map_err(Error::internal)?;
        Ok(index)
    }
}

/// A shard, verified as a client will read it.
fn render(policy: &SignaturePolicy, records: &[PublishedRecord], removed: &[String]) -> Result<Shard, Error> {
    let records: Vec<_> = records
        .iter()
        .map(|record| ShardRecord {
            filename: &record.filename,
            record: &record.text,
            signatures: policy.is_signed().then_some(&record.signatures),
        })
        .collect();
    let removed: Vec<_> = removed.iter().map(String::as_str).collect();
    let shard = shard(&records, &removed).map_err(Error::internal)?;
    if let Some(checker) = policy.checker() {
        for entry in read_shard(&shard.bytes).map_err(Error::internal)? {
            checker.record(&entry.filename, &entry.record, &entry.signatures)?;
        }
    }
    Ok(shard)
}

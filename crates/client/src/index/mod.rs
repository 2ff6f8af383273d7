//! The index of a signed channel, read from its raw bytes: what is verified and what is solved with are the same.

mod full;
mod shards;
mod source;

use std::collections::BTreeMap;
use std::io::Read;

use bonded_model::Timestamp;
use bonded_model::conda::ArchiveFilename;
use url::Url;

pub(crate) use source::SignedSource;

use crate::channel::{ChannelRef, InvalidChannel};
use crate::web::{Web, WebError};

/// Bytes of the longest index that is read.
const MAX_INDEX: usize = 1 << 30;
/// Bytes of the longest index of shards, unpacked.
const MAX_SHARD_INDEX: usize = 1 << 27;
/// Bytes of the longest shard, unpacked.
const MAX_SHARD: usize = 1 << 24;

/// What an index says of one file, as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The file's name.
    pub file: String,
    /// The record, as JSON.
    pub record: Vec<u8>,
    /// Its signatures, as JSON: `{}` when there are none.
    pub signatures: Vec<u8>,
}

/// The entries of one package name, by file name.
pub(crate) type Entries = BTreeMap<String, Entry>;

/// One subdir of a channel.
#[derive(Debug)]
pub(crate) struct SubdirIndex {
    /// Below this URL are the archives.
    pub(crate) archives: Url,
    /// When the index was made, where it says so itself.
    made_at: Option<Timestamp>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// The channel has no such subdir.
    Absent,
    Shards(shards::ShardIndex),
    Full(full::Full),
}

impl SubdirIndex {
    /// Reads the index: that of shards, or else the whole.
    pub(crate) async fn load(web: &Web, channel: &ChannelRef, subdir: &str) -> Result<Self, IndexError> {
        let base = channel.file(&format!("{subdir}/"))?;
        let sharded = at(&base, "repodata_shards.msgpack.zst")?;
        let answer = web.get(&sharded, MAX_INDEX).await?;
        match answer.status.as_u16() {
            200 => {
                let (index, made_at, archives) = shards::ShardIndex::read(&base, &sharded, &answer.body)?;
                return Ok(Self { archives, made_at, form: Form::Shards(index) });
            }
            404 | 501 => {}
            _ => return Err(WebError::status(&sharded, answer.status).into()),
        }
        for (name, unpack) in [("repodata.json.zst", true), ("repodata.json", false)] {
            let url = at(&base, name)?;
            let answer = web.get(&url, MAX_INDEX).await?;
            match answer.status.as_u16() {
                200 => {
                    let bytes = if unpack { unzstd(&url, &answer.body, MAX_INDEX)? } else { answer.body };
                    let form = Form::Full(full::Full::read(&url, &bytes)?);
                    return Ok(Self { archives: base, made_at: None, form });
                }
                404 => {}
                _ => return Err(WebError::status(&url, answer.status).into()),
            }
        }
        // Every channel has `noarch`; of the others it has those that it needs.
        match subdir {
            "noarch" => Err(IndexError::NoChannel(channel.url().clone())),
            _ => Ok(Self { archives: base, made_at: None, form: Form::Absent }),
        }
    }

    /// What the index says of a package.
    pub(crate) async fn package(&self, web: &Web, name: &str) -> Result<Entries, IndexError> {
        let mut entries = match &self.form {
            Form::Absent => Entries::new(),
            Form::Shards(index) => index.package(web, name).await?,
            Form::Full(full) => full.package(name),
        };
        // What stands under another package's name is not this package's.
        entries.retain(|file, _| is_of(file, name));
        Ok(entries)
    }

    /// When the index was made. A whole one does not say it, so its newest record that is trusted does; outer `None` where
    /// there is no index, or nothing in it that could be old.
    pub(crate) fn age(&self, is_trusted: impl Fn(&Entry) -> bool) -> Option<Option<Timestamp>> {
        match &self.form {
            _ if self.names().is_empty() => None,
            Form::Absent => None,
            Form::Shards(_) => Some(self.made_at),
            Form::Full(full) => Some(full.newest(is_trusted)),
        }
    }

    /// The names of its packages.
    pub(crate) fn names(&self) -> Vec<String> {
        match &self.form {
            Form::Absent => Vec::new(),
            Form::Shards(index) => index.names(),
            Form::Full(full) => full.names(),
        }
    }
}

/// Whether a file is one of the package's.
fn is_of(file: &str, name: &str) -> bool {
    file.parse::<ArchiveFilename>().is_ok_and(|file| file.name().as_str() == name)
}

fn at(base: &Url, path: &str) -> Result<Url, IndexError> {
    base.join(path).map_err(|_| IndexError::Form { url: base.clone(), what: format!("{path:?} is no URL") })
}

/// Unpacks, up to a limit.
fn unzstd(url: &Url, bytes: &[u8], limit: usize) -> Result<Vec<u8>, IndexError> {
    let broken = |error: std::io::Error| IndexError::Form { url: url.clone(), what: error.to_string() };
    let decoder = zstd::Decoder::new(bytes).map_err(broken)?;
    let mut plain = Vec::new();
    decoder.take(limit as u64 + 1).read_to_end(&mut plain).map_err(broken)?;
    if plain.len() > limit {
        return Err(WebError::TooLong { url: url.clone(), limit }.into());
    }
    Ok(plain)
}

/// An index could not be read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The server could not be asked, or refused.
    #[error(transparent)]
    Web(#[from] WebError),
    /// A URL could not be made.
    #[error(transparent)]
    Channel(#[from] InvalidChannel),
    /// Not what it should be.
    #[error("{url} is no index: {what}")]
    Form {
        /// What was read.
        url: Url,
        /// What is wrong.
        what: String,
    },
    /// A shard whose bytes are not those that its name promises.
    #[error("{0} is not what its name says: somebody changed it on the way")]
    Shard(Url),
    /// There is no such channel.
    #[error("{0} is no channel: it has no noarch/repodata.json")]
    NoChannel(Url),
}

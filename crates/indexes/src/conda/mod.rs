//! A conda channel's indexes: records, repodata (CEP 36), shards (CEP 16 and 21), run exports (CEP 12) and the
//! channel's summary (CEP 38).

mod ascending;
mod channeldata;
mod compressed;
mod error;
mod record;
mod repodata;
mod run_exports;
#[cfg(test)]
mod samples;
mod sections;
mod shard;
mod shard_index;
mod shard_reader;
mod signatures;

pub use channeldata::{ChannelDataWriter, ChannelPackage};
pub use compressed::{Compressed, Written};
pub use error::{InvalidRecord, WriteError};
pub use record::{attested, published_record, record, run_exports, withdrawn};
pub use repodata::{RemovedWriter, RepodataWriter, SignaturesWriter, empty_repodata};
pub use run_exports::RunExportsWriter;
pub use shard::{Shard, ShardRecord, shard};
pub use shard_index::shard_index;
pub use shard_reader::{ShardEntry, UnreadableShard, read_shard};
pub use signatures::Signatures;

/// The zstd level of everything that is compressed while somebody waits. Higher levels cost a hundred times the
/// time for a fifth of the size.
pub const ZSTD_LEVEL: i32 = 3;

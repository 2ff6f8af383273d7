//! The short way to a durable small blob.
//!
//! A file and its name need two journal commits of the file system, and a wheel with its metadata needs four syncs:
//! about a millisecond on a fast disk, for ten kilobytes. So small blobs are first written, for all uploads that wait at
//! the same moment, into one *log*: a file whose blocks are there already, so that one `fdatasync` of 150 µs makes the whole
//! group durable. After it the files get their names without any sync, and the kernel writes them when it likes.
//!
//! When a log is full, the file system is synced behind the scenes, and only then the log is used again. After a power failure
//! the records of the logs that are found are stored again before anything is served.
//!
//! A record says "the blob with this digest has these bytes". That is true forever, so a record that is replayed twice, too
//! late, or after its blob was collected does no harm: at worst it leaves a blob that nobody needs, as a crashed upload does.
//!
//! Several processes can work on one directory: each locks its own logs, and only logs that nobody holds are replayed.

mod committer;
mod log;
mod record;
mod replay;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, Sender};

use crate::StorageKey;
use crate::content::Data;

/// The largest batch that goes through the journal, in bytes. What is larger gains little: its own bytes take the time.
const LARGEST: usize = 64 * 1024;

/// The journal of one process.
pub(super) struct Journal {
    root: PathBuf,
    /// Opened by the first small blob: a process that only reads, or collects, needs no log.
    entries: OnceLock<Option<Sender<Entry>>>,
}

/// Records that become durable together, and who waits for that.
struct Entry {
    records: Vec<u8>,
    kept: Sender<bool>,
}

/// That a batch will be durable soon.
pub(super) struct Promise(Receiver<bool>);

impl Journal {
    /// Replays what other processes, now dead, have left in `root/journal/`.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory(root))?;
        replay::replay(root)?;
        Ok(Self { root: root.to_owned(), entries: OnceLock::new() })
    }

    /// Hands a batch to the journal. `None` when it is not small.
    pub(super) fn submit(&self, blobs: &[(StorageKey, Data)]) -> Option<Promise> {
        let records = record::encode(blobs, LARGEST)?;
        let entries = self.entries.get_or_init(|| committer::start(&self.root)).as_ref()?;
        let (kept, promise) = mpsc::channel();
        entries.send(Entry { records, kept }).ok()?;
        Some(Promise(promise))
    }
}

impl Promise {
    /// Waits for the end of the sync, and says whether the batch is durable now. If not, the long way is still open.
    pub(super) fn kept(self) -> bool {
        self.0.recv().unwrap_or(false)
    }
}

fn directory(root: &Path) -> PathBuf {
    root.join("journal")
}

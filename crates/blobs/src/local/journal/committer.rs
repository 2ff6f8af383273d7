//! The two threads of a journal: one appends and syncs, one empties full logs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::Entry;
use super::log::Log;

/// The largest group, in bytes. More may wait; they form the next one.
const GROUP: usize = 1024 * 1024;

/// Starts the threads. They end when the sender is dropped. `None` if the system has no thread to give.
pub(super) fn start(root: &Path) -> Option<Sender<Entry>> {
    let (entries, waiting) = mpsc::channel();
    let root = root.to_owned();
    let committer = thread::Builder::new().name("blob-journal".to_owned());
    // A journal that failed promises nothing any more: each blob then takes the long way. The logs stay for a replay.
    committer.spawn(move || drop(commit(&root, &waiting))).ok()?;
    Some(entries)
}

fn commit(root: &Path, waiting: &Receiver<Entry>) -> io::Result<()> {
    let (to_empty, full) = mpsc::channel();
    let (emptied, empty) = mpsc::channel();
    let mut log = Log::create(root)?;
    let root: PathBuf = root.to_owned();
    thread::Builder::new()
        .name("blob-checkpoint".to_owned())
        .spawn(move || drop(empty_logs(&root, &full, &emptied)))?;
    while let Ok(first) = waiting.recv() {
        let (records, group) = gather(first, waiting);
        if !log.has_room(records.len()) {
            // When the next log is not empty yet, this group is not promised anything: it takes the long way.
            let Ok(next) = empty.try_recv() else { continue };
            drop(to_empty.send(std::mem::replace(&mut log, next)));
        }
        log.append(&records)?;
        for entry in group {
            // Whoever gave up waiting needs no answer.
            let _ = entry.send(true);
        }
    }
    drop(to_empty);
    empty.iter().chain([log]).try_for_each(Log::close)
}

/// Everything that waits at this moment, as one.
fn gather(first: Entry, waiting: &Receiver<Entry>) -> (Vec<u8>, Vec<Sender<bool>>) {
    let mut records = first.records;
    let mut group = vec![first.kept];
    while records.len() < GROUP
        && let Ok(entry) = waiting.try_recv()
    {
        records.extend_from_slice(&entry.records);
        group.push(entry.kept);
    }
    (records, group)
}

/// Empties full logs, so that there is always another one; the first of them is made here.
fn empty_logs(root: &Path, full: &Receiver<Log>, emptied: &Sender<Log>) -> io::Result<()> {
    let mut next = Log::create(root)?;
    loop {
        if let Err(mpsc::SendError(unused)) = emptied.send(next) {
            return unused.close();
        }
        let Ok(log) = full.recv() else { return Ok(()) };
        next = log;
        next.checkpoint()?;
    }
}

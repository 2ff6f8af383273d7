//! What the disk allows: the fewest steps that make a file survive a power failure.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

/// Writes `count` files of `size` bytes, each with a sync of the file and of its directory; files per second.
pub(super) fn durable_files(dir: &Path, count: usize, size: usize) -> Result<f64> {
    let dir = tempfile::Builder::new().prefix("floor-").tempdir_in(dir)?;
    let directory = File::open(dir.path())?;
    let bytes = vec![b'x'; size];
    let start = Instant::now();
    for number in 0..count {
        let mut file = File::create_new(dir.path().join(number.to_string()))?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        directory.sync_all()?;
    }
    let seconds = start.elapsed().as_secs_f64();
    fs::remove_dir_all(dir.path())?;
    Ok(count as f64 / seconds)
}

//! A directory of `.eml` files in place of a mail server.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use bonded_model::Timestamp;

use crate::error::MailError;

/// The directory. Mails hold links, so it and its files are for their owner alone.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    directory: PathBuf,
}

impl Outbox {
    pub(crate) const fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Writes a mail under a name that sorts by time. It appears whole or not at all.
    pub(crate) async fn write(&self, mail: Vec<u8>, now: Timestamp, id: &str) -> Result<PathBuf, MailError> {
        let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let path = self.directory.join(format!("{}-{id}.eml", now.format("%Y%m%dT%H%M%SZ")));
        self.blocking(move |directory| {
            let mut file = tempfile::NamedTempFile::new_in(directory)?;
            file.write_all(&mail)?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(path)
        })
        .await
    }

    /// Whether a file can be made.
    pub(crate) async fn check(&self) -> Result<(), MailError> {
        self.blocking(|directory| tempfile::NamedTempFile::new_in(directory).map(drop)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, MailError> {
        let directory = self.directory.clone();
        let work = move || {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
            work(&directory)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(io::Error::other).and_then(|done| done).map_err(MailError::Outbox)
    }
}

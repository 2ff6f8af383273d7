//! Reading.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::Stream;
use tokio::task::JoinHandle;

use super::write::failed;
use super::{Local, cached};
use crate::buffers::Buffers;
use crate::error::BlobError;
use crate::{StorageKey, blocking};

impl Local {
    /// The open file and its size.
    pub(crate) async fn open_blob(&self, key: StorageKey) -> Result<Option<(File, u64)>, BlobError> {
        let path = self.path(&key);
        let file = match cached::open(&path) {
            Some(file) => Ok(file),
            None => blocking::run(move || File::open(path)).await,
        };
        match file.and_then(|file| Ok((file.metadata()?.len(), file))) {
            Ok((size, file)) => Ok(Some((file, size))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("open", key)(error)),
        }
    }

    /// The bytes from `offset` on, `left` of them.
    pub(crate) fn stream(&self, file: File, offset: u64, left: u64) -> LocalRead {
        LocalRead { file: Arc::new(file), buffers: Arc::clone(&self.buffers), offset, left, ahead: None }
    }
}

/// The bytes of a file, in chunks.
///
/// Cached pages are copied at once. When the kernel would have to wait for the disk, the chunk is read on the blocking
/// pool instead, and the one after it is then read ahead, since it will not be cached either.
pub(crate) struct LocalRead {
    file: Arc<File>,
    buffers: Arc<Buffers>,
    offset: u64,
    left: u64,
    ahead: Option<JoinHandle<io::Result<Bytes>>>,
}

impl LocalRead {
    fn read_cached(&self) -> Option<Bytes> {
        let mut buffer = self.buffers.take(self.left);
        let read = cached::read_at(&self.file, buffer.as_mut(), self.offset)?;
        Some(buffer.freeze(read))
    }

    fn read_later(&self) -> JoinHandle<io::Result<Bytes>> {
        let (file, offset) = (Arc::clone(&self.file), self.offset);
        let (buffers, left) = (Arc::clone(&self.buffers), self.left);
        tokio::task::spawn_blocking(move || {
            let mut buffer = buffers.take(left);
            let read = read_full(&file, buffer.as_mut(), offset)?;
            Ok(buffer.freeze(read))
        })
    }

    fn advance(&mut self, chunk: &Bytes) {
        self.offset += chunk.len() as u64;
        self.left -= chunk.len() as u64;
    }
}

impl Stream for LocalRead {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if self.ahead.is_none() {
            if let Some(chunk) = self.read_cached() {
                self.advance(&chunk);
                return Poll::Ready(Some(ended_early(chunk)));
            }
            self.ahead = Some(self.read_later());
        }
        let Some(ahead) = &mut self.ahead else { return Poll::Ready(None) };
        let chunk = ready!(Pin::new(ahead).poll(cx)).unwrap_or_else(|error| Err(io::Error::other(error)));
        self.ahead = None;
        let chunk = chunk.and_then(ended_early);
        match &chunk {
            Ok(bytes) => {
                self.advance(bytes);
                self.ahead = (self.left > 0).then(|| self.read_later());
            }
            Err(_) => self.left = 0,
        }
        Poll::Ready(Some(chunk))
    }
}

/// A file that is shorter than it was when it was opened must not look like a whole one.
fn ended_early(chunk: Bytes) -> io::Result<Bytes> {
    if chunk.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(chunk) }
}

fn read_full(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

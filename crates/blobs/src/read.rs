//! A blob that is being read.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _};

use crate::error::BlobError;
use crate::local::LocalRead;

/// A blob, or a range of one, as a stream of its bytes. The stream ends with an error, never silently, when fewer bytes
/// arrive than [`len`](Self::len) promised.
pub struct BlobRead {
    size: u64,
    left: u64,
    body: Body,
}

pub(crate) enum Body {
    Local(LocalRead),
    Remote(BoxStream<'static, io::Result<Bytes>>),
}

impl BlobRead {
    pub(crate) fn new(size: u64, len: u64, body: Body) -> Self {
        Self { size, left: len, body }
    }

    /// The size of the whole blob in bytes, whatever part of it is read.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How many bytes are still to come.
    pub fn len(&self) -> u64 {
        self.left
    }

    /// Whether everything has come.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Gathers the rest in memory. The caller has looked at [`len`](Self::len).
    pub(crate) async fn collect(mut self) -> io::Result<Bytes> {
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        if self.is_empty() {
            return Ok(first);
        }
        let mut all = BytesMut::with_capacity(first.len() + usize::try_from(self.left).unwrap_or(0));
        all.extend_from_slice(&first);
        while let Some(chunk) = self.next().await {
            all.extend_from_slice(&chunk?);
        }
        Ok(all.freeze())
    }
}

impl Stream for BlobRead {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let chunk = ready!(match &mut self.body {
            Body::Local(read) => Pin::new(read).poll_next(cx),
            Body::Remote(read) => read.as_mut().poll_next(cx),
        });
        let chunk = chunk.unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
        let left = chunk.as_ref().ok().and_then(|bytes| self.left.checked_sub(bytes.len() as u64));
        // After an error, or bytes nobody announced, nothing that follows can be trusted.
        self.left = left.unwrap_or(0);
        Poll::Ready(Some(match (chunk, left) {
            (Ok(_), None) => Err(io::Error::other("more bytes arrived than the blob has")),
            (chunk, _) => chunk,
        }))
    }
}

/// The part of a blob of `size` bytes to read: all of it, or a range that lies inside it.
pub(crate) fn within(range: Option<&Range<u64>>, size: u64) -> Result<Range<u64>, BlobError> {
    match range {
        None => Ok(0..size),
        Some(range) if range.start <= range.end && range.end <= size => Ok(range.clone()),
        Some(_) => Err(BlobError::Range { size }),
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn remote(len: u64, chunks: &'static [&'static [u8]]) -> BlobRead {
        let chunks = chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk)));
        BlobRead::new(len, len, Body::Remote(stream::iter(chunks).boxed()))
    }

    #[tokio::test]
    async fn a_stream_that_ends_early_is_an_error() {
        assert_eq!(remote(4, &[b"abc"]).collect().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_stream_that_brings_more_than_announced_is_an_error() {
        assert_eq!(remote(2, &[b"ab", b"c"]).collect().await.unwrap(), "ab");
        assert!(remote(2, &[b"a", b"bc"]).collect().await.is_err());
    }

    #[test]
    fn a_range_lies_inside_the_blob_or_is_refused_with_the_size() {
        assert_eq!(within(None, 0).unwrap(), 0..0);
        assert_eq!(within(Some(&(0..1)), 10).unwrap(), 0..1);
        assert_eq!(within(Some(&(10..10)), 10).unwrap(), 10..10);
        for outside in [9..11, 11..12, Range { start: 5, end: 4 }] {
            assert!(matches!(within(Some(&outside), 10), Err(BlobError::Range { size: 10 })), "{outside:?}");
        }
    }
}

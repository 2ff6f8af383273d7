//! Reading.

use std::io;
use std::ops::Range;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::{GetOptions, GetRange, ObjectStore as _};

use super::{S3, absent_is_fine};
use crate::StorageKey;
use crate::error::BlobError;
use crate::read::{BlobRead, Body, within};

impl S3 {
    pub(crate) async fn read(
        &self,
        key: StorageKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<BlobRead>, BlobError> {
        // The protocol has no way to say an empty range.
        if range.as_ref().is_some_and(Range::is_empty) {
            return self.read_nothing(key, range).await;
        }
        let options = GetOptions { range: range.clone().map(GetRange::Bounded), ..Default::default() };
        let answer = match absent_is_fine(self.store.get_opts(&self.path(&key.path()), options).await) {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(None),
            // A server refuses a range that begins after the end, and the error does not tell that from others.
            Err(error) => return self.outside(key, range.as_ref()).await.and(Err(error.into())),
        };
        let size = answer.meta.size;
        let part = within(range.as_ref(), size)?;
        let body = answer.into_stream().map_err(io::Error::other).boxed();
        Ok(Some(BlobRead::new(size, part.end - part.start, Body::Remote(body))))
    }

    async fn read_nothing(
        &self,
        key: StorageKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<BlobRead>, BlobError> {
        let Some(size) = self.size(key).await? else { return Ok(None) };
        within(range.as_ref(), size)?;
        Ok(Some(BlobRead::new(size, 0, Body::Remote(stream::empty().boxed()))))
    }

    async fn outside(&self, key: StorageKey, range: Option<&Range<u64>>) -> Result<(), BlobError> {
        match (range, self.size(key).await?) {
            (Some(range), Some(size)) => within(Some(range), size).map(drop),
            _ => Ok(()),
        }
    }
}

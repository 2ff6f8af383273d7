//! The journal relies on a call of Linux: everything takes the long way.

use std::io;
use std::path::Path;

use crate::StorageKey;
use crate::content::Data;

pub(super) struct Journal;

pub(super) struct Promise;

impl Journal {
    pub(super) fn open(_: &Path) -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn submit(&self, _: &[(StorageKey, Data)]) -> Option<Promise> {
        None
    }
}

impl Promise {
    pub(super) fn kept(self) -> bool {
        false
    }
}

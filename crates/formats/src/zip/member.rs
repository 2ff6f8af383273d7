//! One member of a ZIP archive and its data.

use std::io::{self, BufReader, Read, Seek};

use flate2::read::DeflateDecoder;

use super::refuse;
use crate::Rejection;
use crate::capped::too_large;
use crate::source::Source;

/// How a member is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Stored,
    Deflated,
}

impl Method {
    pub(super) fn from_number(number: u16) -> Result<Self, Rejection> {
        match number {
            0 => Ok(Self::Stored),
            8 => Ok(Self::Deflated),
            _ => refuse("a member is compressed by another method than deflate"),
        }
    }
}

/// A member as both of its headers describe it.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) method: Method,
    /// Bytes in the archive.
    pub(crate) packed: u64,
    /// Bytes when unpacked, as declared.
    pub(crate) size: u64,
    pub(super) flags: u16,
    pub(super) crc: u32,
    pub(super) header_start: u64,
    pub(super) data_start: u64,
}

impl Member {
    /// The member's data as it is packed.
    pub(crate) fn packed_data<'a, R: Read + Seek>(
        &self,
        source: &'a mut Source<R>,
    ) -> Result<io::Take<&'a mut Source<R>>, Rejection> {
        source.seek_to(self.data_start)?;
        Ok(source.take(self.packed))
    }

    /// The member's whole data, at most `cap` bytes. Size and checksum must be those that the archive declares.
    pub(crate) fn contents<R: Read + Seek>(
        &self,
        source: &mut Source<R>,
        cap: u64,
    ) -> Result<Vec<u8>, Rejection> {
        if self.size > cap {
            return Err(too_large(&self.name, cap));
        }
        let mut bytes = Vec::new();
        let packed = self.packed_data(source)?;
        // One byte more than declared is enough to see the lie.
        let limit = self.size + 1;
        let (read, used) = match self.method {
            Method::Stored => (packed.take(limit).read_to_end(&mut bytes), self.packed),
            Method::Deflated => {
                let mut decoder = DeflateDecoder::new(BufReader::new(packed));
                let read = (&mut decoder).take(limit).read_to_end(&mut bytes);
                (read, decoder.total_in())
            }
        };
        read.map_err(|error| Rejection::from_read(&error, &self.name))?;
        if bytes.len() as u64 != self.size || used != self.packed || crc32fast::hash(&bytes) != self.crc {
            return Err(Rejection::Invalid(format!(
                "{:?} is damaged: its size or checksum is not what the archive declares",
                self.name
            )));
        }
        Ok(bytes)
    }
}

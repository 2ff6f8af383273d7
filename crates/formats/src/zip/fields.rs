//! The fields of ZIP records: little-endian numbers, names and extra fields.

use std::io::{Read, Seek};

use super::refuse;
use crate::Rejection;
use crate::source::Source;

const ZIP64_EXTRA: u16 = 0x0001;
const UNICODE_PATH_EXTRA: u16 = 0x7075;
const UTF8_FLAG: u16 = 1 << 11;

/// A record of known length, taken field by field.
pub(super) struct Fields {
    bytes: Vec<u8>,
    at: usize,
}

impl Fields {
    pub(super) fn read<R: Read + Seek>(source: &mut Source<R>, length: usize) -> Result<Self, Rejection> {
        Ok(Self { bytes: source.read_bytes(length)?, at: 0 })
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let field = self.bytes.get(self.at..self.at + N)?.try_into().ok()?;
        self.at += N;
        Some(field)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Rejection> {
        self.take().map(u16::from_le_bytes).map_or_else(|| refuse("a record is too short"), Ok)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Rejection> {
        self.take().map(u32::from_le_bytes).map_or_else(|| refuse("a record is too short"), Ok)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Rejection> {
        self.take().map(u64::from_le_bytes).map_or_else(|| refuse("a record is too short"), Ok)
    }

    const fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }
}

/// A member's name. Names beyond ASCII must be marked as UTF-8, because readers guess differently otherwise.
pub(super) fn name<R: Read + Seek>(
    source: &mut Source<R>,
    length: u16,
    flags: u16,
) -> Result<String, Rejection> {
    match String::from_utf8(source.read_bytes(length.into())?) {
        Ok(name) if name.chars().any(char::is_control) => refuse("a member's name holds control characters"),
        Ok(name) if name.is_ascii() || flags & UTF8_FLAG != 0 => Ok(name),
        _ => refuse("a member's name is not marked and encoded as UTF-8"),
    }
}

/// The values of the ZIP64 extra field.
pub(super) struct Zip64(Option<Fields>);

impl Zip64 {
    /// Reads the extra fields of a header and refuses those that change a member's name or do not add up.
    pub(super) fn read<R: Read + Seek>(source: &mut Source<R>, length: u16) -> Result<Self, Rejection> {
        let mut extras = Fields::read(source, length.into())?;
        let mut found = None;
        while !extras.is_at_end() {
            let (id, size) = (extras.u16()?, usize::from(extras.u16()?));
            let Some(bytes) = extras.bytes.get(extras.at..extras.at + size) else {
                return refuse("an extra field is longer than its header says");
            };
            match id {
                UNICODE_PATH_EXTRA => return refuse("an extra field gives a member a second name"),
                ZIP64_EXTRA if found.is_some() => return refuse("a header has two ZIP64 extra fields"),
                ZIP64_EXTRA => found = Some(Fields { bytes: bytes.to_vec(), at: 0 }),
                _ => {}
            }
            extras.at += size;
        }
        Ok(Self(found))
    }

    /// The real value of a 32-bit field: itself, or the next 64-bit value when it is saturated.
    pub(super) fn widen(&mut self, field: u32) -> Result<u64, Rejection> {
        match (field, &mut self.0) {
            (u32::MAX, Some(fields)) => fields.u64(),
            (u32::MAX, None) => refuse("a size or offset is missing"),
            _ => Ok(field.into()),
        }
    }
}

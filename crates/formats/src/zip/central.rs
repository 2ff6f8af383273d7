//! The central directory, which must say the same as the local headers.

use std::io::{Read, Seek};

use super::fields::{Fields, Zip64, name};
use super::{CENTRAL_HEADER, Member, Method, refuse};
use crate::Rejection;
use crate::source::Source;

/// What the end records must say about the central directory.
pub(super) struct Central {
    pub(super) start: u64,
    pub(super) size: u64,
    pub(super) entries: u64,
}

/// Checks the central directory, whose first signature was just read, against the members, and gives the signature of
/// what follows. Each member must be listed exactly once, and nothing else.
pub(super) fn check_all<R: Read + Seek>(
    source: &mut Source<R>,
    mut signature: u32,
    members: &[Member],
) -> Result<(Central, u32), Rejection> {
    let start = source.position() - 4;
    let mut listed = vec![false; members.len()];
    while signature == CENTRAL_HEADER {
        let index = check_one(source, members)?;
        if std::mem::replace(&mut listed[index], true) {
            return refuse("its directory lists a member twice");
        }
        signature = Fields::read(source, 4)?.u32()?;
    }
    if listed.contains(&false) {
        return refuse("it holds a member that its directory does not list");
    }
    let size = source.position() - 4 - start;
    Ok((Central { start, size, entries: members.len() as u64 }, signature))
}

fn check_one<R: Read + Seek>(source: &mut Source<R>, members: &[Member]) -> Result<usize, Rejection> {
    let mut fields = Fields::read(source, 42)?;
    let (_made_by, _version) = (fields.u16()?, fields.u16()?);
    let (flags, method, _time, _date) = (fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?);
    let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (name_length, extra_length, comment_length) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let (disk, _internal, _external) = (fields.u16()?, fields.u16()?, fields.u32()?);
    let offset = fields.u32()?;
    if disk != 0 || comment_length != 0 {
        return refuse("its directory speaks of several disks or holds comments");
    }
    let name = name(source, name_length, flags)?;
    let mut wide = Zip64::read(source, extra_length)?;
    let (size, packed, offset) = (wide.widen(size)?, wide.widen(packed)?, wide.widen(offset)?);
    let Ok(index) = members.binary_search_by_key(&offset, |member| member.header_start) else {
        return refuse("its directory lists a member that is not there");
    };
    let member = &members[index];
    let same = member.name == name
        && member.flags == flags
        && member.method == Method::from_number(method)?
        && (member.crc, member.packed, member.size) == (crc, packed, size);
    if same { Ok(index) } else { refuse("its directory contradicts the header of a member") }
}

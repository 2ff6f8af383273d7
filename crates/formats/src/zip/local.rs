//! The local headers and the data behind them, from the first byte on.

use std::io::{Read, Seek};

use super::fields::{Fields, Zip64, name};
use super::{DirectoryLimits, LOCAL_HEADER, Member, Method, refuse};
use crate::Rejection;
use crate::source::Source;

/// Reads local headers for as long as there are any, and gives the signature of what follows.
pub(super) fn read_all<R: Read + Seek>(
    source: &mut Source<R>,
    limits: &DirectoryLimits,
) -> Result<(Vec<Member>, u32), Rejection> {
    let (mut members, mut names) = (Vec::new(), 0);
    loop {
        let signature = Fields::read(source, 4)?.u32()?;
        if signature != LOCAL_HEADER {
            if members.is_empty() {
                return refuse("it does not begin with a member");
            }
            return Ok((members, signature));
        }
        let member = read_one(source)?;
        names += member.name.len();
        if members.len() == limits.entries || names > limits.names {
            return Err(Rejection::TooLarge(format!(
                "the archive has too many members: at most {} are accepted",
                limits.entries
            )));
        }
        members.push(member);
    }
}

fn read_one<R: Read + Seek>(source: &mut Source<R>) -> Result<Member, Rejection> {
    let header_start = source.position() - 4;
    let mut fields = Fields::read(source, 26)?;
    let (_version, flags, method) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let (_time, _date, crc) = (fields.u16()?, fields.u16()?, fields.u32()?);
    let (packed, size) = (fields.u32()?, fields.u32()?);
    let (name_length, extra_length) = (fields.u16()?, fields.u16()?);
    check_flags(flags)?;
    let method = Method::from_number(method)?;
    let name = name(source, name_length, flags)?;
    let mut wide = Zip64::read(source, extra_length)?;
    let (size, packed) = (wide.widen(size)?, wide.widen(packed)?);
    if method == Method::Stored && packed != size {
        return refuse("a stored member has two sizes");
    }
    let data_start = source.position();
    source.skip(packed)?;
    Ok(Member { name, flags, method, crc, packed, size, header_start, data_start })
}

fn check_flags(flags: u16) -> Result<(), Rejection> {
    match flags {
        // Bits 0, 6 and 13: encryption of data, strong encryption, encryption of the directory.
        _ if flags & 0b0010_0000_0100_0001 != 0 => refuse("a member is encrypted"),
        // Bit 3: sizes follow the data, so that where a member ends is a matter of trust.
        _ if flags & (1 << 3) != 0 => {
            refuse("a member's sizes stand behind its data (write the archive to a file, not to a stream)")
        }
        _ if flags & (1 << 5) != 0 => refuse("a member is a patch"),
        _ => Ok(()),
    }
}

//! The records at the end of a ZIP archive.

use std::io::{Read, Seek};

use super::central::Central;
use super::fields::Fields;
use super::{END, ZIP64_END, ZIP64_LOCATOR, refuse};
use crate::Rejection;
use crate::source::Source;

/// Checks the end records, whose first signature was just read, up to the last byte of the file.
pub(super) fn check<R: Read + Seek>(
    source: &mut Source<R>,
    signature: u32,
    central: &Central,
) -> Result<(), Rejection> {
    let mut signature = signature;
    let zip64 = signature == ZIP64_END;
    if zip64 {
        let start = source.position() - 4;
        check_zip64(source, central)?;
        if Fields::read(source, 4)?.u32()? != ZIP64_LOCATOR {
            return refuse("its ZIP64 end record has no locator");
        }
        let mut locator = Fields::read(source, 16)?;
        if (locator.u32()?, locator.u64()?, locator.u32()?) != (0, start, 1) {
            return refuse("its ZIP64 locator points elsewhere");
        }
        signature = Fields::read(source, 4)?.u32()?;
    }
    if signature != END {
        return refuse("something unknown stands between its members and its end");
    }
    check_end(source, central, zip64)
}

fn check_zip64<R: Read + Seek>(source: &mut Source<R>, central: &Central) -> Result<(), Rejection> {
    let mut fields = Fields::read(source, 52)?;
    // 44 bytes follow the size field, unless the record carries data of unknown meaning.
    let (size, _made_by, _version) = (fields.u64()?, fields.u16()?, fields.u16()?);
    let disks = (fields.u32()?, fields.u32()?);
    let counts = (fields.u64()?, fields.u64()?);
    let place = (fields.u64()?, fields.u64()?);
    let expected = ((0, 0), (central.entries, central.entries), (central.size, central.start));
    if size == 44 && (disks, counts, place) == expected {
        Ok(())
    } else {
        refuse("its ZIP64 end record contradicts its directory")
    }
}

fn check_end<R: Read + Seek>(
    source: &mut Source<R>,
    central: &Central,
    zip64: bool,
) -> Result<(), Rejection> {
    let mut fields = Fields::read(source, 18)?;
    let disks = (fields.u16()?, fields.u16()?);
    let counts = [u64::from(fields.u16()?), u64::from(fields.u16()?)];
    let (size, start, comment) = (fields.u32()?, fields.u32()?, fields.u16()?);
    // A saturated field means "see the ZIP64 record", if there is one.
    let agrees = |field: u64, most: u64, value: u64| field == value || (zip64 && field == most);
    let right = disks == (0, 0)
        && counts.iter().all(|count| agrees(*count, u16::MAX.into(), central.entries))
        && agrees(size.into(), u32::MAX.into(), central.size)
        && agrees(start.into(), u32::MAX.into(), central.start);
    if !right {
        return refuse("its end record contradicts its directory");
    }
    if source.len() - source.position() != u64::from(comment) {
        return refuse("it is truncated, or something stands behind its end");
    }
    Ok(())
}

//! Reads wheels.

use std::io::{Read, Seek};

use bonded_model::python::WheelFilename;

use super::headers::Headers;
use crate::capped::too_large;
use crate::source::Source;
use crate::zip::{Directory, DirectoryLimits};
use crate::{Rejection, WheelLimits, path};

/// The METADATA file of a wheel that passes all checks.
pub(super) fn metadata_file<R: Read + Seek>(
    source: &mut Source<R>,
    filename: &WheelFilename,
    limits: &WheelLimits,
) -> Result<Vec<u8>, Rejection> {
    let bounds = DirectoryLimits { entries: limits.entries, names: limits.names };
    let directory = Directory::read(source, &bounds)?;
    check_members(&directory, source.len(), limits)?;
    let dist_info = filename.dist_info();
    check_dist_info(&directory, &dist_info)?;
    let find = |name: &str| {
        directory
            .find(&format!("{dist_info}/{name}"))
            .ok_or_else(|| Rejection::Invalid(format!("the wheel holds no {dist_info}/{name}")))
    };
    find("RECORD")?;
    check_wheel_version(&find("WHEEL")?.contents(source, limits.metadata)?)?;
    find("METADATA")?.contents(source, limits.metadata)
}

fn check_members(directory: &Directory, length: u64, limits: &WheelLimits) -> Result<(), Rejection> {
    let mut unpacked = 0_u64;
    for member in &directory.members {
        path::member(member.name.as_bytes())?;
        unpacked = unpacked.saturating_add(member.size);
    }
    let allowed = limits.expansion.allowed(length);
    if unpacked > allowed { Err(too_large("the unpacked wheel", allowed)) } else { Ok(()) }
}

/// Installers look for the one directory whose name ends in `.dist-info`. Which of two they take is their choice.
fn check_dist_info(directory: &Directory, expected: &str) -> Result<(), Rejection> {
    let tops = directory.members.iter().filter_map(|member| member.name.split('/').next());
    let mut others = tops.filter(|top| top.to_ascii_lowercase().ends_with(".dist-info") && *top != expected);
    match others.next() {
        None => Ok(()),
        Some(other) => Err(Rejection::Invalid(format!(
            "the wheel holds {other:?}; by its file name, the one such directory is {expected:?}"
        ))),
    }
}

fn check_wheel_version(wheel: &[u8]) -> Result<(), Rejection> {
    let headers = Headers::parse(wheel, "the WHEEL file")?;
    let version = headers.one("Wheel-Version")?.unwrap_or_default().trim();
    if version.starts_with("1.") {
        Ok(())
    } else {
        Err(Rejection::Invalid(format!("Wheel-Version is {version:?}; installers know 1.x")))
    }
}

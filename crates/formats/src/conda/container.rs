//! The two containers: a ZIP of compressed tars, and one compressed tar (CEP 35).

use std::io::{BufReader, Read, Seek};

use bonded_model::conda::ArchiveFilename;
use bzip2::read::MultiBzDecoder;
use zstd::stream::read::Decoder;

use super::collected::{Collected, Part};
use super::json;
use crate::capped::Capped;
use crate::source::Source;
use crate::tarball::{WalkLimits, walk};
use crate::zip::{Directory, DirectoryLimits, Member, Method};
use crate::{CondaLimits, Expansion, Rejection};

const FORMAT_FILE: &str = "metadata.json";

/// Reads a `.conda`: exactly three stored members.
pub(super) fn read_conda<R: Read + Seek>(
    mut source: Source<R>,
    filename: &ArchiveFilename,
    limits: &CondaLimits,
) -> Result<Collected, Rejection> {
    let [info, package] = ["info", "pkg"].map(|part| format!("{part}-{}.tar.zst", filename.stem()));
    // One more than there may be, so that the message can name it.
    let directory = Directory::read(&mut source, &DirectoryLimits { entries: 4, names: 4096 })?;
    for member in &directory.members {
        check_member(member, &[FORMAT_FILE, &info, &package])?;
    }
    let find = |name: &str| {
        directory.find(name).ok_or_else(|| Rejection::Invalid(format!("the .conda archive holds no {name}")))
    };
    check_format(&find(FORMAT_FILE)?.contents(&mut source, limits.json)?, limits)?;
    let mut collected = Collected::default();
    for (name, part, expansion) in
        [(&info, Part::Info, &limits.info), (&package, Part::Package, &limits.package)]
    {
        read_zstd(&mut source, find(name)?, expansion, limits, |tar| {
            collected.walk(tar, part, filename, limits)
        })?;
    }
    Ok(collected)
}

/// Reads a `.tar.bz2`: one tar with everything.
pub(super) fn read_tar_bz2<R: Read + Seek>(
    source: Source<R>,
    filename: &ArchiveFilename,
    limits: &CondaLimits,
) -> Result<Collected, Rejection> {
    let allowed = limits.package.allowed(source.len());
    let mut tar = Capped::new(MultiBzDecoder::new(source), allowed, "the unpacked archive");
    let mut collected = Collected::default();
    collected.walk(&mut tar, Part::Whole, filename, limits)?;
    Ok(collected)
}

fn check_member(member: &Member, expected: &[&str]) -> Result<(), Rejection> {
    let name = &member.name;
    if !expected.contains(&name.as_str()) {
        return Err(Rejection::Invalid(format!(
            "the .conda archive holds {name:?}; by its file name, it holds {} and nothing else",
            expected.join(", ")
        )));
    }
    if member.method != Method::Stored {
        return Err(Rejection::Invalid(format!(
            "{name:?} is compressed a second time: members of a .conda are stored"
        )));
    }
    Ok(())
}

fn check_format(bytes: &[u8], limits: &CondaLimits) -> Result<(), Rejection> {
    let format = json::object(bytes, limits, FORMAT_FILE)?;
    match format.get("conda_pkg_format_version").and_then(serde_json::Value::as_u64) {
        Some(2) => Ok(()),
        _ => Err(Rejection::invalid("metadata.json does not say that conda_pkg_format_version is 2")),
    }
}

fn read_zstd<R: Read + Seek>(
    source: &mut Source<R>,
    member: &Member,
    expansion: &Expansion,
    limits: &CondaLimits,
    read: impl FnOnce(&mut dyn Read) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    let damaged = |error| Rejection::from_read(&error, &member.name);
    let packed = BufReader::new(member.packed_data(source)?);
    let mut decoder = Decoder::with_buffer(packed).map_err(damaged)?;
    decoder.window_log_max(limits.zstd_window_log).map_err(damaged)?;
    read(&mut Capped::new(decoder, expansion.allowed(member.packed), "the unpacked archive"))
}

impl Collected {
    fn walk(
        &mut self,
        tar: &mut dyn Read,
        part: Part,
        filename: &ArchiveFilename,
        limits: &CondaLimits,
    ) -> Result<(), Rejection> {
        let bounds =
            WalkLimits { entries: limits.entries, names: limits.names, repeats: false, what: part.as_str() };
        walk(tar, &bounds, |entry| self.take(entry, part, filename, limits))
    }
}

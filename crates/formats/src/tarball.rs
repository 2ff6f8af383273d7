//! Walks a tar as a stream, entry by entry, and refuses what an archive of files has no use for.
//!
//! The `tar` crate reads headers; long names and PAX records are put together here, because their sizes must be
//! bounded and because readers disagree about records that override a header.

use std::collections::HashSet;
use std::io::Read;

use tar::{EntryType, PaxExtensions};

use crate::capped::read_all;
use crate::{Rejection, path};

/// Bytes of one PAX header or one GNU long name.
const MAX_EXTENSION: u64 = 64 << 10;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Symlink,
    Hardlink,
}

/// One entry, with its data still to be read.
pub(crate) struct Entry<'a> {
    /// The checked path, without `./` in front and `/` behind.
    pub(crate) path: &'a str,
    /// What it is.
    pub(crate) kind: Kind,
    /// Its data; what is not read is skipped.
    pub(crate) data: &'a mut dyn Read,
}

/// How much a walk may see, and what it must not see twice.
pub(crate) struct WalkLimits {
    pub(crate) entries: usize,
    pub(crate) names: usize,
    /// Whether a file may stand there again: the later one wins for every reader.
    pub(crate) repeats: bool,
    /// What the archive is called in messages.
    pub(crate) what: &'static str,
}

/// Names that an entry gets from the extension headers before it.
#[derive(Default)]
struct Pending {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<Vec<u8>>,
}

/// Walks the tar to its very end and calls `visit` for each entry, in order. Refuses unsafe paths, links that lead
/// out, devices, sparse files, entries below a link, and anything behind the end of the tar; and entries with the
/// same path, unless the limits allow them.
pub(crate) fn walk<R: Read>(
    reader: R,
    limits: &WalkLimits,
    mut visit: impl FnMut(Entry<'_>) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    let mut archive = tar::Archive::new(reader);
    let damaged = |error| Rejection::from_read(&error, limits.what);
    let mut seen = Seen::new(limits);
    let mut pending = Pending::default();
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        seen.count()?;
        if take_extension(&mut entry, &mut pending, limits.what)? {
            continue;
        }
        let Pending { path: long_path, link, size } = std::mem::take(&mut pending);
        let header_size = entry.header().entry_size().map_err(damaged)?;
        if size.is_some_and(|size| size != header_size.to_string().as_bytes()) {
            return Err(Rejection::invalid("a PAX header of the archive overrides the size of an entry"));
        }
        let raw_path = long_path.unwrap_or_else(|| entry.path_bytes().into_owned());
        let kind = kind_of(entry.header().entry_type(), &raw_path)?;
        // The root of the archive itself, as `tar -C dir .` writes it.
        if kind == Kind::Directory && matches!(raw_path.as_slice(), b"." | b"./") {
            continue;
        }
        let path = path::member(raw_path.strip_prefix(b"./").unwrap_or(&raw_path))?;
        let link = link.or_else(|| entry.link_name_bytes().map(std::borrow::Cow::into_owned));
        check_link(path, kind, link.as_deref())?;
        if kind != Kind::File && header_size != 0 {
            return Err(Rejection::Invalid(format!("{path:?} is no file, yet carries data")));
        }
        seen.add(path, kind)?;
        visit(Entry { path, kind, data: &mut entry })?;
    }
    if pending.path.is_some() || pending.link.is_some() || pending.size.is_some() {
        return Err(Rejection::Invalid(format!(
            "{} ends after a header that describes an entry",
            limits.what
        )));
    }
    only_zeros_remain(archive.into_inner(), limits.what)
}

/// Takes an extension header in; says whether the entry was one.
fn take_extension<R: Read>(
    entry: &mut tar::Entry<'_, R>,
    pending: &mut Pending,
    what: &str,
) -> Result<bool, Rejection> {
    let damaged = |error| Rejection::from_read(&error, what);
    match entry.header().entry_type() {
        EntryType::GNULongName => {
            pending.path = Some(until_nul(read_all(entry, MAX_EXTENSION, "a long name")?))
        }
        EntryType::GNULongLink => {
            pending.link = Some(until_nul(read_all(entry, MAX_EXTENSION, "a long name")?))
        }
        EntryType::XHeader => {
            for record in PaxExtensions::new(&read_all(entry, MAX_EXTENSION, "a PAX header")?) {
                let record = record.map_err(damaged)?;
                let value = record.value_bytes().to_vec();
                match record.key_bytes() {
                    b"path" => pending.path = Some(value),
                    b"linkpath" => pending.link = Some(value),
                    b"size" => pending.size = Some(value),
                    key if key.starts_with(b"GNU.sparse.") => return Err(sparse()),
                    _ => {}
                }
            }
        }
        EntryType::XGlobalHeader => {
            for record in PaxExtensions::new(&read_all(entry, MAX_EXTENSION, "a PAX header")?) {
                // What a global header overrides depends on the reader. `git archive` writes a comment.
                if matches!(record.map_err(damaged)?.key_bytes(), b"path" | b"linkpath" | b"size") {
                    return Err(Rejection::invalid("a global PAX header overrides paths or sizes"));
                }
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    // The one NUL that ends a long name. More of them stay, and are refused with the path.
    if bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes
}

fn kind_of(kind: EntryType, path: &[u8]) -> Result<Kind, Rejection> {
    match kind {
        // Before POSIX, a slash at the end of the name made a directory.
        EntryType::Regular if path.ends_with(b"/") => Ok(Kind::Directory),
        EntryType::Regular => Ok(Kind::File),
        EntryType::Directory => Ok(Kind::Directory),
        EntryType::Symlink => Ok(Kind::Symlink),
        EntryType::Link => Ok(Kind::Hardlink),
        EntryType::GNUSparse => Err(sparse()),
        _ => {
            let shown: String = String::from_utf8_lossy(path).chars().take(128).collect();
            Err(Rejection::Invalid(format!(
                "{shown:?} is neither a file nor a directory nor a link: devices, pipes and other special entries are \
                 refused"
            )))
        }
    }
}

fn sparse() -> Rejection {
    Rejection::invalid("the archive holds a sparse file: pack it without --sparse")
}

fn check_link(path: &str, kind: Kind, target: Option<&[u8]>) -> Result<(), Rejection> {
    match kind {
        Kind::File | Kind::Directory => Ok(()),
        Kind::Symlink => path::symlink(path, target.unwrap_or_default()),
        Kind::Hardlink => {
            let target = target.unwrap_or_default();
            path::member(target.strip_prefix(b"./").unwrap_or(target)).map(drop)
        }
    }
}

fn only_zeros_remain(mut rest: impl Read, what: &str) -> Result<(), Rejection> {
    let mut buffer = [0; 8 << 10];
    loop {
        match rest.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) if buffer[..count].iter().all(|byte| *byte == 0) => {}
            Ok(_) => return Err(Rejection::Invalid(format!("{what} holds data behind its end"))),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Rejection::from_read(&error, what)),
        }
    }
}

/// Everything seen so far, within limits.
struct Seen<'a> {
    limits: &'a WalkLimits,
    entries: usize,
    names: usize,
    paths: HashSet<Box<str>>,
    symlinks: HashSet<Box<str>>,
}

impl<'a> Seen<'a> {
    fn new(limits: &'a WalkLimits) -> Self {
        Self { limits, entries: 0, names: 0, paths: HashSet::new(), symlinks: HashSet::new() }
    }

    fn count(&mut self) -> Result<(), Rejection> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(Rejection::TooLarge(format!(
                "{} has too many entries: at most {} are accepted",
                self.limits.what, self.limits.entries
            )));
        }
        Ok(())
    }

    fn add(&mut self, path: &str, kind: Kind) -> Result<(), Rejection> {
        self.names += path.len();
        if self.names > self.limits.names {
            return Err(Rejection::TooLarge(format!(
                "the names in {} are too long all together",
                self.limits.what
            )));
        }
        // Writers may name a directory as often as they like.
        let new = kind == Kind::Directory || self.paths.insert(path.into());
        let replaces = self.limits.repeats && kind == Kind::File && !self.symlinks.contains(path);
        if !new && !replaces {
            return Err(Rejection::Invalid(format!("{} holds {path:?} more than once", self.limits.what)));
        }
        let below_link = |(at, _): (usize, &str)| self.symlinks.contains(&path[..at]);
        if !self.symlinks.is_empty() && path.match_indices('/').any(below_link) {
            return Err(Rejection::Invalid(format!("{path:?} lies below a symbolic link of the archive")));
        }
        if kind == Kind::Symlink {
            self.symlinks.insert(path.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

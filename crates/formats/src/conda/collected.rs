//! What a walk through the tars of a conda archive brings home.

use bonded_model::Timestamp;
use bonded_model::conda::ArchiveFilename;

use super::index_json::IndexJson;
use super::{CondaArchive, json, link_json};
use crate::capped::read_all;
use crate::tarball::{Entry, Kind};
use crate::{CondaLimits, Rejection};

/// Which tar is walked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The metadata of a `.conda`.
    Info,
    /// The files of a `.conda`.
    Package,
    /// Everything, in a `.tar.bz2`.
    Whole,
}

impl Part {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "the info archive",
            Self::Package => "the pkg archive",
            Self::Whole => "the archive",
        }
    }
}

/// The files that matter, as bytes.
#[derive(Default)]
pub(super) struct Collected {
    index: Option<Vec<u8>>,
    about: Option<Vec<u8>>,
    run_exports: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    link_scripts: bool,
}

impl Collected {
    /// Takes one entry in, if it stands where it may stand.
    pub(super) fn take(
        &mut self,
        entry: Entry<'_>,
        part: Part,
        filename: &ArchiveFilename,
        limits: &CondaLimits,
    ) -> Result<(), Rejection> {
        check_place(&entry, part)?;
        self.link_scripts |= is_link_script(entry.path, filename.name().as_str());
        let place = match entry.path {
            "info/index.json" => &mut self.index,
            "info/about.json" => &mut self.about,
            "info/run_exports.json" => &mut self.run_exports,
            "info/link.json" => &mut self.link,
            _ => return Ok(()),
        };
        if entry.kind != Kind::File {
            return Err(Rejection::Invalid(format!("{:?} is not a regular file", entry.path)));
        }
        *place = Some(read_all(entry.data, limits.json, entry.path)?);
        Ok(())
    }

    /// Reads what was collected and checks it against the file name.
    pub(super) fn into_archive(
        self,
        filename: &ArchiveFilename,
        limits: &CondaLimits,
        now: Timestamp,
    ) -> Result<CondaArchive, Rejection> {
        let index = self.index.ok_or_else(|| Rejection::invalid("the archive holds no info/index.json"))?;
        let index = json::object(&index, limits, "info/index.json")?;
        let IndexJson { index, subdir, noarch, build_number } =
            IndexJson::check(index, filename, limits, now)?;
        let value =
            |bytes: Option<Vec<u8>>, what| bytes.map(|bytes| json::value(&bytes, limits, what)).transpose();
        if let Some(link) = value(self.link, "info/link.json")? {
            link_json::check(&link)?;
        }
        Ok(CondaArchive {
            index,
            subdir,
            noarch,
            build_number,
            run_exports: value(self.run_exports, "info/run_exports.json")?,
            about: value(self.about, "info/about.json")?,
            link_scripts: self.link_scripts,
        })
    }
}

fn check_place(entry: &Entry<'_>, part: Part) -> Result<(), Rejection> {
    let path = entry.path;
    let first = path.split('/').next().unwrap_or_default();
    let wrong = match part {
        // In the other tar, it would overwrite or add to what was inspected here.
        Part::Info => first != "info",
        Part::Package => first.eq_ignore_ascii_case("info"),
        // On file systems that fold case, it would become a part of `info`.
        Part::Whole => first != "info" && first.eq_ignore_ascii_case("info"),
    };
    // Installers keep their own records there (CEP 35).
    let reserved =
        first.eq_ignore_ascii_case("conda-meta") || path.eq_ignore_ascii_case("info/repodata_record.json");
    // `info` itself as a link would put all of its files elsewhere.
    let linked = path == "info" && entry.kind != Kind::Directory;
    if wrong || reserved || linked {
        return Err(Rejection::Invalid(format!("{} must not hold {path:?}", part.as_str())));
    }
    Ok(())
}

/// Whether installers would run the file: `bin/.{name}-{action}.sh`, `Scripts/.{name}-{action}.bat`.
fn is_link_script(path: &str, name: &str) -> bool {
    let file = path.strip_prefix("bin/.").and_then(|rest| rest.strip_suffix(".sh"));
    let file = file.or_else(|| path.strip_prefix("Scripts/.").and_then(|rest| rest.strip_suffix(".bat")));
    let action = file.and_then(|rest| rest.strip_prefix(name));
    matches!(action, Some("-pre-link" | "-post-link" | "-pre-unlink" | "-post-unlink"))
}

//! Uploaded archives as the database keeps them.

use crate::ids::{ChannelId, FileId, ProjectId, ReleaseId, SubdirId, TokenId, UserId};
use crate::project::Yank;
use crate::{Digests, Sha256, Timestamp};

/// One uploaded archive. Its row outlives its deletion, so that its name never comes back with other bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// The channel that it stands in.
    pub channel: ChannelId,
    /// The project that it belongs to.
    pub project: ProjectId,
    /// The release that it belongs to.
    pub release: ReleaseId,
    /// Its name, unique in the channel. For conda `{subdir}/{file name}`.
    pub name: String,
    /// Size and digests of its bytes.
    pub digests: Digests,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
    /// On whose behalf; `None` once the account is gone.
    pub uploaded_by: Option<UserId>,
    /// With which token.
    pub token: Option<TokenId>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// A blob together with its length.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Stored {
    /// The digest that names the blob.
    pub sha256: Sha256,
    /// Its length in bytes.
    pub size: u64,
}

/// The two kinds of Python distributions, in the words of the upload form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PythonFileKind {
    /// A wheel.
    Wheel,
    /// A source distribution.
    Sdist,
}

crate::text_enum!(PythonFileKind { Wheel = "bdist_wheel", Sdist = "sdist" });

/// What only Python distributions have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PythonFile {
    /// Wheel or source distribution.
    pub kind: PythonFileKind,
    /// The `python_version` of the JSON API: a wheel's Python tag, or `source`.
    pub python_tag: String,
    /// `Requires-Python` of its metadata.
    pub requires_python: Option<String>,
    /// Its metadata as a blob of its own (PEP 658).
    pub metadata: Option<Stored>,
}

/// A Python distribution with all that an index page says about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PythonListing {
    /// The file.
    pub file: File,
    /// What only Python distributions have.
    pub python: PythonFile,
    /// The version of its release.
    pub version: String,
    /// Set while its release is yanked.
    pub yanked: Option<Yank>,
}

/// What only conda packages have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CondaFile {
    /// The subdir that it stands in.
    pub subdir: SubdirId,
    /// The package name.
    pub package: String,
    /// The file name without the subdir.
    pub filename: String,
    /// The build string.
    pub build: String,
    /// The build number.
    pub build_number: i64,
    /// Its record in `repodata.json`, as JSON.
    pub record: String,
    /// Its `run_exports.json` (CEP 12), as JSON.
    pub run_exports: Option<String>,
}

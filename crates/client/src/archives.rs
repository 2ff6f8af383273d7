//! Getting archives. None leaves here that is not, byte for byte, the one that its record is of.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bonded_model::Sha256;
use bonded_model::conda::ArchiveKind;
use futures::{StreamExt, TryStreamExt};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use rattler_conda_types::RepoDataRecord;
use sha2::Digest;
use url::Url;

use crate::web::{Web, WebError};
use crate::{Environment, shown};

/// How many archives are fetched at the same time.
const AT_ONCE: usize = 4;
/// Bytes of an archive whose record does not say its size.
const MAX_SIZE: u64 = 8 << 30;

/// Shows how far downloads are.
#[derive(Clone, Debug)]
pub struct Progress(MultiProgress);

impl Progress {
    /// On the terminal, if standard error is one.
    pub fn terminal() -> Self {
        Self(MultiProgress::with_draw_target(ProgressDrawTarget::stderr()))
    }

    /// Nowhere.
    pub fn hidden() -> Self {
        Self(MultiProgress::with_draw_target(ProgressDrawTarget::hidden()))
    }

    fn bar(&self, record: &RepoDataRecord) -> ProgressBar {
        let bar = self.0.add(ProgressBar::new(record.package_record.size.unwrap_or(0)));
        let style = ProgressStyle::with_template("{prefix:28!} {bytes:>10} {bar:32} {percent:>3}%");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("#- "));
        }
        let package = &record.package_record;
        bar.with_prefix(shown::word(&format!("{}-{}", package.name.as_normalized(), package.version)))
    }
}

/// Fetches the archives of these records; their paths, in the same order.
///
/// # Errors
/// When one of them cannot be had as its record says. Archives that were fetched stay in the cache.
pub(crate) async fn fetch(
    environment: &Environment,
    web: &Web,
    records: &[&RepoDataRecord],
    progress: &Progress,
) -> Result<Vec<PathBuf>, ArchiveError> {
    let cache = environment.client_cache().join("archives");
    let fetches = records.iter().map(|record| one(&cache, web, record, progress));
    futures::stream::iter(fetches).buffered(AT_ONCE).try_collect().await
}

async fn one(
    cache: &Path,
    web: &Web,
    record: &RepoDataRecord,
    progress: &Progress,
) -> Result<PathBuf, ArchiveError> {
    let expected = Expected::of(record)?;
    let path = cache.join(expected.sha256.to_string()).join(&expected.file);
    if expected.is_at(path.clone()).await? {
        return Ok(path);
    }
    // Whatever lay there is not this archive.
    let _ = fs::remove_file(&path);
    let bar = progress.bar(record);
    let result = expected.download(web, &record.url, &path, &bar).await;
    bar.finish_and_clear();
    result.map(|()| path)
}

/// What an archive must be.
#[derive(Clone, Debug)]
struct Expected {
    file: String,
    sha256: Sha256,
    size: Option<u64>,
}

impl Expected {
    /// The names come from an index that nobody may have signed, and become paths here and in the environment.
    fn of(record: &RepoDataRecord) -> Result<Self, ArchiveError> {
        let file = record.identifier.to_file_name();
        let package = &record.package_record;
        let linked = format!("{}-{}-{}", package.name.as_normalized(), package.version, package.build);
        let is_archive = ArchiveKind::ALL.iter().any(|kind| file.ends_with(kind.extension()));
        if !(is_archive && is_plain(&file) && is_plain(&linked)) {
            return Err(ArchiveError::Name(file));
        }
        let Some(sha256) = package.sha256 else { return Err(ArchiveError::NoDigest(file)) };
        Ok(Self { file, sha256: <[u8; 32]>::from(sha256).into(), size: package.size })
    }

    /// Whether the file is there and is this archive. A cache is believed as little as a server.
    async fn is_at(&self, path: PathBuf) -> Result<bool, ArchiveError> {
        let expected = self.clone();
        let looked = tokio::task::spawn_blocking(move || match digest(&path) {
            Ok((sha256, size)) => {
                sha256 == expected.sha256 && expected.size.is_none_or(|wanted| wanted == size)
            }
            Err(_) => false,
        });
        Ok(looked.await.unwrap_or(false))
    }

    async fn download(
        &self,
        web: &Web,
        url: &Url,
        path: &Path,
        bar: &ProgressBar,
    ) -> Result<(), ArchiveError> {
        let mut answer = web.begin(url).await?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(WebError::status(url, answer.status()).into());
        }
        let directory = path.parent().unwrap_or(Path::new("."));
        let failed = |error| ArchiveError::Cache(directory.to_owned(), error);
        fs::create_dir_all(directory).map_err(failed)?;
        let mut file = tempfile::Builder::new().prefix(".bonded-").tempfile_in(directory).map_err(failed)?;
        let (mut hasher, mut size) = (sha2::Sha256::new(), 0);
        let limit = self.size.unwrap_or(MAX_SIZE);
        while let Some(chunk) = answer.chunk().await.map_err(|error| WebError::bare(url, error))? {
            size += chunk.len() as u64;
            if size > limit {
                return Err(ArchiveError::Size { file: self.file.clone(), expected: limit, found: None });
            }
            hasher.update(&chunk);
            file.write_all(&chunk).map_err(failed)?;
            bar.set_position(size);
        }
        self.check(Sha256::from(<[u8; 32]>::from(hasher.finalize())), size)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    fn check(&self, sha256: Sha256, size: u64) -> Result<(), ArchiveError> {
        let file = self.file.clone();
        match self.size {
            Some(expected) if expected != size => {
                Err(ArchiveError::Size { file, expected, found: Some(size) })
            }
            _ if sha256 != self.sha256 => {
                Err(ArchiveError::Digest { file, expected: self.sha256, found: sha256 })
            }
            _ => Ok(()),
        }
    }
}

/// Whether a text is no more than one name of a file. Other registries than Bonded have other rules for names, so this is
/// only what keeps it where it is put.
fn is_plain(name: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '!' | '=' | '~');
    !name.starts_with('.') && name.len() <= 255 && name.chars().all(known)
}

/// Digest and size of a file.
pub(crate) fn digest(path: &Path) -> io::Result<(Sha256, u64)> {
    let mut file = File::open(path)?;
    let (mut hasher, mut size) = (sha2::Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((<[u8; 32]>::from(hasher.finalize()).into(), size)),
            length => {
                hasher.update(&buffer[..length]);
                size += length as u64;
            }
        }
    }
}

/// An archive could not be had as its record says.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The server could not be asked, or refused.
    #[error(transparent)]
    Web(#[from] WebError),
    /// The name would lead out of where archives are kept.
    #[error("{0:?} cannot name an archive: it was not fetched")]
    Name(String),
    /// The record has no SHA-256.
    #[error(
        "the record of {0} does not say its SHA-256, so nothing would say whether the archive is the right one"
    )]
    NoDigest(String),
    /// Other bytes than the record is of.
    #[error(
        "{file} was changed: its SHA-256 is {found}, and its record says {expected}. It was not installed"
    )]
    Digest {
        /// The archive.
        file: String,
        /// What the record says.
        expected: Sha256,
        /// What came.
        found: Sha256,
    },
    /// More or fewer bytes than the record says.
    #[error(
        "{file} was changed: it has {} bytes, and its record says {expected}. It was not installed",
        found.map_or_else(|| "more".to_owned(), |found| found.to_string())
    )]
    Size {
        /// The archive.
        file: String,
        /// What the record says.
        expected: u64,
        /// What came, unless reading stopped before the end.
        found: Option<u64>,
    },
    /// The cache cannot be used.
    #[error("the cache {0:?} cannot be written")]
    Cache(PathBuf, #[source] io::Error),
}

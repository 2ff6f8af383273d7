//! Carrying a plan out.

use std::path::{Path, PathBuf};

use rattler::install::{ExternalSymlinkPolicy, Installer, PythonInfo};
use rattler::package_cache::PackageCache;
use rattler_conda_types::RepoDataRecord;
use rattler_conda_types::prefix::Prefix;
use rattler_networking::{LazyClient, OfflineMiddleware};
use reqwest_middleware::ClientBuilder;

use crate::Environment;
use crate::archives::{self, ArchiveError, Progress};
use crate::plan::Plan;
use crate::staged::{self, Refused, Staged};
use crate::web::Web;

/// What to do with packages that cannot be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Untrusted {
    /// Install nothing at all.
    #[default]
    Stop,
    /// Install them all the same. Their archives must still be those of their records.
    Warn,
}

/// Carries a plan out. First everything is fetched and checked; nothing is linked before that.
///
/// # Errors
/// When a package cannot be trusted, an archive is not what its record says, or the environment cannot be changed.
pub async fn install(
    environment: &Environment,
    web: &Web,
    plan: &Plan,
    untrusted: Untrusted,
    progress: &Progress,
) -> Result<(), InstallError> {
    let refused: Vec<String> = plan.untrusted().map(|(record, _)| record.identifier.to_file_name()).collect();
    if !refused.is_empty() && untrusted == Untrusted::Stop {
        return Err(InstallError::Untrusted(refused));
    }
    let records: Vec<&RepoDataRecord> = plan.installs().map(|(record, _)| record).collect();
    let archives = archives::fetch(environment, web, &records, progress).await?;
    // Extracted in this very run, from bytes that were checked in this very run: nobody else's cache takes part.
    let stage = Stage::new(&environment.client_cache())?;
    let mut packages = Vec::new();
    for (record, archive) in records.iter().zip(&archives) {
        let file = record.identifier.to_file_name();
        let extracted = stage.cache.get_or_fetch_from_path(archive, Some(&record.package_record), None).await;
        let extracted = extracted.map_err(|error| InstallError::Extract(file.clone(), told(&error)))?;
        packages.push(Staged { file, directory: extracted.path().to_owned() });
    }
    stays_inside(plan, packages).await?;
    let prefix =
        Prefix::create(&plan.prefix).map_err(|error| InstallError::Prefix(plan.prefix.clone(), error))?;
    Installer::new()
        .with_package_cache(stage.cache.clone())
        .with_download_client(offline())
        .with_target_platform(plan.platform)
        .with_requested_specs(plan.specs.clone())
        .with_execute_link_scripts(false)
        .with_external_symlink_policy(ExternalSymlinkPolicy::Deny)
        .install(prefix.path(), plan.desired.clone())
        .await
        .map_err(|error| InstallError::Link(told(&error)))?;
    Ok(())
}

/// Whether all that is to be linked lies in the environment then.
async fn stays_inside(plan: &Plan, packages: Vec<Staged>) -> Result<(), InstallError> {
    let python = plan.desired.iter().find(|record| record.package_record.name.as_normalized() == "python");
    let python =
        python.and_then(|record| PythonInfo::from_python_record(&record.package_record, plan.platform).ok());
    let prefix = plan.prefix.clone();
    let checked = tokio::task::spawn_blocking(move || staged::check(&prefix, &packages, python.as_ref()));
    match checked.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Refused::Leaves(file, path))) => Err(InstallError::Leaves(file, path)),
        Ok(Err(Refused::Unreadable(file, why))) => Err(InstallError::Extract(file, why)),
        Err(error) => Err(InstallError::Link(error.to_string())),
    }
}

/// A place for what is extracted; gone when the packages are linked.
struct Stage {
    cache: PackageCache,
    _directory: tempfile::TempDir,
}

impl Stage {
    fn new(cache: &Path) -> Result<Self, InstallError> {
        let failed = |error| InstallError::Prefix(cache.to_owned(), error);
        std::fs::create_dir_all(cache).map_err(failed)?;
        let directory = tempfile::Builder::new().prefix("stage-").tempdir_in(cache).map_err(failed)?;
        Ok(Self { cache: PackageCache::new(directory.path()), _directory: directory })
    }
}

/// Linking needs nothing from outside. Should it ask, the answer is no.
fn offline() -> LazyClient {
    LazyClient::new(|| ClientBuilder::new(reqwest::Client::new()).with(OfflineMiddleware).build())
}

fn told(error: &dyn std::error::Error) -> String {
    crate::trust::told(error)
}

/// The plan was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Packages that cannot be trusted. Nothing was changed.
    #[error("nothing was installed, because these packages cannot be trusted: {}", .0.join(", "))]
    Untrusted(Vec<String>),
    /// An archive that is not what its record says. Nothing was changed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// An archive that cannot be extracted. Nothing was changed.
    #[error("{0} cannot be extracted: {1}")]
    Extract(String, String),
    /// An archive that would write, or lead, out of the environment. Nothing was changed.
    #[error("{0} is made to reach out of the environment, by {1:?}. Nothing was installed")]
    Leaves(String, PathBuf),
    /// The environment, or the cache, cannot be written.
    #[error("{0:?} cannot be written")]
    Prefix(PathBuf, #[source] std::io::Error),
    /// Linking stopped.
    #[error("the environment could not be changed to its end: {0}")]
    Link(String),
}

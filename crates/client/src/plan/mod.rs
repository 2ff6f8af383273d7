//! What would have to be done, and whether each package of it can be trusted.

mod candidates;
mod show;
mod solve;
mod spec;

use std::path::PathBuf;

use bonded_model::Timestamp;
use rattler::install::{Transaction, TransactionOperation};
use rattler_conda_types::{MatchSpec, PrefixRecord, RepoDataRecord, Subdir};

pub use rattler_conda_types::Subdir as Platform;
pub use show::{Table, size};

use crate::Environment;
use crate::channel::{ChannelRef, InvalidChannel};
use crate::index::IndexError;
use crate::trust::{TrustError, Verdict};
use crate::web::{Web, WebError};
use candidates::Candidates;

/// What somebody wants.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Packages, as conda's match specifications.
    pub specs: Vec<String>,
    /// Channels, the most important first.
    pub channels: Vec<ChannelRef>,
    /// The environment.
    pub prefix: PathBuf,
    /// The platform that the environment is for.
    pub platform: Subdir,
}

/// What would have to be done.
#[derive(Debug)]
pub struct Plan {
    /// The environment.
    pub prefix: PathBuf,
    /// The platform that it is for.
    pub platform: Subdir,
    /// What was asked for.
    pub specs: Vec<MatchSpec>,
    /// What changes, by package name.
    pub changes: Vec<Change>,
    /// What is to be known, and stops nothing.
    pub warnings: Vec<String>,
    /// The packages that the environment has in the end.
    pub(crate) desired: Vec<RepoDataRecord>,
}

/// One package that changes.
#[derive(Debug)]
pub struct Change {
    /// What is there before.
    pub before: Option<RepoDataRecord>,
    /// What is there afterwards, and whether it can be trusted.
    pub after: Option<(RepoDataRecord, Verdict)>,
}

impl Plan {
    /// The packages that are to be installed, with what is to be said of them.
    pub fn installs(&self) -> impl Iterator<Item = &(RepoDataRecord, Verdict)> {
        self.changes.iter().filter_map(|change| change.after.as_ref())
    }

    /// The packages that cannot be trusted, and why.
    pub fn untrusted(&self) -> impl Iterator<Item = (&RepoDataRecord, &str)> {
        self.installs().filter_map(|(record, verdict)| match verdict {
            Verdict::Failed { reason } => Some((record, reason.as_str())),
            _ => None,
        })
    }
}

/// Finds out what would have to be done. Changes nothing, except for what this machine remembers of roots.
///
/// # Errors
/// When the channels cannot be read, or there is no solution. What cannot be trusted is no error here: the plan says so.
pub async fn plan(
    environment: &Environment,
    web: &Web,
    wanted: Wanted,
    now: Timestamp,
) -> Result<Plan, PlanError> {
    if wanted.channels.is_empty() {
        return Err(PlanError::NoChannel);
    }
    let specs = spec::parse(&wanted.specs, &wanted.channels)?;
    let installed = installed(&wanted.prefix)?;
    let all = spec::with_installed(&specs, &installed, &wanted.channels)?;
    let candidates = Candidates::open(environment, web, &wanted.channels, wanted.platform, now).await?;
    let solved = solve::solve(environment, &candidates, all, &installed, wanted.platform).await?;
    let present: Vec<RepoDataRecord> =
        installed.iter().map(|record| record.repodata_record.clone()).collect();
    let mut desired = Vec::new();
    let mut verdicts = std::collections::HashMap::new();
    for record in solved {
        let (record, verdict) = candidates.judge(record, &present);
        verdicts.insert(record.package_record.name.clone(), verdict);
        desired.push(record);
    }
    let transaction =
        Transaction::from_current_and_desired(present.iter(), desired.iter(), None, None, wanted.platform)
            .map_err(|error| PlanError::Transaction(error.to_string()))?;
    let verdict = |record: &RepoDataRecord| {
        let missing = || Verdict::Failed { reason: "nothing is known of it".to_owned() };
        (record.clone(), verdicts.get(&record.package_record.name).cloned().unwrap_or_else(missing))
    };
    let mut changes: Vec<Change> = transaction
        .operations
        .iter()
        .map(|operation| match operation {
            TransactionOperation::Install(new) => Change { before: None, after: Some(verdict(new)) },
            TransactionOperation::Remove(old) => Change { before: Some((*old).clone()), after: None },
            TransactionOperation::Change { old, new } | TransactionOperation::Reinstall { old, new } => {
                Change { before: Some((*old).clone()), after: Some(verdict(new)) }
            }
        })
        .collect();
    changes.sort_by(|a, b| a.name().cmp(b.name()));
    let warnings = candidates.warnings(now);
    Ok(Plan { prefix: wanted.prefix, platform: wanted.platform, specs, changes, warnings, desired })
}

impl Change {
    /// The package's name.
    pub fn name(&self) -> &str {
        let record = self.after.as_ref().map(|(record, _)| record).or(self.before.as_ref());
        record.map_or("", |record| record.package_record.name.as_normalized())
    }
}

/// The platform of this machine.
///
/// # Errors
/// When conda knows none for it.
pub fn this_platform() -> Result<Platform, PlanError> {
    Subdir::current().ok_or_else(|| PlanError::Machine("conda has no platform for it; name one".to_owned()))
}

fn installed(prefix: &std::path::Path) -> Result<Vec<PrefixRecord>, PlanError> {
    if !prefix.join("conda-meta").is_dir() {
        return Ok(Vec::new());
    }
    PrefixRecord::collect_from_prefix(prefix).map_err(|error| PlanError::Prefix(prefix.to_owned(), error))
}

/// There is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Nobody said from where.
    #[error("no channel is known: name one with --channel, or list it in .condarc")]
    NoChannel,
    /// A channel that is none.
    #[error(transparent)]
    Channel(#[from] InvalidChannel),
    /// A specification that is none.
    #[error("{text:?} asks for no package: {reason}")]
    Spec {
        /// What was written.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// The environment cannot be read.
    #[error("the environment {0:?} cannot be read")]
    Prefix(PathBuf, #[source] std::io::Error),
    /// A server could not be asked.
    #[error(transparent)]
    Web(#[from] WebError),
    /// An index cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Whether a channel can be trusted was not found out.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The indexes cannot be read.
    #[error("the channels cannot be read: {0}")]
    Gateway(String),
    /// No set of packages fits.
    #[error("no set of packages satisfies this:\n{0}")]
    Unsatisfiable(String),
    /// The machine does not say what it is.
    #[error("what this machine offers cannot be found out: {0}")]
    Machine(String),
    /// The present and the wanted do not fit together.
    #[error("the environment cannot be changed so: {0}")]
    Transaction(String),
}

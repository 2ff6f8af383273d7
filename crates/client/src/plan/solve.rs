//! Finding a set of packages that fits.

use rattler_conda_types::{GenericVirtualPackage, MatchSpec, PrefixRecord, RepoDataRecord, Subdir};
use rattler_repodata_gateway::{ChannelRelationsMode, Gateway};
use rattler_solve::{SolveError, SolverImpl, SolverTask, resolvo::Solver};
use rattler_virtual_packages::{VirtualPackageOverrides, VirtualPackages};

use super::PlanError;
use super::candidates::{Candidates, subdirs};
use crate::Environment;

/// The packages that the environment is to have.
pub(super) async fn solve(
    environment: &Environment,
    candidates: &Candidates,
    specs: Vec<MatchSpec>,
    installed: &[PrefixRecord],
    platform: Subdir,
) -> Result<Vec<RepoDataRecord>, PlanError> {
    let gateway = Gateway::builder()
        .with_client(candidates.web.lazy())
        .with_cache_dir(environment.client_cache().join("repodata"))
        .finish();
    // A channel that pulls in others would bring what nobody asked for, and nobody signed.
    let query = gateway
        .query(candidates.sources(), subdirs(platform), specs.clone())
        .channel_relations(ChannelRelationsMode::Disabled)
        .recursive(true);
    let repodata = query.await.map_err(|error| PlanError::Gateway(told(&error)))?;
    let locked = installed.iter().map(|record| &record.repodata_record).collect();
    let task = SolverTask {
        specs,
        locked_packages: locked,
        virtual_packages: virtual_packages(platform)?,
        ..SolverTask::from_iter(repodata.iter())
    };
    match Solver.solve(task) {
        Ok(solution) => Ok(solution.records),
        Err(SolveError::Unsolvable(reasons)) => Err(PlanError::Unsatisfiable(reasons.join("\n"))),
        Err(error) => Err(PlanError::Unsatisfiable(error.to_string())),
    }
}

/// What the machine offers; for another platform, what any such machine does.
fn virtual_packages(platform: Subdir) -> Result<Vec<GenericVirtualPackage>, PlanError> {
    let found = if Subdir::current() == Some(platform) {
        VirtualPackages::detect(&VirtualPackageOverrides::from_env(), None)
            .map_err(|error| PlanError::Machine(error.to_string()))?
    } else {
        VirtualPackages::baseline_for_platform(platform)
    };
    Ok(found.into_generic_virtual_packages().collect())
}

fn told(error: &dyn std::error::Error) -> String {
    crate::trust::told(error)
}

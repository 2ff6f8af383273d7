//! Finding a set of packages that fits.

use rattler_conda_types::{
    GenericVirtualPackage, MatchSpec, PackageNameMatcher, ParseStrictness, PrefixRecord, RepoDataRecord,
    Subdir,
};
use rattler_repodata_gateway::{ChannelRelationsMode, Gateway};
use rattler_solve::{SolveError, SolverImpl, SolverTask, resolvo::Solver};
use rattler_virtual_packages::{VirtualPackageOverrides, VirtualPackages};

use super::PlanError;
use super::candidates::{Candidates, subdirs};
use crate::Environment;

/// Reads specifications. Archives by URL are not taken: nothing would say who made them.
pub(super) fn parse(texts: &[String]) -> Result<Vec<MatchSpec>, PlanError> {
    let wrong = |text: &str, reason: String| PlanError::Spec { text: text.to_owned(), reason };
    let read = |text: &String| {
        let spec = MatchSpec::from_str(text, ParseStrictness::Lenient);
        let spec = spec.map_err(|error| wrong(text, error.to_string()))?;
        match spec.name {
            PackageNameMatcher::Exact(_) if spec.url.is_none() => Ok(spec),
            _ => Err(wrong(text, "give a package's name, and a version if it matters".to_owned())),
        }
    };
    texts.iter().map(read).collect()
}

/// The packages that the environment is to have.
pub(super) async fn solve(
    environment: &Environment,
    candidates: &Candidates,
    specs: &[MatchSpec],
    installed: &[PrefixRecord],
    platform: Subdir,
) -> Result<Vec<RepoDataRecord>, PlanError> {
    let all = with_installed(specs, installed)?;
    let gateway = Gateway::builder()
        .with_client(candidates.web.lazy())
        .with_cache_dir(environment.client_cache().join("repodata"))
        .finish();
    // A channel that pulls in others would bring what nobody asked for, and nobody signed.
    let query = gateway
        .query(candidates.sources(), subdirs(platform), all.clone())
        .channel_relations(ChannelRelationsMode::Disabled)
        .recursive(true);
    let repodata = query.await.map_err(|error| PlanError::Gateway(told(&error)))?;
    let locked = installed.iter().map(|record| &record.repodata_record).collect();
    let task = SolverTask {
        specs: all,
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

/// What is asked for now, what was asked for before, and whatever else is there: nothing goes because it is not
/// mentioned.
fn with_installed(specs: &[MatchSpec], installed: &[PrefixRecord]) -> Result<Vec<MatchSpec>, PlanError> {
    let mut all = specs.to_vec();
    for record in installed {
        let name = &record.repodata_record.package_record.name;
        let is_named =
            specs.iter().any(|spec| matches!(&spec.name, PackageNameMatcher::Exact(named) if named == name));
        if is_named {
            continue;
        }
        // What conda wrote there may be nothing that anybody can read; then the name is asked for.
        let before = parse(&record.requested_specs).unwrap_or_default();
        match before.is_empty() {
            true => all.extend(parse(&[name.as_normalized().to_owned()])?),
            false => all.extend(before),
        }
    }
    Ok(all)
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

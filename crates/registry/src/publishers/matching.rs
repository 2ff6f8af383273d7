//! From an identity to the publishers that it is, or to the one that it nearly is.

use bonded_model::ids::PublisherId;
use bonded_model::publishing::{Issuer, Publisher, PublisherPlace};
use bonded_oidc::{Difference, Identity, PublisherConfig};
use bonded_store::Queries;

use crate::Error;

/// Claims that say who a job is, as far as providers have them. The others are of no use to whoever reads a log.
const TELLING: &[&str] = &[
    "sub",
    "repository",
    "repository_owner",
    "repository_owner_id",
    "workflow_ref",
    "job_workflow_ref",
    "ref",
    "environment",
    "event_name",
    "project_path",
    "namespace_path",
    "ci_config_ref_uri",
    "ref_path",
    "ref_protected",
    "email",
    "organization",
    "organization_slug",
    "pipeline_slug",
    "build_branch",
    "project",
    "actor_id",
    "oidc.circleci.com/project-id",
];

/// A publisher that an identity is.
pub(super) struct Matched {
    pub(super) publisher: Publisher,
    pub(super) config: PublisherConfig,
}

/// The publisher that comes nearest to an identity that gets nothing, and what differs.
pub(super) struct Nearest {
    config: PublisherConfig,
    differences: Vec<Difference>,
    /// It and those that are as near, if the identity names their very source repository: their owners are told. What merely
    /// resembles it is no business of theirs, and would let anybody read the claims of others' jobs.
    pub(super) told: Vec<PublisherId>,
}

/// The publishers of this very issuer that the identity is. Where one place has a publisher that asks for an environment
/// and another that takes any, the stricter one is the one that counts.
pub(super) async fn matching(
    queries: &mut Queries,
    issuer: &Issuer,
    identity: &Identity,
) -> Result<Vec<Matched>, Error> {
    let found = queries.publishers_by_lookup(issuer.id, &identity.lookup).await?;
    let matched: Vec<Matched> = found
        .into_iter()
        .filter_map(|publisher| Some(Matched { config: config_of(&publisher)?, publisher }))
        .filter(|matched| matched.config.check(identity).is_ok())
        .collect();
    let strict: Vec<PublisherPlace> = matched
        .iter()
        .filter(|matched| matched.config.environment().is_some())
        .map(|matched| matched.publisher.place.clone())
        .collect();
    let counts = |matched: &Matched| {
        matched.config.environment().is_some()
            || !strict.iter().any(|place| same_place(place, &matched.publisher.place))
    };
    Ok(matched.into_iter().filter(counts).collect())
}

/// What the database keeps of a publisher's configuration; `None` where a newer version wrote it.
pub(super) fn config_of(publisher: &Publisher) -> Option<PublisherConfig> {
    let config = PublisherConfig::from_json(&publisher.config);
    config
        .inspect_err(
            |error| tracing::error!(publisher = %publisher.id, error, "a publisher is not understood"),
        )
        .ok()
}

/// Whether two publishers are for the same projects.
pub(super) fn same_place(one: &PublisherPlace, other: &PublisherPlace) -> bool {
    match (one, other) {
        (
            PublisherPlace::Pending { channel, normalized, registrant, .. },
            PublisherPlace::Pending { channel: there, normalized: name, registrant: by, .. },
        ) => (channel, normalized, registrant) == (there, name, by),
        _ => one == other,
    }
}

/// Of the publishers with the same lookup, else of those of the same owner, the one of which the least differs.
pub(super) async fn nearest(
    queries: &mut Queries,
    issuer: &Issuer,
    identity: &Identity,
) -> Result<Option<Nearest>, Error> {
    let mut found = queries.publishers_by_lookup(issuer.id, &identity.lookup).await?;
    let tells = !found.is_empty() && !identity.shares_lookup();
    if found.is_empty()
        && let Some(owner) = &identity.owner
    {
        let end = format!("{owner}\u{10ffff}");
        found = queries.publishers_by_lookup_range(issuer.id, owner, &end).await?;
    }
    let mut nearest: Option<Nearest> = None;
    for publisher in found {
        let Some(config) = config_of(&publisher).filter(|config| config.concerns(identity)) else { continue };
        let differences = config.check(identity).err().unwrap_or_default();
        match &mut nearest {
            Some(nearest) if nearest.differences.len() < differences.len() => {}
            Some(nearest) if nearest.differences.len() == differences.len() => {
                nearest.told.extend(tells.then_some(publisher.id));
            }
            _ => {
                let told = tells.then_some(publisher.id).into_iter().collect();
                nearest = Some(Nearest { config, differences, told });
            }
        }
    }
    Ok(nearest)
}

/// What an identity says of itself.
pub(super) fn received(identity: &Identity) -> String {
    let claims: Vec<String> = TELLING
        .iter()
        .filter_map(|name| Some(format!("{name}: '{}'", identity.claims.shown(name)?)))
        .collect();
    format!("claims received: {}", claims.join(", "))
}

/// What the log of the job, and those who look after the nearest publisher, are told. No place is named: it may be private.
pub(super) fn refusal(identity: &Identity, nearest: Option<&Nearest>) -> String {
    let received = received(identity);
    let Some(nearest) = nearest else {
        return format!("no publisher is configured for this source; {received}");
    };
    let differences: Vec<String> = nearest.differences.iter().map(ToString::to_string).collect();
    let differs = match differences.is_empty() {
        true => String::new(),
        false => format!("what differs: {}; ", differences.join("; ")),
    };
    format!("the nearest publisher is {}; {differs}{received}", nearest.config.describe())
}

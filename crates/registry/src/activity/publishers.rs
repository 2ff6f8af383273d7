//! What happened to issuers, trusted publishers and what comes from them, in plain words.

use bonded_model::audit::PublisherEvent as E;
use bonded_model::publishing::Source;
use bonded_oidc::known::ISSUERS;

use super::names::Names;
use crate::Error;

/// The event as a sentence.
pub(super) async fn of(
    names: &mut Names<'_>,
    channel: &str,
    project: Option<&str>,
    event: &E,
) -> Result<String, Error> {
    let place = project.map_or_else(|| channel.to_owned(), |project| format!("the project {project}"));
    Ok(match event {
        E::IssuerAdded { url, private_network, .. } => {
            let network = if *private_network { " It may stand at a private address." } else { "" };
            format!("Identity tokens of {url} are accepted from now on.{network}")
        }
        E::IssuerChanged { url, enabled: true, private_network, algorithm, server, .. } => {
            let signed =
                algorithm.map(|algorithm| format!(" that are signed with {algorithm}")).unwrap_or_default();
            let server =
                server.as_ref().map(|server| format!(" Its projects are at {server}.")).unwrap_or_default();
            let network = if *private_network { " It may stand at a private address." } else { "" };
            format!("Identity tokens of {url}{signed} are accepted.{server}{network}")
        }
        E::IssuerChanged { url, .. } => format!("Identity tokens of {url} are not accepted any more."),
        E::IssuerRemoved { url, publishers, .. } => {
            format!(
                "{url} was removed as an issuer of identity tokens, with its trusted publishers: {publishers}."
            )
        }
        E::PublisherAdded { identity, prefix: Some(prefix), .. } => {
            format!("{identity} was added as a trusted publisher of the projects {prefix}* in {place}.")
        }
        E::PublisherAdded { identity, .. } => {
            format!("{identity} was added as a trusted publisher of {place}.")
        }
        E::PublisherConstrained { identity, .. } => {
            format!("A trusted publisher of {place} was narrowed; it is now {identity}.")
        }
        E::PublisherRemoved { identity, .. } => {
            format!("The trusted publisher {identity} was removed from {place}.")
        }
        E::PendingRegistered { registrant, name, identity, .. } => format!(
            "{} registered {identity} as the trusted publisher that is to make the project {name} in {channel}.",
            names.who(*registrant).await?
        ),
        E::PendingFulfilled { registrant, name, .. } => format!(
            "A trusted publisher made the project {name} in {channel}, in the name of {}.",
            names.who(*registrant).await?
        ),
        E::PendingLapsed { registrant, name, reason, .. } => format!(
            "The trusted publisher that {} had registered for the project {name} in {channel} ended unused: {reason}.",
            names.who(*registrant).await?
        ),
        E::PendingReserved { reserve: true } => format!(
            "{channel} keeps the names of pending trusted publishers free for those who registered them."
        ),
        E::PendingReserved { reserve: false } => {
            format!("{channel} does not keep the names of pending trusted publishers free any more.")
        }
        E::PublisherTokenMinted { source, .. } => {
            format!("{} ({}) got a token to publish to {place}.", run(source), issuer(source))
        }
        E::PublisherTokenBurnt { leaked: false, .. } => {
            "The token of a trusted publisher was given back.".to_owned()
        }
        E::PublisherTokenBurnt { leaked: true, url: Some(url), .. } => {
            format!("The token of a trusted publisher was found at {url}, and ended.")
        }
        E::PublisherTokenBurnt { leaked: true, .. } => {
            "The token of a trusted publisher was found where it leaks, and ended.".to_owned()
        }
        E::FileAttested { file, .. } => format!("Attestations of {file} were verified and kept."),
    })
}

/// Who said so: a provider that everybody knows by its name, others by their host.
fn issuer(source: &Source) -> String {
    let known = ISSUERS.iter().find(|known| known.url == source.issuer);
    let host = || source.issuer.split("://").last().unwrap_or_default().to_owned();
    known.map_or_else(host, |known| known.name.to_owned())
}

/// A run at the beginning of a sentence.
fn run(source: &Source) -> String {
    let words = source.in_words();
    words.strip_prefix("run ").map_or_else(|| words.clone(), |rest| format!("Run {rest}"))
}

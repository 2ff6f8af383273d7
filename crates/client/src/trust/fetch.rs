//! Getting roots and the key manager of a registry. Nobody's credentials are sent for them: they prove themselves.

use bonded_signing::{RootError, TrustedRoot};
use reqwest::StatusCode;
use url::Url;

use crate::channel::ChannelRef;
use crate::web::{Web, WebError};

/// Bytes of the longest document that is read.
const LIMIT: usize = 1 << 20;
/// More roots than any registry will ever have.
const MAX_ROOTS: u64 = 1000;

/// A document of the registry, beside the channel; `None` when there is none.
async fn document(web: &Web, channel: &ChannelRef, name: &str) -> Result<Option<Vec<u8>>, FetchError> {
    let url = channel.file(name).map_err(|_| FetchError::Name(name.to_owned()))?;
    let answer = web.get_bare(&url, LIMIT).await?;
    match answer.status {
        StatusCode::OK => Ok(Some(answer.body)),
        StatusCode::NOT_FOUND => Ok(None),
        status => Err(WebError::status(&url, status).into()),
    }
}

/// The key manager.
pub(super) async fn key_manager(web: &Web, channel: &ChannelRef) -> Result<Option<Vec<u8>>, FetchError> {
    document(web, channel, "key_mgr.json").await
}

/// The root of one version, not verified.
pub(super) async fn root(
    web: &Web,
    channel: &ChannelRef,
    version: u64,
) -> Result<Option<Vec<u8>>, FetchError> {
    document(web, channel, &format!("{version}.root.json")).await
}

/// Goes from a trusted root to the newest, each step verified. `note` is told of each before the next one is asked for: what
/// fails later takes nothing of it back.
pub(super) async fn follow<E: From<FetchError>>(
    web: &Web,
    channel: &ChannelRef,
    trusted: TrustedRoot,
    note: impl Fn(&TrustedRoot) -> Result<(), E>,
) -> Result<TrustedRoot, E> {
    let mut newest = trusted;
    for _ in 0..MAX_ROOTS {
        let Some(next) = root(web, channel, newest.version() + 1).await? else { return Ok(newest) };
        newest = newest.update(&next).map_err(FetchError::from)?;
        note(&newest)?;
    }
    Err(FetchError::TooMany(MAX_ROOTS).into())
}

/// All roots that a registry offers, from the first one on, each signed by the one before. Nothing of this is trusted
/// until somebody has compared a fingerprint.
///
/// # Errors
/// When there is none, or they do not follow each other.
pub async fn offered_roots(web: &Web, channel: &ChannelRef) -> Result<Vec<TrustedRoot>, FetchError> {
    let Some(first) = root(web, channel, 1).await? else {
        return Err(FetchError::NoRoot(channel.url().clone()));
    };
    let mut roots = vec![TrustedRoot::pin(&first, None)?];
    while let Some(last) = roots.last() {
        let Some(next) = root(web, channel, last.version() + 1).await? else { break };
        let next = last.update(&next)?;
        roots.push(next);
        if roots.len() as u64 > MAX_ROOTS {
            return Err(FetchError::TooMany(MAX_ROOTS));
        }
    }
    Ok(roots)
}

/// Roots or key manager could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The server could not be asked, or refused.
    #[error(transparent)]
    Web(#[from] WebError),
    /// A root that does not follow.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The registry has no roots.
    #[error("{0} has no trust root: nothing there is signed")]
    NoRoot(Url),
    /// The channel's URL is of a strange kind.
    #[error("there is no place for {0:?} beside the channel")]
    Name(String),
    /// An endless row of roots.
    #[error("more than {0} roots follow each other, which no registry needs")]
    TooMany(u64),
}

//! Tokens for registries: where conda and rattler look for them.

mod caches;
mod check;
mod conda;
mod list;
mod remove;
mod set;

use std::io;
use std::path::PathBuf;

use bonded_model::token::MalformedToken;
use url::Url;

pub use list::{Kind, Listed, list};
pub use remove::{Removed, Which, is_below, remove};
pub use set::{Root, SetToken, Stored, choose_root, disable, enable, set, trust};

use crate::channel::InvalidChannel;
use crate::condarc::CondarcError;
use crate::trust::{FetchError, PinError, RootFileError};
use crate::web::WebError;

/// Tokens could not be set, listed or removed.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The text is no token.
    #[error(transparent)]
    Malformed(#[from] MalformedToken),
    /// No registry is named.
    #[error("say which registry the token is for: --channel https://HOST/CHANNEL, or --server https://HOST")]
    NoServer,
    /// Channels of several registries, which are not to have one token.
    #[error("the channels belong to different registries: set a token for each")]
    Servers,
    /// A channel that is none.
    #[error(transparent)]
    Channel(#[from] InvalidChannel),
    /// The registry does not know the token.
    #[error("{0} does not accept the token: it may be mistyped, expired or revoked")]
    Refused(Url),
    /// The token does not lead to the channel.
    #[error("the token may not read {0}, or there is no such channel")]
    NotReadable(Url),
    /// There is no registry at that place.
    #[error("there is no Bonded registry at {0}: the token was not stored")]
    NoRegistry(Url),
    /// A token that is too mighty for a URL.
    #[error(
        "{0} does not accept the token in a URL, and that is where conda puts it: make one that can only read, and \
         revoke this one"
    )]
    TooMighty(Url),
    /// Another token for more than this.
    #[error(
        "conda has another token for everything below {place}, and would use one or the other: remove it first, with \
         `bonded conda token remove` and its channel or --server, or by removing {file:?}"
    )]
    Broader {
        /// Where the other one is used.
        place: String,
        /// The file that holds it.
        file: PathBuf,
    },
    /// A status that says nothing of the token.
    #[error("{0} answered {1}, which says nothing about the token")]
    Answer(Url, u16),
    /// The server could not be asked.
    #[error(transparent)]
    Web(#[from] WebError),
    /// Its roots could not be had.
    #[error(transparent)]
    Roots(#[from] FetchError),
    /// Another root than was agreed on.
    #[error(
        "no root of this registry has the fingerprint that was given; its newest is root {version} with {found}. Do not \
         go on until you know why"
    )]
    Fingerprint {
        /// The newest root's version.
        version: u64,
        /// The newest root's fingerprint.
        found: bonded_signing::Fingerprint,
    },
    /// The root that is trusted is not among those that are offered.
    #[error(
        "root {version} of {server} was trusted here and is not offered any more: somebody withholds it, or the registry \
         began anew. If whoever runs it says that it did, run `bonded conda trust` with `--forget` first"
    )]
    Backwards {
        /// The registry.
        server: Url,
        /// The version of the root that was trusted.
        version: u64,
    },
    /// What is remembered of the root was changed by hand.
    #[error("the root that is trusted here is damaged ({0}): run `bonded conda trust` with `--forget` first")]
    Damaged(String),
    /// Somebody looked at the fingerprint and said no.
    #[error("the root is not trusted, and nothing was changed")]
    Declined,
    /// The root cannot be kept.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The root cannot be put where conda looks.
    #[error(transparent)]
    RootFile(#[from] RootFileError),
    /// The root cannot be written down.
    #[error("the root cannot be written down: {0}")]
    Canonical(#[from] bonded_signing::CanonicalError),
    /// conda's configuration cannot be changed.
    #[error(transparent)]
    Condarc(#[from] CondarcError),
    /// A token file cannot be read or written.
    #[error("the tokens in {0:?} cannot be read or written")]
    Files(PathBuf, #[source] io::Error),
    /// The credentials of rattler cannot be read or written.
    #[error("the credentials in {0:?} cannot be read or written: {1}")]
    Credentials(PathBuf, String),
}

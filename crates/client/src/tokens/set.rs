//! Setting a token, and trusting a registry.

use std::path::{Path, PathBuf};

use bonded_model::Timestamp;
use bonded_model::token::ApiToken;
use bonded_signing::{Fingerprint, TrustedRoot};
use rattler_networking::Authentication;
use rattler_networking::authentication_storage::StorageBackend;
use rattler_networking::authentication_storage::backends::file::FileStorage;
use url::Url;

use super::{TokenError, caches, check, conda};
use crate::Environment;
use crate::channel::ChannelRef;
use crate::condarc::{self, Condarc};
use crate::trust::{Pin, Pins, install_roots, offered_roots};
use crate::web::Web;

/// What is to be set.
#[derive(Debug)]
pub struct SetToken {
    /// The token.
    pub token: ApiToken,
    /// Channels of one registry, which the token may read.
    pub channels: Vec<ChannelRef>,
    /// Whether the token is for the whole registry, so that the channels only say which one that is.
    pub whole_server: bool,
    /// conda's configuration file.
    pub condarc: PathBuf,
    /// The root to be trusted from now on, if signatures are to be verified.
    pub root: Option<Root>,
    /// conda's own prefix, in which alone conda-content-trust looks for the root. Without one, conda is not told to verify.
    pub conda: Option<PathBuf>,
}

/// A root that somebody has decided to trust.
#[derive(Clone, Debug)]
pub struct Root {
    /// All roots from the trusted one on; the last is the present one.
    chain: Vec<TrustedRoot>,
    /// The fingerprints of all that the registry offers, also of those before the trusted one.
    offered: Vec<Fingerprint>,
}

impl Root {
    /// The present root.
    pub fn newest(&self) -> Option<&TrustedRoot> {
        self.chain.last()
    }

    /// Whether the registry still has the root that was trusted before: else newer ones are withheld, or it began anew.
    fn goes_on_from(&self, before: &Pin) -> Result<(), TokenError> {
        let trusted = before.root().map_err(|error| TokenError::Damaged(error.to_string()))?;
        if self.offered.contains(&trusted.fingerprint()) {
            return Ok(());
        }
        Err(TokenError::Backwards { server: before.server.clone(), version: trusted.version() })
    }
}

/// What was written.
#[derive(Debug, Default)]
pub struct Stored {
    /// The files.
    pub files: Vec<PathBuf>,
    /// Caches of indexes that could not be emptied.
    pub full_caches: Vec<PathBuf>,
}

/// Finds the root to trust: the one with the given fingerprint, from which the newest follows; without one, `ask` is
/// shown the newest and decides.
///
/// # Errors
/// When there is no such root, or the answer is no.
pub async fn choose_root(
    web: &Web,
    channel: &ChannelRef,
    fingerprint: Option<&Fingerprint>,
    ask: impl FnOnce(&TrustedRoot) -> bool,
) -> Result<Root, TokenError> {
    let mut offered = offered_roots(web, channel).await?;
    let Some(newest) = offered.last() else { return Err(TokenError::Declined) };
    let at = match fingerprint {
        Some(expected) => offered.iter().position(|root| root.fingerprint() == *expected),
        None if ask(newest) => Some(offered.len() - 1),
        None => return Err(TokenError::Declined),
    };
    let Some(at) = at else {
        return Err(TokenError::Fingerprint { version: newest.version(), found: newest.fingerprint() });
    };
    let fingerprints = offered.iter().map(TrustedRoot::fingerprint).collect();
    Ok(Root { chain: offered.split_off(at), offered: fingerprints })
}

/// Checks the token, and writes it where conda and rattler look, with the settings that conda needs.
///
/// # Errors
/// When the registry does not accept the token, or something cannot be written. Nothing is written before the check.
pub async fn set(
    environment: &Environment,
    web: &Web,
    wanted: &SetToken,
    now: Timestamp,
) -> Result<Stored, TokenError> {
    let first = wanted.channels.first().ok_or(TokenError::NoServer)?;
    let server = first.server();
    if wanted.channels.iter().any(|channel| channel.server() != server) {
        return Err(TokenError::Servers);
    }
    match wanted.whole_server {
        true => check::server(web, &server, wanted.token.expose()).await?,
        false => {
            for channel in &wanted.channels {
                check::channel(web, channel, wanted.token.expose()).await?;
            }
        }
    }
    no_broader_token(environment, wanted)?;
    let condarc = Condarc::open(&wanted.condarc)?;
    let mut condarcs = condarc::all(environment)?;
    let mut stored = Stored::default();
    if let Some(root) = &wanted.root {
        stored.files.extend(trust(environment, &server, root, wanted.conda.as_deref(), now)?);
    }
    stored.files.extend(store(environment, wanted, &server)?);
    let listed: Vec<String> = wanted.channels.iter().map(ToString::to_string).collect();
    if !wanted.whole_server {
        condarc.add_channels(&listed);
    }
    condarc.set_flag("add_anaconda_token", true);
    if wanted.root.is_some() && wanted.conda.is_some() {
        enable(&condarc, &server);
    }
    condarc.save()?;
    stored.files.push(wanted.condarc.clone());
    condarcs.push(condarc);
    stored.full_caches = caches::empty(environment, &condarcs);
    Ok(stored)
}

/// Remembers a root, and puts it where conda-content-trust looks; the files that were written.
///
/// # Errors
/// When the root that was trusted before is not among those that are offered: trusting a registry again is no way back.
/// When a file cannot be written, or conda trusts another registry.
pub fn trust(
    environment: &Environment,
    server: &Url,
    root: &Root,
    conda: Option<&Path>,
    now: Timestamp,
) -> Result<Vec<PathBuf>, TokenError> {
    let mut files = Vec::new();
    Pins::of(environment).change(server, |before| {
        if let Some(before) = &before {
            root.goes_on_from(before)?;
        }
        if let Some(prefix) = conda {
            files.extend(install_roots(prefix, &root.chain, &root.offered)?);
        }
        let Some(newest) = root.newest() else { return Ok(None) };
        let mut pin = Pin::new(server.clone(), newest, now)?;
        // Trusting a registry anew does not make it young again.
        pin.key_manager = before.map_or(0, |before| before.key_manager_under(newest));
        Ok::<_, TokenError>(Some(pin))
    })?;
    Ok(files)
}

/// Switches the verification by conda-content-trust on, and shards off: the plugin verifies the record of `repodata.json`,
/// while a solver that reads shards installs what the shard says.
pub fn enable(condarc: &Condarc, server: &Url) {
    condarc.set_flag("extra_safety_checks", true);
    condarc.set_flag("repodata_use_shards", false);
    condarc.set_word("signing_metadata_url_base", server.as_str().trim_end_matches('/'));
}

/// Switches the verification by conda-content-trust off. Bonded's own client goes on to verify.
///
/// # Errors
/// When the file cannot be read or written.
pub fn disable(condarc: &Path) -> Result<(), TokenError> {
    let condarc = Condarc::open(condarc)?;
    condarc.set_flag("extra_safety_checks", false);
    condarc.remove("repodata_use_shards");
    condarc.remove("signing_metadata_url_base");
    Ok(condarc.save()?)
}

impl SetToken {
    /// Below which URLs the token is to be used.
    fn places(&self) -> Vec<Url> {
        match (self.whole_server, self.channels.first()) {
            (true, Some(channel)) => vec![channel.server()],
            _ => self.channels.iter().map(|channel| channel.url().clone()).collect(),
        }
    }
}

/// conda uses the first token that fits, in no order: two for one channel would be used by chance.
fn no_broader_token(environment: &Environment, wanted: &SetToken) -> Result<(), TokenError> {
    let directory = environment.conda_tokens();
    let stored = conda::all(&directory).map_err(|error| TokenError::Files(directory, error))?;
    let places = wanted.places();
    let is_broader = |other: &conda::Stored| {
        let holds = |place: &Url| place.as_str() != other.url && place.as_str().starts_with(&other.url);
        other.token != wanted.token.expose() && places.iter().any(holds)
    };
    match stored.into_iter().find(is_broader) {
        Some(other) => Err(TokenError::Broader { place: other.url, file: other.path }),
        None => Ok(()),
    }
}

fn store(environment: &Environment, wanted: &SetToken, server: &Url) -> Result<Vec<PathBuf>, TokenError> {
    let token = wanted.token.expose();
    let directory = environment.conda_tokens();
    let mut files = Vec::new();
    for url in wanted.places() {
        let path = conda::store(&directory, &url, token);
        files.push(path.map_err(|error| TokenError::Files(directory.clone(), error))?);
    }
    let path = environment.rattler_credentials();
    let failed = |error: String| TokenError::Credentials(path.clone(), error);
    let host = server.host_str().unwrap_or_default();
    let credentials = FileStorage::from_path(path.clone()).map_err(|error| failed(error.to_string()))?;
    let bearer = Authentication::BearerToken(token.to_owned());
    credentials.store(host, &bearer).map_err(|error| failed(error.to_string()))?;
    files.push(path);
    Ok(files)
}

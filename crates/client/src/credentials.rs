//! Credentials: none goes to another scheme, host or port than its channel's.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use http::Extensions;
use rattler_networking::authentication_storage::StorageBackend;
use rattler_networking::authentication_storage::backends::file::FileStorage;
use rattler_networking::authentication_storage::backends::memory::MemoryStorage;
use rattler_networking::{Authentication, AuthenticationMiddleware, AuthenticationStorage};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use url::Origin;

use crate::channel::ChannelRef;
use crate::web::WebError;

/// What each channel's server is told. Rattler keeps credentials by host alone, and an index, which nobody signs, may name
/// any URL.
pub(crate) struct Credentials(HashMap<Origin, AuthenticationMiddleware>);

impl Credentials {
    /// Those that stand in the channels' URLs, and those in rattler's file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn new(file: PathBuf, channels: &[ChannelRef]) -> std::result::Result<Self, WebError> {
        let file = FileStorage::from_path(file).map_err(|error| WebError::Credentials(error.to_string()))?;
        let file = Arc::new(file);
        let mut by_origin: HashMap<Origin, Vec<&ChannelRef>> = HashMap::new();
        for channel in channels {
            by_origin.entry(channel.url().origin()).or_default().push(channel);
        }
        let of_channels = |channels: Vec<&ChannelRef>| {
            let mut storage = AuthenticationStorage::empty();
            storage.add_backend(Arc::new(in_urls(&channels)));
            storage.add_backend(Arc::clone(&file) as _);
            AuthenticationMiddleware::from_auth_storage(storage)
        };
        Ok(Self(by_origin.into_iter().map(|(origin, channels)| (origin, of_channels(channels))).collect()))
    }

    /// Whether no channel is read in clear text.
    fn are_encrypted(&self) -> bool {
        self.0.keys().all(|origin| matches!(origin, Origin::Tuple(scheme, ..) if scheme == "https"))
    }
}

#[async_trait::async_trait]
impl Middleware for Credentials {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        match self.0.get(&request.url().origin()) {
            Some(credentials) => credentials.handle(request, extensions, next).await,
            None if request.url().scheme() == "http" && self.are_encrypted() => {
                Err(Error::middleware(Downgrade))
            }
            None => next.run(request, extensions).await,
        }
    }
}

/// An index that came encrypted leads to something that would not.
#[derive(Debug, thiserror::Error)]
#[error("an https channel leads there without encryption")]
struct Downgrade;

/// The tokens and passwords that stood in URLs, for their host. Tokens go back where they stood.
fn in_urls(channels: &[&ChannelRef]) -> MemoryStorage {
    let storage = MemoryStorage::default();
    for channel in channels {
        let token = channel.token().map(|token| Authentication::CondaToken(token.to_owned()));
        let login = || {
            let (username, password) = channel.login()?;
            Some(Authentication::BasicHTTP { username: username.to_owned(), password: password.to_owned() })
        };
        if let (Some(host), Some(credential)) = (channel.url().host_str(), token.or_else(login)) {
            // Memory takes everything.
            let _ = storage.store(host, &credential);
        }
    }
    storage
}

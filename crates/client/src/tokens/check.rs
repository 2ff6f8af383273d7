//! Asking a registry whether it accepts a token: first in a header, which shows the token to nobody, then as conda will.

use url::Url;

use super::TokenError;
use crate::channel::{ChannelRef, InvalidChannel};
use crate::web::Web;

/// What every registry answers to whoever it knows: with a refusal at most.
const TOKENS: &str = "api/bonded/v1/tokens";
/// In a channel that no registry can have.
const NOWHERE: &str = "-/noarch/repodata.json";

/// Asks for a channel.
pub(super) async fn channel(web: &Web, channel: &ChannelRef, token: &str) -> Result<(), TokenError> {
    let url = channel.file("noarch/repodata.json")?;
    match web.head_with(&url, token).await?.as_u16() {
        200 => {}
        401 => return Err(TokenError::Refused(channel.server())),
        403 | 404 => return Err(TokenError::NotReadable(channel.url().clone())),
        status => return Err(TokenError::Answer(url, status)),
    }
    in_path(web, &url, &channel.server(), token).await
}

/// Asks whether the registry knows the token, whatever channels it has. What the token may read is not asked.
pub(super) async fn server(web: &Web, server: &Url, token: &str) -> Result<(), TokenError> {
    let below = |path: &str| server.join(path).map_err(|_| InvalidChannel::Form(server.to_string()));
    let url = below(TOKENS)?;
    match web.head_with(&url, token).await?.as_u16() {
        // Whoever may only read may not look at tokens, and is known.
        200 | 403 => {}
        401 => return Err(TokenError::Refused(server.clone())),
        404 => return Err(TokenError::NoRegistry(server.clone())),
        status => return Err(TokenError::Answer(url, status)),
    }
    in_path(web, &below(NOWHERE)?, server, token).await
}

async fn in_path(web: &Web, url: &Url, server: &Url, token: &str) -> Result<(), TokenError> {
    let mut in_path = url.clone();
    in_path.set_path(&format!("/t/{token}{}", url.path()));
    match web.head_secret(in_path, url).await?.as_u16() {
        200 => Ok(()),
        401 | 403 => Err(TokenError::TooMighty(server.clone())),
        // A registry below a path of its host: conda puts the token before all of it, and the proxy must know.
        404 => Ok(()),
        status => Err(TokenError::Answer(url.clone(), status)),
    }
}

//! A registry that nobody here has decided to trust.

use bonded_signing::Envelope;
use url::Url;

use super::pins::place;
use super::{FetchError, Pins, Trust, TrustError, fetch, told};
use crate::Environment;
use crate::channel::{ChannelRef, with_slash};
use crate::condarc::{self, Condarc, CondarcError};
use crate::web::{Web, WebError};

/// Where the registry does not sign, there is nothing to decide. One that this machine knows to sign does not get there by
/// hiding its key manager.
pub(super) async fn trust(
    web: &Web,
    environment: &Environment,
    channel: &ChannelRef,
    pins: &Pins,
) -> Result<Trust, TrustError> {
    let server = channel.server();
    match fetch::key_manager(web, channel).await {
        Ok(Some(bytes)) if Envelope::parse(&bytes).is_ok() => {
            return Ok(Trust::Broken(format!(
                "{server} signs its packages, and its root is not trusted here yet: compare its fingerprint and run \
                 `bonded conda trust {channel}`"
            )));
        }
        Ok(_) => {}
        Err(FetchError::Web(error)) if error.is_outage() => return Err(error.into()),
        // Others than Bonded answer what they like to a question that they do not know.
        Err(FetchError::Web(WebError::Status { status, .. })) if status.is_client_error() => {}
        Err(error) => return Ok(Trust::Broken(told(&error))),
    }
    if pins.is_forgotten(&server)? {
        return Ok(Trust::Broken(format!(
            "{server} is not trusted here any more (`bonded conda trust --forget`), and offers no key manager that could \
             be trusted again"
        )));
    }
    if is_configured(environment, channel)? {
        return Ok(Trust::Broken(format!(
            "{server} signs its packages, as signing_metadata_url_base in conda's configuration says, and offers no key \
             manager: somebody withholds it"
        )));
    }
    Ok(Trust::Unsigned)
}

/// Whether conda is told that the signatures of this registry are to be verified.
fn is_configured(environment: &Environment, channel: &ChannelRef) -> Result<bool, CondarcError> {
    let server = channel.server();
    let is_this = |condarc: &Condarc| {
        let base = condarc.word("signing_metadata_url_base");
        let base = base.and_then(|base| base.parse::<Url>().ok()).map(with_slash);
        base.is_some_and(|base| [&server, channel.url()].iter().any(|url| place(url) == place(&base)))
    };
    Ok(condarc::all(environment)?.iter().any(is_this))
}

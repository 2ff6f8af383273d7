//! A request of a browser.

use bonded_model::actor::Origin;
use bonded_model::people::Client;
use bonded_model::secret::Secret;

/// What a request of a browser brings along. Nobody is believed to be anybody by it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The request and the address.
    pub origin: Origin,
    /// What the browser says of itself.
    pub client: Client,
    /// The browser's secret: anonymous, half-way, or signed in, as the database knows.
    pub browser: Secret,
    /// The secret of a remembered browser, if it is one.
    pub device: Option<Secret>,
}

/// The secrets that a browser must take in place of those that it has.
#[derive(Clone, Debug)]
pub struct Rotated {
    /// Its new secret.
    pub browser: Secret,
    /// The secret by which it is remembered from now on, if that is new.
    pub device: Option<Secret>,
}

impl Rotated {
    pub(super) const fn browser(browser: Secret) -> Self {
        Self { browser, device: None }
    }
}

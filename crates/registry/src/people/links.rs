//! Single-use links: made here, mailed or printed, and used up by whoever comes first.

use bonded_model::people::{Link, LinkKind};
use bonded_model::secret::Secret;
use chrono::TimeDelta;

use crate::{Error, Registry};

/// A link to be written in the transaction of what it is for. It holds the secret, so it has no `Debug` form.
pub(super) struct NewLink {
    /// What the database knows of it.
    pub(super) row: Link,
    /// What its holder gets.
    pub(super) url: String,
}

/// Where a link leads, and how long it works unless somebody says otherwise.
const fn purpose(kind: LinkKind) -> (&'static str, TimeDelta) {
    match kind {
        LinkKind::Setup => ("/account/setup", TimeDelta::hours(24)),
        LinkKind::Invitation => ("/account/new", TimeDelta::days(7)),
        LinkKind::VerifyEmail => ("/account/verify", TimeDelta::hours(6)),
        LinkKind::ResetPassword => ("/account/reset/password", TimeDelta::hours(6)),
        LinkKind::ConfirmPlace => ("/login/place", TimeDelta::minutes(15)),
        LinkKind::CancelRecovery => ("/account/recovery/cancel", TimeDelta::days(30)),
    }
}

/// The same for links that are used up, too old, or of another kind.
pub(super) fn dead() -> Error {
    Error::NotFound("this link was used already, or it is too old: ask for a new one".into())
}

impl Registry {
    /// A link that belongs to nobody yet.
    pub(super) fn new_link(&self, kind: LinkKind) -> NewLink {
        let (now, secret) = (self.clock.now(), Secret::generate(&self.random));
        let (path, lifetime) = purpose(kind);
        let row = Link {
            secret: secret.hash(),
            kind,
            user: None,
            email: None,
            browser: None,
            invited: None,
            created_at: now,
            expires_at: now + lifetime,
        };
        let url = self.settings.people.url(&format!("{path}?key={}", *secret.expose()));
        NewLink { row, url }
    }

    /// The link as it stands, if it would work now. Showing a form does not use it up.
    pub(super) async fn live_link(&self, key: &Secret, kind: LinkKind) -> Result<Option<Link>, Error> {
        let link = self.store.read().await?.link(&key.hash()).await?;
        let now = self.clock.now();
        Ok(link.filter(|link| link.kind == kind && link.expires_at > now))
    }
}

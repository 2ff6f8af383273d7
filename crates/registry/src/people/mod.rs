//! People: accounts, sign-in, second factors, recovery.
//!
//! What a use case needs is in its signature: a [`Visit`] from anybody, a [`Session`] from whoever is signed in, a
//! [`Cleared`] one from whoever meets what is asked of them, a [`Fresh`] one for what a stolen session must not do.
//! Whoever administrates others shows a permit besides. Every change is on record, and every change of what protects
//! an account is mailed to its owner.

mod administration;
mod delete_account;
mod directory;
mod emails;
mod hashing;
mod invitations;
mod keys;
pub(crate) mod limits;
mod links;
pub(crate) mod mail;
mod passwords;
mod policies;
mod profile;
mod proof;
mod prove;
mod recovery;
mod recovery_codes;
mod reset;
mod session;
mod settings;
mod setup;
mod sign_in;
mod sign_up;
mod sweep;
mod totp;
mod visit;
mod wipe;

use std::path::PathBuf;

use bonded_factors::range;
use bonded_factors::sealing::InstanceKey;
use bonded_factors::webauthn::{RelyingParty, Unavailable};
use bonded_mail::Mailer;

pub(crate) use administration::{check_still_administers, person_of, person_or_operator};
pub use directory::{Person, PersonDetails};
pub use emails::Verification;
pub use invitations::OpenInvitation;
pub use keys::is_synchronized;
pub use policies::Policies;
pub use profile::HeldRole;
pub(crate) use profile::{channel_name, project_name};
pub use recovery::OpenRecovery;
pub use recovery_codes::RecoveryCodes;
pub(crate) use session::requirement_of;
pub use session::{Cleared, Fence, Fresh, Session};
pub use settings::{PeopleSettings, RecoveryRule, SignUp};
pub use sign_in::{Entry, Pending};
pub use sign_up::{Invited, NewPerson};
pub use totp::NewTotp;
pub use visit::{Rotated, Visit};

/// What the use cases of people need beyond the database.
#[derive(Clone)]
pub struct Services {
    /// Seals what the database must not know.
    pub key: InstanceKey,
    /// The directory of the keys that sign conda channels.
    pub trust: PathBuf,
    /// Sends mails.
    pub mailer: Mailer,
    /// Counts in how many breaches a password was seen, if the operator named such a service.
    pub breaches: Option<range::Service>,
}

/// The services with what follows from the settings.
pub(crate) struct People {
    pub(crate) key: InstanceKey,
    pub(crate) mailer: Mailer,
    breaches: Option<range::Service>,
    relying_party: Result<RelyingParty, Unavailable>,
    hashing: hashing::Hashing,
}

impl People {
    pub(crate) fn new(services: Services, settings: &PeopleSettings) -> Self {
        let Services { key, mailer, breaches, .. } = services;
        let relying_party = match settings.base_url.parse() {
            Ok(url) => RelyingParty::new(&url, &settings.instance_name),
            Err(_) => Err(Unavailable::NoHost),
        };
        Self { key, mailer, breaches, relying_party, hashing: hashing::Hashing::default() }
    }
}

//! What can be read of people: how they prove who they are, and their visits.

use std::collections::HashMap;

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, EmailId, MailId, RecoveryId, UserId};
use bonded_model::people::{
    AccountRecovery, Device, EmailAddress, Link, OutgoingMail, Policy, RecoveryCode, SessionRow, SignIn,
    SoleOwnership, Standing, Totp, WebauthnKey,
};
use bonded_model::project::Roles;
use bonded_model::secret::SecretHash;
use bonded_model::user::{Email, User};

use super::Queries;
use crate::connection::run_queries;

impl Queries {
    run_queries! {
        /// The account that has verified this address, be it its primary one or another.
        pub fn user_by_verified_email(address: &Email) -> Option<User> = users::by_verified_email;
        /// Accounts that were made before this moment and that nobody came back to: none of their addresses was ever
        /// verified, and they have no role, no token and no right.
        pub fn forgotten_accounts(before: Timestamp) -> Vec<User> = users::forgotten;
        /// The addresses of an account, the primary one first, then as they were added.
        pub fn emails_of(user: UserId) -> Vec<EmailAddress> = emails::of_user;
        /// An address.
        pub fn email(id: EmailId) -> Option<EmailAddress> = emails::by_id;

        /// Everything about a person that decides what they may do.
        pub fn person(id: UserId) -> Option<(User, Standing, Roles)> = standing::person;
        /// Every account by name, with how well it is secured.
        pub fn people() -> Vec<(User, Standing)> = standing::people;
        /// How well an account is secured. Who does not exist is not secured at all.
        pub fn standing_of(user: UserId) -> Standing = standing::of_user;
        /// What would belong to nobody if the account went: the instance first, then channels and projects by name.
        pub fn sole_ownerships(user: UserId) -> Vec<SoleOwnership> = standing::sole_ownerships;
        /// Whether any administrator who is not suspended has a password or a key.
        pub fn can_anybody_administrate() -> bool = standing::can_anybody_administrate;
        /// What each channel asks of its members.
        pub fn channel_policies() -> HashMap<ChannelId, Policy> = channels::policies;

        /// The hash of a password, as a PHC string.
        pub fn password_of(user: UserId) -> Option<String> = passwords::of_user;
        /// The authenticator app of an account.
        pub fn totp_of(user: UserId) -> Option<Totp> = totp::of_user;
        /// The keys of an account, oldest first.
        pub fn webauthn_keys_of(user: UserId) -> Vec<WebauthnKey> = webauthn_keys::of_user;
        /// The key that calls itself so.
        pub fn webauthn_key_by_credential(credential_id: &[u8]) -> Option<WebauthnKey>
            = webauthn_keys::by_credential;
        /// The recovery codes of an account, also used and unconfirmed ones, oldest set first.
        pub fn recovery_codes_of(user: UserId) -> Vec<RecoveryCode> = recovery_codes::of_user;

        /// The session of a browser, however old.
        pub fn session_by_browser(browser: &SecretHash) -> Option<SessionRow> = sessions::by_browser;
        /// The sessions of an account, last seen first, however old.
        pub fn sessions_of(user: UserId) -> Vec<SessionRow> = sessions::of_user;
        /// The half-way sign-in of a browser, however old.
        pub fn sign_in_by_browser(browser: &SecretHash) -> Option<SignIn> = sign_ins::by_browser;
        /// A remembered browser, however old.
        pub fn device_by_secret(secret: &SecretHash) -> Option<Device> = devices::by_secret;
        /// A link, however old.
        pub fn link(secret: &SecretHash) -> Option<Link> = links::by_secret;
        /// Every invitation that was not used, oldest first, however old.
        pub fn invitations() -> Vec<Link> = links::invitations;
        /// A mail that was not handed over yet.
        pub fn outgoing_mail(id: MailId) -> Option<OutgoingMail> = mail::by_id;

        /// A recovery, also when it is not open any more.
        pub fn recovery(id: RecoveryId) -> Option<AccountRecovery> = recoveries::by_id;
        /// The open recovery of an account.
        pub fn open_recovery_of(user: UserId) -> Option<AccountRecovery> = recoveries::open_of_user;
    }
}

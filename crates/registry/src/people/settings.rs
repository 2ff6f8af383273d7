//! What the operator chooses about people.

use bonded_model::user::Email;
use chrono::TimeDelta;

/// What the operator chooses about people.
#[derive(Clone, Debug)]
pub struct PeopleSettings {
    /// What the instance calls itself in mails, on pages and in authenticator apps.
    pub instance_name: String,
    /// The URL under which the outside reaches the instance, without a slash at its end.
    pub base_url: String,
    /// Who may make an account.
    pub sign_up: SignUp,
    /// The sender of mails.
    pub mail_from: Email,
    /// Whether name and password are taken for uploads, from accounts without a second factor.
    pub password_uploads: bool,
    /// Whether people may make tokens that never end, or end later than in a year.
    pub tokens_without_expiry: bool,
    /// What the recovery of a locked-out person's account waits for.
    pub recovery: RecoveryRule,
}

/// Who may make an account.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum SignUp {
    /// Everybody.
    Open,
    /// Those whom an administrator invited.
    #[default]
    Invitation,
    /// Nobody; the operator makes accounts.
    Closed,
}

bonded_model::text_enum!(SignUp { Open = "open", Invitation = "invitation", Closed = "closed" });

/// What the recovery of a locked-out person's account waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecoveryRule {
    /// For this long, while all addresses of the account know of it; or for a second administrator.
    Wait(TimeDelta),
    /// For a second administrator, however long it takes.
    TwoAdministrators,
}

impl Default for PeopleSettings {
    /// For a laptop.
    fn default() -> Self {
        Self {
            instance_name: "Bonded".to_owned(),
            base_url: "http://localhost:8080".to_owned(),
            sign_up: SignUp::default(),
            mail_from: default_sender(),
            password_uploads: false,
            tokens_without_expiry: false,
            recovery: RecoveryRule::Wait(TimeDelta::hours(24)),
        }
    }
}

impl PeopleSettings {
    /// An absolute URL; `path` begins with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Whether people reach the instance by TLS.
    pub fn is_secure(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

fn default_sender() -> Email {
    "bonded@localhost".parse().expect("an address by its form")
}

//! What each mail says, before it is text or HTML: what happened, when and from where, and what to do if it was not you.

mod account;
mod address;
mod project;
mod proof;
mod recovery;
mod roles;
mod sign_in;
mod token;

use bonded_model::Timestamp;
use bonded_model::people::Client;
use bonded_model::user::UserName;

use crate::agent;
use crate::message::{By, Instance, Message};
use crate::rendered::one_line;

/// The longest name of a key or a token that a mail repeats, in characters.
const LONGEST_NAME: usize = 60;

/// The parts of a mail, in their order.
#[derive(Debug)]
pub(crate) struct Content {
    pub subject: String,
    /// What happened.
    pub paragraphs: Vec<String>,
    /// When, from where, which.
    pub facts: Vec<Fact>,
    /// The one thing to click.
    pub action: Option<Action>,
    /// What to do if it was not you.
    pub closing: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Fact {
    pub label: &'static str,
    pub value: String,
}

pub(crate) struct Action {
    pub label: &'static str,
    pub link: String,
    pub note: String,
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Action").field("label", &self.label).finish_non_exhaustive()
    }
}

impl Content {
    pub(crate) fn of(message: &Message, instance: &Instance) -> Self {
        use Message as M;
        match message {
            M::VerifyEmail { user, link, expires_at } => address::verify(instance, user, link, *expires_at),
            M::AddressInUse { user, at, client } => address::in_use(instance, user).happened(*at, client),
            M::AddressAdded { user, at, client, address } => {
                address::added(instance, user, address).happened(*at, client)
            }
            M::AddressRemoved { user, at, client, address } => {
                address::removed(instance, user, address).happened(*at, client)
            }
            M::PrimaryAddressChanged { user, at, client, address } => {
                address::primary_changed(instance, user, address).happened(*at, client)
            }
            M::ResetPassword { user, at, client, link, expires_at } => {
                proof::reset_password(instance, user, link, *expires_at).happened(*at, client)
            }
            M::PasswordChanged { user, at, client } => {
                proof::password_changed(instance, user).happened(*at, client)
            }
            M::FactorAdded { user, at, client, factor } => {
                proof::factor_added(instance, user, factor).happened(*at, client)
            }
            M::FactorRemoved { user, at, client, factor } => {
                proof::factor_removed(instance, user, factor).happened(*at, client)
            }
            M::RecoveryCodesMade { user, at, client } => {
                proof::recovery_codes_made(instance, user).happened(*at, client)
            }
            M::RecoveryCodeUsed { user, at, client, left } => {
                proof::recovery_code_used(instance, user, *left).happened(*at, client)
            }
            M::ConfirmPlace { user, at, client, link, expires_at } => {
                sign_in::confirm_place(instance, user, link, *expires_at).happened(*at, client)
            }
            M::NewSignIn { user, at, client } => sign_in::new_sign_in(instance, user).happened(*at, client),
            M::TokenIssued { user, at, client, token, by } => {
                let content = token::issued(instance, user, token, by);
                match client {
                    Some(client) => content.done_by(by, *at, client),
                    None => content.at(*at),
                }
            }
            M::TokenRotated { user, at, client, token, by } => {
                token::rotated(instance, user, token, by).done_by(by, *at, client)
            }
            M::TokenLeaked { user, at, token, url, managed } => {
                token::leaked(instance, user, token, url.as_deref(), *managed).at(*at)
            }
            M::TokenInUrl { user, at, client, token, id } => {
                token::in_url(instance, user, token, *id).happened(*at, client)
            }
            M::Invitation { by, link, expires_at } => account::invitation(instance, by, link, *expires_at),
            M::RoleOffered { by, place, role, link, expires_at } => {
                roles::offered(instance, by, place, role, link, *expires_at)
            }
            M::ProjectOffered { by, place, link, expires_at } => {
                roles::project_offered(instance, by, place, link, *expires_at)
            }
            M::RoleGiven { user, at, by, place, role } => {
                roles::given(instance, user, by, place, role).at(*at)
            }
            M::RoleRemoved { user, at, by, place } => roles::removed(instance, user, by, place).at(*at),
            M::ProjectTransferred { user, at, place, to } => {
                roles::transferred(instance, user, place, to).at(*at)
            }
            M::ProjectChanged { user, at, by, channel, project, change } => {
                project::changed(instance, user, by, (channel, project), change).at(*at)
            }
            M::PendingPublisher { user, at, channel, project, identity, news } => {
                project::pending(instance, user, (channel, project), identity, *news).at(*at)
            }
            M::TokenCut { user, at, by, token, place, cut } => {
                project::token_cut(instance, user, by, token, place, *cut).at(*at)
            }
            M::AccountDeleted { user, at, by } => account::deleted(instance, user, by).at(*at),
            M::AccountSuspended { user, at } => account::suspended(instance, user).at(*at),
            M::AccountReinstated { user, at } => account::reinstated(instance, user).at(*at),
            M::RecoveryRequested { user, at, by, due_at, link } => {
                recovery::requested(instance, user, by, *due_at, link).at(*at)
            }
            M::RecoveryCancelled { user, at, by } => recovery::cancelled(instance, user, by).at(*at),
            M::AccountRecovered { user, at, by, link, expires_at } => {
                let link = link.as_deref().zip(*expires_at);
                recovery::completed(instance, user, by, link).at(*at)
            }
        }
    }

    fn new(subject: impl Into<String>, paragraphs: impl IntoIterator<Item = String>) -> Self {
        Self {
            subject: subject.into(),
            paragraphs: paragraphs.into_iter().map(|paragraph| capital(&paragraph)).collect(),
            facts: Vec::new(),
            action: None,
            closing: Vec::new(),
        }
    }

    fn fact(mut self, label: &'static str, value: impl Into<String>) -> Self {
        self.facts.push(Fact { label, value: value.into() });
        self
    }

    fn action(mut self, label: &'static str, link: &str, expires_at: Timestamp) -> Self {
        let note = format!("The link works once, until {}.", moment(expires_at));
        self.action = Some(Action { label, link: link.to_owned(), note });
        self
    }

    fn closing(mut self, paragraph: impl Into<String>) -> Self {
        self.closing.push(paragraph.into());
        self
    }

    fn at(self, at: Timestamp) -> Self {
        self.fact("When", moment(at))
    }

    /// When and from where. The browser's own words are not repeated: anybody can write anything there, and a mail of
    /// ours would carry it.
    fn happened(self, at: Timestamp, client: &Client) -> Self {
        self.with_client("Browser", at, client)
    }

    /// The same; a token is used by programs.
    fn done_by(self, by: &By, at: Timestamp, client: &Client) -> Self {
        self.with_client(if matches!(by, By::Token(_)) { "Program" } else { "Browser" }, at, client)
    }

    fn with_client(self, program: &'static str, at: Timestamp, client: &Client) -> Self {
        let address = client.address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
        self.at(at).fact("IP address", address).fact(program, agent::describe(&client.agent))
    }
}

/// A moment as people read it, in UTC, since a server does not know where they live.
fn moment(at: Timestamp) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// A name that somebody chose, in quotes.
fn quoted(name: &str) -> String {
    let name = one_line(name);
    let short: String = name.chars().take(LONGEST_NAME).collect();
    let dots = if short.len() < name.len() { "…" } else { "" };
    format!("“{short}{dots}”")
}

fn greeting(user: &UserName) -> String {
    format!("Hello {user},")
}

fn who(by: &By) -> String {
    match by {
        By::Owner => "you".to_owned(),
        By::Administrator(name) => format!("the administrator {name}"),
        By::Person(name) => name.to_string(),
        By::Job => "a job that it trusts".to_owned(),
        By::Token(name) => format!("your token {}", quoted(name)),
        By::Operator => "the operator of the server".to_owned(),
    }
}

/// What to do when somebody else acts as oneself.
fn not_you(instance: &Instance) -> String {
    format!(
        "If this was not you, somebody else can act as you. Sign in at {0}/account/sessions and end all other sessions, \
         set a new password at {0}/account/password, and look through your keys at {0}/account/security. If you cannot \
         sign in any more, set a new password at {0}/account/reset, or ask an administrator of {1} for help at once.",
        instance.base_url, instance.name
    )
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

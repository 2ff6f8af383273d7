//! What concerns people: who may sign up, and how mail reaches them.

use std::path::Path;

use anyhow::Context;
use bonded_mail::Mailer;
use bonded_model::user::Email;
use bonded_registry::people::{PeopleSettings, RecoveryRule, SignUp};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::{Host, Url};

use super::options::{Recovery, Serving};

/// How long a recovery waits unless somebody says otherwise.
const RECOVERY_WAIT: TimeDelta = TimeDelta::hours(24);

/// What concerns people, as configured.
#[derive(Debug)]
pub(crate) struct People {
    /// What the instance calls itself.
    pub(crate) instance_name: String,
    /// Who may make an account.
    pub(crate) sign_up: SignUp,
    /// The mail server's URL, which holds its password.
    mail: Option<SecretString>,
    /// The sender of mails.
    mail_from: Option<Email>,
    /// The service that new passwords are compared with.
    pub(crate) breached_passwords: Option<Url>,
    /// Whether name and password are taken for uploads.
    password_uploads: bool,
    /// Whether people may make tokens that never end.
    tokens_without_expiry: bool,
    /// What a recovery waits for.
    recovery: Recovery,
    /// For how long, if it waits for time.
    recovery_wait: TimeDelta,
}

impl People {
    pub(super) fn resolve(serving: &Serving) -> anyhow::Result<Self> {
        let people = Self {
            instance_name: serving.instance_name.clone().unwrap_or_else(|| "Bonded".to_owned()),
            sign_up: serving.sign_up.unwrap_or_default(),
            mail: serving.mail.clone().map(SecretString::from),
            mail_from: serving.mail_from.clone(),
            breached_passwords: serving.breached_passwords_url.clone(),
            password_uploads: serving.password_uploads.unwrap_or_default(),
            tokens_without_expiry: serving.tokens_without_expiry.unwrap_or_default(),
            recovery: serving.recovery.unwrap_or_default(),
            recovery_wait: serving.recovery_wait.unwrap_or(RECOVERY_WAIT),
        };
        // A mistake is found at the start, not when the first mail is due.
        people.mailer(Path::new("."))?;
        Ok(people)
    }

    /// The way out for mails; without a mail server, the outbox in the data directory.
    pub(crate) fn mailer(&self, data: &Path) -> anyhow::Result<Mailer> {
        match &self.mail {
            Some(url) => Mailer::smtp(url).context("the option 'mail' is not valid"),
            None => Ok(Mailer::outbox(data.join("outbox"))),
        }
    }

    /// What the use cases are told, for an instance that is reached under `base_url`.
    pub(crate) fn settings(&self, base_url: String) -> PeopleSettings {
        PeopleSettings {
            instance_name: self.instance_name.clone(),
            sign_up: self.sign_up,
            mail_from: self.sender(&base_url),
            password_uploads: self.password_uploads,
            tokens_without_expiry: self.tokens_without_expiry,
            recovery: match self.recovery {
                Recovery::Wait => RecoveryRule::Wait(self.recovery_wait),
                Recovery::TwoAdministrators => RecoveryRule::TwoAdministrators,
            },
            base_url,
        }
    }

    /// The host of the base URL sends, unless it is an address: mail servers take none for a sender's host.
    fn sender(&self, base_url: &str) -> Email {
        let url = Url::parse(base_url).ok();
        let host = url.as_ref().and_then(Url::host).and_then(|host| match host {
            Host::Domain(name) => format!("bonded@{name}").parse().ok(),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        });
        self.mail_from.clone().or(host).unwrap_or_else(|| PeopleSettings::default().mail_from)
    }

    /// The options with their effective values, without the mail server's password.
    pub(super) fn show(&self) -> Value {
        json!({
            "instance-name": self.instance_name,
            "sign-up": self.sign_up.as_str(),
            "mail": self.mail.as_ref().map_or_else(|| "outbox".to_owned(), without_password),
            "mail-from": self.mail_from,
            "breached-passwords-url": self.breached_passwords.as_ref().map(Url::as_str),
            "password-uploads": self.password_uploads,
            "tokens-without-expiry": self.tokens_without_expiry,
            "recovery": self.recovery,
            "recovery-wait": humantime::format_duration(self.recovery_wait.to_std().unwrap_or_default()).to_string(),
        })
    }
}

fn without_password(url: &SecretString) -> String {
    let hidden = || "[hidden]".to_owned();
    let Ok(mut url) = Url::parse(url.expose_secret()) else { return hidden() };
    let shown = url.password().is_none() || url.set_password(Some("hidden")).is_ok();
    if shown { url.to_string() } else { hidden() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(serving: &Serving) -> People {
        People::resolve(serving).unwrap()
    }

    #[test]
    fn the_password_of_the_mail_server_is_shown_nowhere() {
        let url = "smtps://ada:hunter2@mail.example.org:465";
        let people = people(&Serving { mail: Some(url.into()), ..Serving::default() });
        let text = format!("{} {people:?} {:?}", people.show(), people.mailer(Path::new(".")));
        assert!(text.contains("mail.example.org") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn a_mistyped_mail_server_stops_the_start_and_repeats_no_password() {
        let url = "https://ada:hunter2@mail.example.org";
        let error = People::resolve(&Serving { mail: Some(url.into()), ..Serving::default() }).unwrap_err();
        let text = format!("{error:#} {error:?}");
        assert!(text.contains("smtp://") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn the_sender_is_at_the_host_of_the_base_url_if_that_is_a_name() {
        let from =
            |base_url: &str| people(&Serving::default()).settings(base_url.to_owned()).mail_from.to_string();
        assert_eq!(from("https://packages.example.org/registry"), "bonded@packages.example.org");
        assert_eq!(from("http://localhost:8080"), "bonded@localhost");
        assert_eq!(from("http://192.0.2.1:8080"), "bonded@localhost");
        let named = Serving { mail_from: Some("it@example.org".parse().unwrap()), ..Serving::default() };
        assert_eq!(people(&named).settings("http://localhost".into()).mail_from.as_str(), "it@example.org");
    }

    #[test]
    fn strangers_need_an_invitation_and_a_recovery_waits_a_day_unless_somebody_says_otherwise() {
        let settings = people(&Serving::default()).settings("http://localhost".into());
        assert_eq!(settings.sign_up, SignUp::Invitation);
        assert_eq!(settings.recovery, RecoveryRule::Wait(TimeDelta::hours(24)));
        assert!(!settings.password_uploads && !settings.tokens_without_expiry);
    }
}

//! The ways out.

use std::fmt;
use std::path::PathBuf;

use bonded_model::Timestamp;
use bonded_model::user::Email;
use secrecy::SecretString;

use crate::compose::compose;
use crate::error::{MailError, SmtpUrlError};
use crate::outbox::Outbox;
use crate::rendered::Rendered;
use crate::smtp::Smtp;

/// Where mail goes.
#[derive(Clone)]
pub struct Mailer(Way);

#[derive(Clone)]
enum Way {
    Outbox(Outbox),
    Smtp(Smtp),
}

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It lies in this file.
    Written(PathBuf),
    /// A mail server has it.
    Delivered,
}

impl Mailer {
    /// Writes each mail as an `.eml` file into `directory`, which is made if it is not there: for a laptop, for tests,
    /// and for networks without a mail server.
    pub const fn outbox(directory: PathBuf) -> Self {
        Self(Way::Outbox(Outbox::new(directory)))
    }

    /// Hands mails over to the server at `smtp://[user:password@]host[:587]`, with STARTTLS unless `?tls=none` says
    /// otherwise (then on port 25), or at `smtps://…[:465]`, with TLS from the first byte.
    pub fn smtp(url: &SecretString) -> Result<Self, SmtpUrlError> {
        Smtp::new(url).map(Way::Smtp).map(Self)
    }

    /// Sends one mail. `id` is the mail's own: a second attempt uses the same one.
    pub async fn send(
        &self,
        from: &Email,
        to: &Email,
        rendered: &Rendered,
        now: Timestamp,
        id: &str,
    ) -> Result<Sent, MailError> {
        let message = compose(from, to, rendered, now, id)?;
        match &self.0 {
            Way::Outbox(outbox) => outbox.write(message.formatted(), now, id).await.map(Sent::Written),
            Way::Smtp(smtp) => smtp.send(message).await.map(|()| Sent::Delivered),
        }
    }

    /// Whether mail would go out now: the outbox can be written, or the mail server answers and takes the password.
    pub async fn check(&self) -> Result<(), MailError> {
        match &self.0 {
            Way::Outbox(outbox) => outbox.check().await,
            Way::Smtp(smtp) => smtp.check().await,
        }
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Way::Outbox(outbox) => outbox.fmt(f),
            Way::Smtp(smtp) => smtp.fmt(f),
        }
    }
}

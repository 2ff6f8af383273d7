//! Mails. They are written in the transaction of what they tell of, sealed because some hold a link, and sent by a
//! job, so that a mail server that does not answer delays nobody and loses nothing.

use bonded_mail::{Instance, Message, Rendered, Sent};
use bonded_model::ids::{JobId, MailId};
use bonded_model::people::OutgoingMail;
use bonded_model::user::Email;
use bonded_store::{Change, Tx};
use chrono::TimeDelta;

use crate::jobs::JobKind;
use crate::{Error, Registry};

/// What mails are sealed for.
const SEAL: &str = "mail";
/// A mail that could not be sent for so long is given up: what it tells of is no news any more.
const GIVE_UP: TimeDelta = TimeDelta::days(2);

/// A mail that is ready to be written in a transaction.
#[derive(Debug)]
pub(crate) struct Letter {
    mail: OutgoingMail,
    job: JobId,
}

impl Letter {
    /// Writes the mail, to be sent once the transaction is committed.
    pub(crate) async fn post(&self, tx: &mut Tx) -> Result<(), Error> {
        tx.insert_mail(&self.mail).await?;
        let key = self.mail.id.to_string();
        tx.schedule(self.job, JobKind::Mail.as_str(), &key, self.mail.created_at).await?;
        tx.announce(Change::Jobs);
        Ok(())
    }
}

/// Puts letters on their way.
pub(crate) async fn post(tx: &mut Tx, letters: &[Letter]) -> Result<(), Error> {
    for letter in letters {
        letter.post(tx).await?;
    }
    Ok(())
}

impl Registry {
    /// A mail to one address.
    pub(crate) fn letter(&self, to: &Email, message: &Message) -> Result<Letter, Error> {
        let now = self.clock.now();
        let id = MailId::generate(now, &self.random);
        let rendered = message.render(&self.instance()).map_err(Error::internal)?;
        let plain = serde_json::to_vec(&rendered).map_err(Error::internal)?;
        let body = self.people.key.seal(SEAL, id.uuid().as_bytes(), &plain, &self.random);
        let mail = OutgoingMail { id, recipient: to.clone(), body, created_at: now };
        Ok(Letter { mail, job: JobId::generate(now, &self.random) })
    }

    /// The same mail to several addresses.
    pub(crate) fn letters<'a>(
        &self,
        to: impl IntoIterator<Item = &'a Email>,
        message: &Message,
    ) -> Result<Vec<Letter>, Error> {
        to.into_iter().map(|to| self.letter(to, message)).collect()
    }

    /// Sends a mail that waits, as a job.
    pub(crate) async fn send_mail(&self, id: MailId) -> Result<(), Error> {
        let Some(mail) = self.store.read().await?.outgoing_mail(id).await? else { return Ok(()) };
        let plain = self.people.key.open(SEAL, id.uuid().as_bytes(), &mail.body).map_err(Error::internal)?;
        let rendered: Rendered = serde_json::from_slice(&plain).map_err(Error::internal)?;
        let from = &self.settings.people.mail_from;
        match self
            .people
            .mailer
            .send(from, &mail.recipient, &rendered, self.clock.now(), &id.to_string())
            .await
        {
            Ok(Sent::Written(path)) => {
                // Only where mail goes into files: whoever reads the log of such a server can read the files too.
                let link = rendered.link.as_deref().map(tracing::field::display);
                tracing::info!(path = %path.display(), subject = rendered.subject, link, "a mail was written");
            }
            Ok(Sent::Delivered) => tracing::debug!(mail = %id, "a mail was sent"),
            Err(error) if error.is_permanent() || self.clock.now() - mail.created_at > GIVE_UP => {
                tracing::error!(%error, mail = %id, subject = rendered.subject, "a mail is given up");
            }
            Err(error) => return Err(Error::internal(error)),
        }
        let done = self.store.write(move |tx| Box::pin(async move { tx.delete_mail(id).await }));
        Ok(done.await?)
    }

    fn instance(&self) -> Instance {
        let settings = &self.settings.people;
        Instance { name: settings.instance_name.clone(), base_url: settings.base_url.clone() }
    }
}

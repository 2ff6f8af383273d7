//! From a rendered mail to the bytes of RFC 5322.

use bonded_model::Timestamp;
use bonded_model::user::Email;
use lettre::address::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};

use crate::error::MailError;
use crate::rendered::Rendered;

/// The whole mail. `id` makes the Message-ID: a mail that is sent again keeps it, so that readers can tell.
pub(crate) fn compose(
    from: &Email,
    to: &Email,
    rendered: &Rendered,
    now: Timestamp,
    id: &str,
) -> Result<Message, MailError> {
    let sender = address(from)?;
    let message_id = format!("<{id}@{}>", sender.domain());
    let sender_name = Some(rendered.sender.clone()).filter(|name| !name.is_empty());
    Message::builder()
        .from(Mailbox::new(sender_name, sender))
        .to(Mailbox::new(None, address(to)?))
        .date(now.into())
        .message_id(Some(message_id))
        .header(AutoSubmitted)
        .subject(rendered.subject.as_str())
        .multipart(MultiPart::alternative_plain_html(rendered.text.clone(), rendered.html.clone()))
        .map_err(MailError::Compose)
}

fn address(email: &Email) -> Result<Address, MailError> {
    email.as_str().parse().map_err(MailError::Address)
}

/// Says that a machine wrote the mail, so that no machine answers it (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

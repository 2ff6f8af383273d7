//! From a rendered mail to the bytes of RFC 5322.

use bonded_model::Timestamp;
use bonded_model::user::Email;
use lettre::address::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};

use crate::error::MailError;
use crate::rendered::{Rendered, one_line};

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
    // Rendered is one line already; what comes out of a database is checked again.
    let sender_name = Some(one_line(&rendered.sender)).filter(|name| !name.is_empty());
    Message::builder()
        .from(Mailbox::new(sender_name, sender))
        .to(Mailbox::new(None, address(to)?))
        .date(now.into())
        .message_id(Some(message_id))
        .header(AutoSubmitted)
        .subject(one_line(&rendered.subject))
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

#[cfg(test)]
mod tests {
    use mailparse::{MailHeaderMap, ParsedMail, addrparse_header};

    use super::*;
    use crate::samples;

    fn composed(rendered: &Rendered, to: &str) -> Result<Vec<u8>, MailError> {
        let (from, now) = ("bonded@packages.example.org".parse().unwrap(), Timestamp::UNIX_EPOCH);
        compose(&from, &to.parse().unwrap(), rendered, now, "0199").map(|message| message.formatted())
    }

    fn rendered() -> Rendered {
        let (_, message) = samples::messages().swap_remove(0);
        message.render(&samples::instance()).unwrap()
    }

    fn header(mail: &ParsedMail<'_>, name: &str) -> String {
        let values = mail.headers.get_all_values(name);
        assert_eq!(values.len(), 1, "{name}");
        values.concat()
    }

    #[test]
    fn every_mail_reads_back_as_it_was_rendered() {
        for (name, message) in samples::messages() {
            let rendered = message.render(&samples::instance()).unwrap();
            let bytes = composed(&rendered, "ada@example.org").unwrap();
            let mail = mailparse::parse_mail(&bytes).unwrap();
            assert_eq!(header(&mail, "Subject"), rendered.subject, "{name}");
            assert_eq!(mail.ctype.mimetype, "multipart/alternative");
            let parts: Vec<(String, String)> = mail.subparts.iter().map(part).collect();
            assert_eq!(parts[0], ("text/plain".to_owned(), rendered.text), "{name}");
            assert_eq!(parts[1], ("text/html".to_owned(), rendered.html), "{name}");
        }
    }

    fn part(part: &ParsedMail<'_>) -> (String, String) {
        (part.ctype.mimetype.clone(), part.get_body().unwrap().replace("\r\n", "\n"))
    }

    #[test]
    fn the_headers_say_who_when_and_that_a_machine_wrote_it() {
        let bytes = composed(&rendered(), "ada@example.org").unwrap();
        let mail = mailparse::parse_mail(&bytes).unwrap();
        assert_eq!(header(&mail, "From"), "\"Example Registry\" <bonded@packages.example.org>");
        assert_eq!(header(&mail, "To"), "ada@example.org");
        assert_eq!(header(&mail, "Date"), "Thu, 01 Jan 1970 00:00:00 +0000");
        assert_eq!(header(&mail, "Message-ID"), "<0199@packages.example.org>");
        assert_eq!(header(&mail, "Auto-Submitted"), "auto-generated");
        assert_eq!(header(&mail, "MIME-Version"), "1.0");
    }

    #[test]
    fn header_injection_by_a_stored_subject_or_sender() {
        let attack = "x\r\nBcc: everybody@example.org\r\n\r\nHello";
        let rendered = Rendered { subject: attack.to_owned(), sender: attack.to_owned(), ..rendered() };
        let bytes = composed(&rendered, "ada@example.org").unwrap();
        let mail = mailparse::parse_mail(&bytes).unwrap();
        assert!(mail.headers.get_all_values("Bcc").is_empty());
        let from = addrparse_header(mail.headers.get_first_header("From").unwrap()).unwrap();
        assert_eq!(from.extract_single_info().unwrap().addr, "bonded@packages.example.org");
        assert_eq!(mail.subparts.len(), 2);
    }

    #[test]
    fn an_address_that_no_server_takes_is_permanently_refused() {
        let error = composed(&rendered(), "\"(\"@example.org").unwrap_err();
        assert!(error.is_permanent(), "{error:?}");
    }

    #[test]
    fn an_address_in_another_script_is_kept() {
        let bytes = composed(&rendered(), "ädä@exämple.org").unwrap();
        let mail = mailparse::parse_mail(&bytes).unwrap();
        assert_eq!(header(&mail, "To"), "ädä@exämple.org");
    }
}

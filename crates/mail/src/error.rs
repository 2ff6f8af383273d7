//! What goes wrong on a mail's way.

use std::io;

/// Why a mail was not handed over. Says nothing of its contents.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// An address that no mail server takes.
    #[error("the address cannot be written to")]
    Address(#[source] lettre::address::AddressError),
    /// The parts do not make a mail.
    #[error("the mail cannot be put together")]
    Compose(#[source] lettre::error::Error),
    /// The mail server could not be reached, or said no.
    #[error("the mail server did not take the mail")]
    Smtp(#[source] lettre::transport::smtp::Error),
    /// The mail server did not answer in time.
    #[error("the mail server did not answer within {0} seconds")]
    TimedOut(u64),
    /// The outbox directory cannot be written.
    #[error("the mail cannot be written into the outbox")]
    Outbox(#[source] io::Error),
}

impl MailError {
    /// Trying again is of no use: the address or the mail itself is refused. Everything else may pass, also a wrong
    /// password for the mail server (RFC 4954, section 6), which the operator can mend.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Address(_) | Self::Compose(_) => true,
            Self::Smtp(error) => {
                let code = error.status().map(u16::from);
                error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538))
            }
            Self::TimedOut(_) | Self::Outbox(_) => false,
        }
    }
}

/// Why a text is not the URL of a mail server. None of the texts repeats it, for it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum SmtpUrlError {
    /// Not a URL, or another scheme.
    #[error("the mail server's URL must be smtp://[user:password@]host[:port] or smtps://…")]
    Form,
    /// A query that is not understood.
    #[error(
        "the mail server's URL may end with ?tls=required (the default of smtp://) or ?tls=none, and nothing else"
    )]
    Query,
    /// A user without a password.
    #[error("the mail server's URL has a user name but no password")]
    Password,
    /// A password would go over the network as it is.
    #[error("a password is not sent without TLS: leave out ?tls=none, or the user name and the password")]
    PlainPassword,
    /// The TLS library refused the host name.
    #[error("the mail server's URL is not usable")]
    Unusable(#[source] lettre::transport::smtp::Error),
}

//! What Bonded writes to people, and how it gets there.
//!
//! A [`Message`] has the facts of one mail and becomes a [`Rendered`] without any I/O; a [`Mailer`] hands that over to a
//! mail server, or writes it into a directory where there is none. When mails are written, and when they are tried
//! again, others decide.

mod agent;
mod compose;
mod content;
mod error;
mod mailer;
mod message;
mod outbox;
mod rendered;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
mod smtp;

pub use error::{MailError, SmtpUrlError};
pub use mailer::{Mailer, Sent};
pub use message::{By, Factor, Instance, Message, PendingNews, ProjectChange};
pub use rendered::{RenderError, Rendered};

//! Why an archive was refused.

use std::error::Error;
use std::io;

/// Why an archive was refused. `Display` is the text for the client, except for [`Rejection::Io`], which is
/// the server's own trouble.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The archive is not what it should be.
    #[error("{0}")]
    Invalid(String),
    /// The archive, or something in it, is larger than the limits allow.
    #[error("{0}")]
    TooLarge(String),
    /// The file could not be read: nothing that the client can mend. Answer as for any internal error.
    #[error("the uploaded file could not be read back: {0}")]
    Io(String),
}

impl Rejection {
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }

    /// What an I/O error means that came out of a stack of readers and decoders: the rejection that one of our own
    /// readers put in, or else bytes that a decoder could not make sense of.
    pub(crate) fn from_read(error: &io::Error, what: &str) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(current) = cause {
            if let Some(rejection) = current.downcast_ref::<Self>() {
                return rejection.clone();
            }
            // `source()` of an io::Error skips the error that it was made from, which may be ours.
            let inner = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            cause = match inner {
                Some(inner) => Some(inner),
                None => current.source(),
            };
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Invalid(format!("{what} is truncated: it ends too early")),
            _ => Self::Invalid(format!("{what} is damaged: {error}")),
        }
    }
}

impl From<Rejection> for io::Error {
    fn from(rejection: Rejection) -> Self {
        Self::other(rejection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_survives_any_depth_of_readers() {
        let rejection = Rejection::TooLarge("too large".into());
        let error = io::Error::new(io::ErrorKind::InvalidData, io::Error::from(rejection.clone()));
        assert_eq!(Rejection::from_read(&io::Error::other(error), "x"), rejection);
    }

    #[test]
    fn other_errors_speak_of_the_archive() {
        let end = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert!(Rejection::from_read(&end, "the archive").to_string().contains("truncated"));
        let odd = io::Error::other("bad block");
        assert_eq!(Rejection::from_read(&odd, "it"), Rejection::invalid("it is damaged: bad block"));
    }
}

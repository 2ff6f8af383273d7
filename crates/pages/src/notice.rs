//! What a page says above its content.

use crate::sentence::sentence;

/// How a notice is meant. The word stands in the page too: colour alone says nothing to many people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something to know.
    Info,
    /// Something to mend.
    Warning,
    /// Something went wrong.
    Error,
}

impl Tone {
    /// The name of its class in the stylesheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The word that is shown before the text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "Done.",
            Self::Info => "Note.",
            Self::Warning => "Attention.",
            Self::Error => "That did not work.",
        }
    }

    /// The role for screen readers: errors are read at once, the others when there is time.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Error => "alert",
            _ => "status",
        }
    }
}

/// One notice.
#[derive(Clone)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// Full sentences.
    pub text: String,
}

impl Notice {
    /// Something was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self { tone: Tone::Done, text: sentence(text) }
    }

    /// Something to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self { tone: Tone::Info, text: sentence(text) }
    }

    /// Something to mend.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { tone: Tone::Warning, text: sentence(text) }
    }

    /// Something went wrong.
    pub fn error(text: impl Into<String>) -> Self {
        Self { tone: Tone::Error, text: sentence(text) }
    }
}

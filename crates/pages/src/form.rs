//! What a form remembers when it is shown again.

use crate::sentence::sentence;

/// One field of a form: what the person typed and what is wrong with it. Fields for secrets never have a value: a
/// password or a code is not sent back.
#[derive(Clone, Default)]
pub struct Field {
    /// What the field holds when the page is shown.
    pub value: String,
    /// What is wrong and what to do, in a full sentence.
    pub error: Option<String>,
}

impl Field {
    /// A field that holds a value.
    pub fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// An empty field with an error: for secrets.
    pub fn wrong(error: impl Into<String>) -> Self {
        Self { value: String::new(), error: Some(sentence(error)) }
    }

    /// The same field with an error, where there is one.
    #[must_use]
    pub fn with_error(self, error: Option<impl Into<String>>) -> Self {
        Self { error: error.map(sentence), ..self }
    }
}

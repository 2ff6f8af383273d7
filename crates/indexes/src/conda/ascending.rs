//! Keys in order, each once.

use super::WriteError;

/// Refuses keys that are not greater than the one before, byte by byte.
#[derive(Debug, Default)]
pub(super) struct Ascending {
    previous: Option<String>,
}

impl Ascending {
    /// Takes the next key and tells whether it is the first.
    pub(super) fn next(&mut self, key: &str) -> Result<bool, WriteError> {
        match &mut self.previous {
            None => {
                self.previous = Some(key.to_owned());
                Ok(true)
            }
            Some(previous) if key > previous.as_str() => {
                key.clone_into(previous);
                Ok(false)
            }
            Some(previous) => Err(WriteError::Order { key: key.to_owned(), previous: previous.clone() }),
        }
    }
}

//! Texts of errors as sentences.

/// The text with a capital letter at its beginning and a full stop at its end. Errors are written in small letters, as
/// parts of log lines; people read sentences.
pub(crate) fn sentence(text: impl Into<String>) -> String {
    let text: String = text.into();
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return text };
    let rest = characters.as_str();
    let stop = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    format!("{}{rest}{stop}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_become_sentences_and_sentences_stay() {
        assert_eq!(sentence("you cannot suspend yourself"), "You cannot suspend yourself.");
        assert_eq!(sentence("Is this right?"), "Is this right?");
        assert_eq!(sentence("ß"), "SS.");
        assert_eq!(sentence(""), "");
    }
}

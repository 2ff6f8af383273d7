//! What somebody mistyped, without the secrets that may be in it.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The error of the command line. It repeats a value that is not valid, and that may be a URL with a password.
pub(crate) fn of_arguments(mut error: clap::Error) -> clap::Error {
    let value = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) if error.kind() == ErrorKind::ValueValidation => value,
        _ => return error,
    };
    if value.contains("://") && value.contains('@') {
        error.insert(ContextKind::InvalidValue, ContextValue::String("[hidden]".to_owned()));
    }
    error
}

/// What is wrong with a TOML file, and in which line: its own text shows the whole line, and values as they are.
pub(crate) fn of_file(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let (line, message) = (before.matches('\n').count() + 1, error.message());
    let without_value = message.split_once(": ").and_then(|(kind, rest)| {
        let (_, expected) = rest.rsplit_once(", expected ")?;
        matches!(kind, "invalid type" | "invalid value").then(|| format!("{kind}, expected {expected}"))
    });
    // Our own types and those of libraries name the value at the end, in quotes.
    let before_value = message.split(": \"").next().unwrap_or_default();
    format!("line {line}: {}", without_value.as_deref().unwrap_or(before_value))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn a_mistyped_url_is_not_repeated_with_its_password() {
        let line = |url: &str| Cli::try_parse_from(["bonded", "config", "--s3-endpoint", url]).unwrap_err();
        let text = of_arguments(line("https://ada:hunter2@/")).render().to_string();
        assert!(text.contains("--s3-endpoint") && !text.contains("hunter2"), "{text}");
        assert!(of_arguments(line("nowhere")).render().to_string().contains("nowhere"));
    }

    #[test]
    fn a_broken_file_is_not_repeated() {
        for (text, said) in [
            ("listen = \"127.0.0.1:1\"\ns3-secret-key = \"hunter2\n", "line 2: "),
            ("s3-secret-key = [\"hunter2\"]", "line 1: invalid type, expected a string"),
            ("s3-endpoint = \"https://ada:hunter2@/\"", "line 1: "),
            ("password-uploads = \"hunter2\"", "expected a boolean"),
            ("hunter = 1", "unknown field"),
        ] {
            let error = toml::from_str::<crate::config::File>(text).err().unwrap();
            let shown = of_file(&error, text);
            assert!(shown.contains(said) && !shown.contains("hunter2"), "{shown}");
        }
    }
}

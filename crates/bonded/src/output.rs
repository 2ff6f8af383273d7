//! What commands print: text for people, JSON for programs.

use std::io::{Write, stderr, stdout};

use bonded_client::shown;
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::Config;

/// How results are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// Prints one result: `text` for people, `value` for programs.
    pub(crate) fn result(self, value: &impl Serialize, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        let line = if self.json { serde_json::to_string_pretty(value)? } else { text() };
        writeln!(stdout(), "{line}")?;
        Ok(())
    }

    /// Prints a line for the person at the terminal, beside what programs read.
    pub(crate) fn notice(self, text: &str) -> anyhow::Result<()> {
        writeln!(stderr(), "{text}")?;
        Ok(())
    }

    /// Prints a table: a line of tab-separated words for each row, or a JSON array.
    pub(crate) fn table(self, rows: &[Value], columns: &[&str]) -> anyhow::Result<()> {
        if self.json {
            return self.result(&rows, String::new);
        }
        let mut out = stdout().lock();
        writeln!(out, "{}", columns.join("\t"))?;
        for row in rows {
            let cells: Vec<_> = columns.iter().map(|column| cell(&row[*column])).collect();
            writeln!(out, "{}", cells.join("\t"))?;
        }
        Ok(())
    }

    /// Prints the effective configuration, as the TOML file would say it.
    pub(crate) fn config(self, config: &Config) -> anyhow::Result<()> {
        let shown = config.show();
        if self.json {
            return self.result(&shown, String::new);
        }
        let mut out = stdout().lock();
        for (name, value) in shown.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            writeln!(out, "{name} = {value}")?;
        }
        Ok(())
    }

    /// Prints why a command failed, with all causes.
    pub(crate) fn error(self, error: &anyhow::Error) {
        let text = with_causes(error);
        let line =
            if self.json { json!({ "error": text }).to_string() } else { format!("error: {}", lines(&text)) };
        // When even this cannot be written there is nobody left to tell.
        let _ = writeln!(stderr(), "{line}");
    }
}

/// The error and its causes, without those that a text before them has told already.
fn with_causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| {
        if told.is_empty() {
            cause
        } else if told.contains(&cause) {
            told
        } else {
            format!("{told}: {cause}")
        }
    })
}

/// Whether whoever read our output has gone away, as `head` does.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    kind == Some(std::io::ErrorKind::BrokenPipe)
}

/// Errors repeat what indexes and servers say. They may have several lines, and nothing else that moves the cursor.
fn lines(text: &str) -> String {
    text.lines().map(shown::line).collect::<Vec<_>>().join("\n")
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        // Whatever it is and whoever wrote it, it fills one cell of one row.
        Value::String(text) => shown::line(text),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let error = anyhow!("no route").context("the server is gone: no route").context("cannot start");
        assert_eq!(with_causes(&error), "cannot start: the server is gone: no route");
    }

    #[test]
    fn what_others_wrote_does_not_move_the_cursor() {
        assert_eq!(lines("no set fits\n x\u{1b}[1A\ry"), "no set fits\n x\\u{1b}[1A\\ry");
        assert_eq!(cell(&json!(["a\tb", "c\nd"])), "a\\tb,c\\nd");
    }

    #[test]
    fn a_reader_that_went_away_is_no_error() {
        let gone = anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert!(is_broken_pipe(&gone));
        assert!(!is_broken_pipe(&anyhow!("something else")));
    }
}

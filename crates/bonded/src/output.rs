//! What commands print: text for people, JSON for programs.

use std::io::{Write, stderr, stdout};

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
        let line = if self.json {
            json!({ "error": format!("{error:#}") }).to_string()
        } else {
            format!("error: {error:#}")
        };
        // When even this cannot be written there is nobody left to tell.
        let _ = writeln!(stderr(), "{line}");
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

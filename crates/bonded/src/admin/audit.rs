//! `bonded admin audit`

use std::io::{Write, stdout};

use anyhow::bail;
use bonded_registry::Registry;
use bonded_registry::admin::Noted;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::output::Output;

/// Events that are read from the database at once.
const PAGE: i64 = 1_000;

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: Option<Command>,
    /// Begin behind this position.
    #[arg(long, default_value_t = 0)]
    after: i64,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compute every hash again: an edited, dropped or inserted event is found.
    Verify {
        /// What an earlier check printed, `POSITION:HASH`: fail if the log has no such event any more. Finds a log whose end
        /// was cut off, and one that was written anew.
        #[arg(long, value_name = "POSITION:HASH")]
        noted: Option<Noted>,
    },
}

impl Audit {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        match self.command {
            None => print(registry, output, self.after).await,
            Some(Command::Verify { noted }) => {
                let verified = registry.verify_audit(&registry.operator()?, noted).await?;
                if let Some(broken) = verified.broken_at {
                    bail!("the audit log was changed: the chain breaks at position {broken}");
                }
                if let Some(noted) = noted.filter(|_| !verified.has_noted) {
                    bail!("the audit log was changed: it has no event {noted} any more");
                }
                let note = verified.note().to_string();
                let shown = json!({ "events": verified.events, "head": verified.head, "note": note });
                output.result(&shown, || {
                    format!("{} events, unbroken; to be noted elsewhere: {note}", verified.events)
                })
            }
        }
    }
}

/// Prints all events as JSON lines or as words, in pages: the log may be long.
async fn print(registry: &Registry, output: Output, mut after: i64) -> anyhow::Result<()> {
    let permit = registry.operator()?;
    let mut out = stdout().lock();
    loop {
        let rows = registry.audit(&permit, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.seq;
        for row in &rows {
            let mut shown = serde_json::to_value(row)?;
            shown["body"] = serde_json::from_str(&row.body).unwrap_or(Value::Null);
            if output.json {
                writeln!(out, "{shown}")?;
            } else {
                writeln!(
                    out,
                    "{}\t{}\t{}\t{}\t{}",
                    row.seq,
                    row.at.to_rfc3339(),
                    row.credential,
                    row.tag,
                    row.body
                )?;
            }
        }
    }
}

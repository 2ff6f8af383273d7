//! `bonded conda token`.

mod remove;
mod set;

use std::path::PathBuf;

use anyhow::bail;
use bonded_client::Environment;
use bonded_client::tokens;
use bonded_model::Timestamp;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a token, and store it with the settings that it needs.
    Set(set::Set),
    /// List the stored tokens, of all registries; they are not shown.
    List,
    /// Remove the tokens of a channel or a registry, or all that Bonded servers have made.
    Remove(remove::Remove),
    /// Switch off that conda verifies signatures. Bonded's own client goes on to.
    Disable(Place),
}

/// Which of conda's configuration files is changed: the user's, unless another one is named.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Place {
    /// That of conda's own prefix, for everybody who uses it.
    #[arg(long)]
    system: bool,
    /// That of the active environment.
    #[arg(long)]
    env: bool,
    /// This one.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Command {
    pub(super) async fn run(
        self,
        environment: &Environment,
        output: Output,
        now: Timestamp,
    ) -> anyhow::Result<u8> {
        match self {
            Self::Set(set) => set.run(environment, output, now).await,
            Self::List => list(environment, output),
            Self::Remove(remove) => remove.run(environment, output),
            Self::Disable(place) => {
                let path = place.condarc(environment)?;
                tokens::disable(&path)?;
                output.result(&json!({ "file": path }), || {
                    format!("conda does not verify signatures any more ({}).", path.display())
                })?;
                Ok(0)
            }
        }
    }
}

fn list(environment: &Environment, output: Output) -> anyhow::Result<u8> {
    let rows: Vec<_> = tokens::list(environment)?.iter().map(|token| json!(token)).collect();
    output.table(&rows, &["kind", "place", "token", "file"])?;
    Ok(0)
}

impl Place {
    fn condarc(&self, environment: &Environment) -> anyhow::Result<PathBuf> {
        if let Some(file) = &self.file {
            return Ok(file.clone());
        }
        let prefix = match (self.system, self.env) {
            (true, _) => &environment.conda_root,
            (_, true) => &environment.conda_prefix,
            _ => return Ok(environment.user_condarc()),
        };
        match prefix {
            Some(prefix) => Ok(prefix.join(".condarc")),
            None if self.system => bail!("there is no conda here: name the configuration with --file"),
            None => bail!("no environment is active: name the configuration with --file"),
        }
    }
}

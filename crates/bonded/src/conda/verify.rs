//! `bonded conda verify`.

use std::io::{Write, stderr};
use std::path::PathBuf;

use anyhow::bail;
use bonded_client::Environment;
use bonded_client::plan::{Platform, this_platform};
use bonded_client::trust::Verdict;
use bonded_client::verify::{Claim, Proof, best, of_archive, of_lock, of_prefix, verify};
use bonded_model::Timestamp;
use clap::Args;
use serde_json::{Value, json};

use super::channels::Channels;
use super::{UNTRUSTED, whoever_reads};
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// An archive, .conda or .tar.bz2. It is looked for in the channels, in noarch and in the platform's subdir.
    #[arg(value_name = "FILE", conflicts_with_all = ["prefix", "name", "lock"])]
    archive: Option<PathBuf>,
    /// The environment in this directory. Without anything, the active one.
    #[arg(short, long, value_name = "DIR", conflicts_with_all = ["name", "lock"])]
    prefix: Option<PathBuf>,
    /// The environment of this name.
    #[arg(short, long, conflicts_with = "lock")]
    name: Option<String>,
    /// A lock file: conda-lock's, pixi's, or a list of URLs below @EXPLICIT.
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    #[command(flatten)]
    channels: Channels,
    /// The platform of the archive, like linux-64. Without it, this machine's.
    #[arg(long, value_name = "SUBDIR")]
    platform: Option<Platform>,
    /// Let packages pass that come from channels which sign nothing.
    #[arg(long)]
    allow_unsigned: bool,
}

impl Verify {
    pub(super) async fn run(
        self,
        environment: &Environment,
        output: Output,
        now: Timestamp,
    ) -> anyhow::Result<u8> {
        let claims = self.claims(environment)?;
        let mut proofs = verify(environment, &claims, now).await?;
        if self.archive.is_some() {
            proofs = best(proofs).into_iter().collect();
        }
        let bad = proofs.iter().filter(|proof| !self.passes(proof)).count();
        let code = if bad == 0 { 0 } else { UNTRUSTED };
        whoever_reads(show(&proofs, bad, output), code)
    }

    fn passes(&self, proof: &Proof) -> bool {
        match proof.verdict {
            Verdict::Trusted { .. } => true,
            Verdict::Unsigned => self.allow_unsigned,
            Verdict::Failed { .. } => false,
        }
    }

    fn claims(&self, environment: &Environment) -> anyhow::Result<Vec<Claim>> {
        if let Some(archive) = &self.archive {
            let channels = self.channels.all(environment)?;
            if channels.is_empty() {
                bail!("say which channel the archive should be from: --channel");
            }
            let platform = self.platform.map_or_else(this_platform, Ok)?;
            return Ok(of_archive(archive, &channels, platform)?);
        }
        if !self.channels.is_empty() || self.platform.is_some() {
            bail!(
                "--channel, --server and --platform are for an archive: environments and lock files say where each of their \
                 packages is from"
            );
        }
        if let Some(lock) = &self.lock {
            return Ok(of_lock(lock)?);
        }
        let prefix = match (&self.prefix, &self.name, &environment.conda_prefix) {
            (Some(prefix), _, _) => prefix.clone(),
            (None, Some(name), _) => environment.named(name)?,
            (None, None, Some(active)) => active.clone(),
            (None, None, None) => {
                bail!("say what is to be proved: --prefix DIR, --name NAME, --lock FILE or an archive")
            }
        };
        Ok(of_prefix(&prefix)?)
    }
}

fn show(proofs: &[Proof], bad: usize, output: Output) -> anyhow::Result<()> {
    let rows: Vec<Value> = proofs.iter().map(row).collect();
    if output.json {
        return output.result(&json!({ "trusted": bad == 0, "packages": rows }), String::new);
    }
    output.table(&rows, &["file", "channel", "status", "said"])?;
    if bad > 0 {
        writeln!(stderr(), "\nerror: {bad} of {} cannot be trusted", proofs.len())?;
    }
    Ok(())
}

fn row(proof: &Proof) -> Value {
    let (status, said) = match &proof.verdict {
        Verdict::Unsigned => ("unsigned", Value::Null),
        Verdict::Trusted { signer } => ("trusted", json!(format!("signed by {signer}"))),
        Verdict::Failed { reason } => ("failed", json!(reason)),
    };
    json!({ "file": proof.file, "channel": proof.channel, "status": status, "said": said })
}

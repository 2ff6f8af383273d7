//! `bonded conda plan`, `install` and `create`.

use std::io::{IsTerminal, Write, stderr, stdin, stdout};
use std::path::PathBuf;

use anyhow::bail;
use bonded_client::archives::Progress;
use bonded_client::install::{Untrusted, install};
use bonded_client::plan::{Plan, Table, Wanted, plan};
use bonded_client::{Environment, shown, web::Web};
use bonded_model::Timestamp;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::channels::Channels;
use super::{FAILED, UNTRUSTED, whoever_reads};
use crate::output::{Output, is_broken_pipe};

#[derive(Debug, Args)]
pub(crate) struct Install {
    /// Packages, as conda takes them: `hello`, `hello=2`, `hello >=2,<3`.
    #[arg(required = true, value_name = "SPEC")]
    specs: Vec<String>,
    #[command(flatten)]
    channels: Channels,
    /// The environment's directory.
    #[arg(short, long, value_name = "DIR", conflicts_with = "name")]
    prefix: Option<PathBuf>,
    /// The environment's name.
    #[arg(short, long)]
    name: Option<String>,
    /// The platform that the environment is for, like linux-64. Without it, this machine's.
    #[arg(long, value_name = "SUBDIR")]
    platform: Option<bonded_client::plan::Platform>,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask. Without a terminal, and with --json, nothing is changed without this.
    #[arg(short, long)]
    yes: bool,
    /// What to do with packages that cannot be trusted.
    #[arg(long, value_enum, default_value = "stop", value_name = "HOW")]
    untrusted: HowUntrusted,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum HowUntrusted {
    /// Install nothing at all.
    Stop,
    /// Install them all the same.
    Warn,
}

impl Install {
    /// Shows the plan.
    pub(super) async fn plan(
        self,
        environment: &Environment,
        output: Output,
        now: Timestamp,
    ) -> anyhow::Result<u8> {
        let (plan, _) = self.made(environment, now).await?;
        whoever_reads(show(&plan, output), self.code(&plan))
    }

    /// Shows the plan and carries it out.
    pub(super) async fn run(
        self,
        environment: &Environment,
        output: Output,
        now: Timestamp,
        create: bool,
    ) -> anyhow::Result<u8> {
        let prefix = self.prefix(environment)?;
        let exists = prefix.join("conda-meta").is_dir();
        match create {
            true if exists => {
                bail!("{} is an environment already: use `bonded conda install`", prefix.display())
            }
            false if !exists => bail!("{} is no environment: use `bonded conda create`", prefix.display()),
            _ => {}
        }
        let (plan, web) = self.made(environment, now).await?;
        let code = self.code(&plan);
        if self.dry_run {
            return whoever_reads(show(&plan, output), code);
        }
        if !output.json {
            match show(&plan, output) {
                // Nobody saw what would be done.
                Err(error) if is_broken_pipe(&error) => return Ok(if code == 0 { FAILED } else { code }),
                shown => shown?,
            }
        }
        if code == 0 && (!plan.changes.is_empty() || create) {
            if !self.confirmed(output)? {
                bail!("nothing was changed");
            }
            let progress = if output.json { Progress::hidden() } else { Progress::terminal() };
            let untrusted = match self.untrusted {
                HowUntrusted::Stop => Untrusted::Stop,
                HowUntrusted::Warn => Untrusted::Warn,
            };
            install(environment, &web, &plan, untrusted, &progress).await?;
        }
        whoever_reads(self.conclude(&plan, output, code), code)
    }

    async fn made(&self, environment: &Environment, now: Timestamp) -> anyhow::Result<(Plan, Web)> {
        let channels = self.channels.all(environment)?;
        let web = Web::new(environment, &channels)?;
        let platform = match self.platform {
            Some(platform) => platform,
            None => bonded_client::plan::this_platform()?,
        };
        let specs = self.specs.clone();
        let wanted = Wanted { specs, channels, prefix: self.prefix(environment)?, platform };
        Ok((plan(environment, &web, wanted, now).await?, web))
    }

    fn prefix(&self, environment: &Environment) -> anyhow::Result<PathBuf> {
        let prefix = match (&self.prefix, &self.name, &environment.conda_prefix) {
            (Some(prefix), _, _) => prefix.clone(),
            (None, Some(name), _) => environment.named(name)?,
            (None, None, Some(active)) => active.clone(),
            (None, None, None) => bail!("say which environment: --prefix DIR or --name NAME"),
        };
        Ok(std::path::absolute(prefix)?)
    }

    fn code(&self, plan: &Plan) -> u8 {
        match self.untrusted {
            HowUntrusted::Stop if plan.untrusted().next().is_some() => UNTRUSTED,
            _ => 0,
        }
    }

    /// Whoever sits at a terminal is asked, as conda asks. A program has to say beforehand that it wants this.
    fn confirmed(&self, output: Output) -> anyhow::Result<bool> {
        if self.yes {
            return Ok(true);
        }
        if output.json || !stdin().is_terminal() {
            bail!(
                "nothing was changed, because there is nobody to ask: give --yes, or --dry-run to see the plan alone"
            );
        }
        write!(stderr(), "\nProceed ([y]/n)? ")?;
        stderr().flush()?;
        let mut answer = String::new();
        stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "" | "y" | "yes"))
    }

    fn conclude(&self, plan: &Plan, output: Output, code: u8) -> anyhow::Result<()> {
        if output.json {
            let mut value = plan.to_json();
            value["done"] = json!(code == 0);
            output.result(&value, String::new)?;
        } else if code == 0 {
            writeln!(stdout(), "\ndone")?;
        } else {
            let count = plan.untrusted().count();
            let what = if count == 1 { "1 package".to_owned() } else { format!("{count} packages") };
            writeln!(stderr(), "\nerror: {what} cannot be trusted, so nothing was installed")?;
        }
        Ok(())
    }
}

fn show(plan: &Plan, output: Output) -> anyhow::Result<()> {
    output.result(&plan.to_json(), || Table(plan).to_string().trim_end().to_owned())?;
    if !output.json {
        for warning in &plan.warnings {
            writeln!(stderr(), "\nwarning: {}", shown::line(warning))?;
        }
    }
    Ok(())
}

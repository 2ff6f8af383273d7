//! `bonded conda`: a client for conda channels that installs nothing it cannot trust.

mod channels;
mod packages;
mod token;
mod trust;
mod verify;

use std::process::ExitCode;

use bonded_client::Environment;
use bonded_model::Clock;
use clap::Subcommand;

use crate::output::Output;

/// Not everything can be trusted; of `verify`, and of whatever installs.
const UNTRUSTED: u8 = 1;
/// What was asked could not be done, so nothing is known.
const FAILED: u8 = 2;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tokens for private channels, where conda, rattler and pixi look for them.
    #[command(subcommand)]
    Token(token::Command),
    /// Trust the root of a registry from now on, or forget it.
    Trust(trust::Trust),
    /// Show what an installation would do, and which of its packages can be trusted.
    Plan(packages::Install),
    /// Install packages into an environment.
    Install(packages::Install),
    /// Make an environment and install packages into it.
    Create(packages::Install),
    /// Prove an environment, a lock file or an archive against the signed channels it came from.
    ///
    /// Ends with 0 when everything is trusted, 1 when something is not, 2 when that could not be found out.
    Verify(verify::Verify),
}

/// Runs one command: 0 when all is well, 1 when something cannot be trusted, 2 when it failed.
pub(crate) async fn run(command: Command, output: Output) -> ExitCode {
    let only_tells = matches!(command, Command::Token(_) | Command::Trust(_));
    match carried_out(command, output).await {
        Ok(code) => ExitCode::from(code),
        Err(error) if crate::output::is_broken_pipe(&error) => {
            ExitCode::from(if only_tells { 0 } else { FAILED })
        }
        Err(error) => {
            output.error(&error);
            ExitCode::from(FAILED)
        }
    }
}

/// A code that says what was found out, also when nobody reads the rest of what is told.
fn whoever_reads(told: anyhow::Result<()>, code: u8) -> anyhow::Result<u8> {
    match told {
        Err(error) if !crate::output::is_broken_pipe(&error) => Err(error),
        _ => Ok(code),
    }
}

async fn carried_out(command: Command, output: Output) -> anyhow::Result<u8> {
    let environment = Environment::of_process()?;
    let now = Clock::System.now();
    match command {
        Command::Token(command) => command.run(&environment, output, now).await,
        Command::Trust(trust) => trust.run(&environment, output, now).await,
        Command::Plan(install) => install.plan(&environment, output, now).await,
        Command::Install(install) => install.run(&environment, output, now, false).await,
        Command::Create(install) => install.run(&environment, output, now, true).await,
        Command::Verify(verify) => verify.run(&environment, output, now).await,
    }
}

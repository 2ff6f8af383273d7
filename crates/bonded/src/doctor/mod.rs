//! `bonded doctor`: why something does not work.

mod oidc;

use std::process::ExitCode;

use bonded_model::Clock;
use clap::Subcommand;

use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Explain an identity token of a CI job, check by check: issuer, signature, audience, times, and how it differs from a
    /// trusted publisher.
    ///
    /// Asks nobody and changes nothing. Ends with 1 when the registry would refuse the token.
    Oidc(oidc::Explain),
}

/// Runs one command.
pub(crate) fn run(command: Command, output: Output) -> anyhow::Result<ExitCode> {
    match command {
        Command::Oidc(explain) => explain.run(Clock::System.now(), output),
    }
}

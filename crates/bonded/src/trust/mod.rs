//! `bonded trust`: who may sign what in conda channels. The life of a root, on machines without a network, and what is
//! done on the server.

mod arguments;
mod check;
mod create;
mod files;
mod gnupg;
mod key;
mod merge;
mod passphrase;
mod rotate;
mod server;
mod show;
mod sign;
mod sign_package;

use std::process::ExitCode;

use bonded_model::{Clock, Random};
use clap::Subcommand;

use crate::config::Config;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make root keys and the root that they sign. For a machine without a network.
    Init(create::Init),
    /// Make one root key, in a file that a passphrase protects.
    Key(key::New),
    /// Print the secret key of a key file in a form for paper.
    Paper(key::Paper),
    /// Make a key file from the paper form.
    Restore(key::Restore),
    /// Print the public key of an Ed25519 key in GnuPG, for use as a root key.
    GpgKey(gnupg::GpgKey),
    /// Sign a root, with a key file or with GnuPG, which also reaches security keys.
    Sign(sign::Sign),
    /// Bring signatures together that were made on other machines.
    Merge(merge::Merge),
    /// Make the successor of a root: with other keys, another key manager or another threshold, or just a later expiry.
    Rotate(rotate::Rotate),
    /// Make the successor of a root in which another number of keys has to sign.
    Threshold(rotate::Threshold),
    /// Show roots and key managers: what they say, who has signed, which signatures are missing.
    Show(show::Show),
    /// Sign the record of a package with a publisher's key, for a channel whose publishers sign.
    SignPackage(sign_package::SignPackage),
    /// Verify a chain of roots from the first to the last, and the key manager.
    ///
    /// Ends with 0 when all is well, 1 when something does not verify, 3 when the last root or the key manager has
    /// expired, 4 when one of them expires soon.
    Check(check::Check),
    #[command(flatten)]
    Server(server::Command),
}

/// Runs one command. Only those of [`server`] ask for the configuration and open a database.
pub(crate) async fn run(
    command: Command,
    configured: impl FnOnce() -> anyhow::Result<Config>,
    output: Output,
) -> anyhow::Result<ExitCode> {
    let (clock, random) = (Clock::System, Random::System);
    match command {
        Command::Check(check) => return check.run(clock.now(), output),
        Command::Server(command) => command.run(&configured()?, output).await,
        Command::SignPackage(sign) => sign.run(&clock, output),
        Command::Init(init) => init.run(&clock, &random, output),
        Command::Key(new) => new.run(&random, output),
        Command::Paper(paper) => paper.run(output),
        Command::Restore(restore) => restore.run(output),
        Command::GpgKey(key) => key.run(output),
        Command::Sign(sign) => sign.run(&clock, output),
        Command::Merge(merge) => merge.run(clock.now(), output),
        Command::Rotate(rotate) => rotate.run(clock.now(), output),
        Command::Threshold(threshold) => threshold.run(clock.now(), output),
        Command::Show(show) => show.run(clock.now(), output),
    }?;
    Ok(ExitCode::SUCCESS)
}

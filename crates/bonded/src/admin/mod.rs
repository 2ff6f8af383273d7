//! `bonded admin`: works on the database itself, also while the server runs.

mod audit;
mod channel;
mod channel_rules;
mod file;
mod gc;
mod group;
mod issuer;
mod policy;
mod project;
mod publisher;
mod token;
mod user;

use bonded_model::Actor;
use clap::Subcommand;

use crate::config::Config;
use crate::open;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Accounts.
    #[command(subcommand)]
    User(user::Command),
    /// Channels and their members.
    #[command(subcommand)]
    Channel(channel::Command),
    /// Groups: people who hold roles together.
    #[command(subcommand)]
    Group(group::Command),
    /// API tokens.
    #[command(subcommand)]
    Token(token::Command),
    /// Show or change which second factors the instance asks for.
    Policy(policy::Change),
    /// Published files and releases.
    #[command(subcommand)]
    File(file::Command),
    /// Where projects stand in their life, and their end.
    #[command(subcommand)]
    Project(project::Command),
    /// Issuers of identity tokens, for trusted publishing.
    #[command(subcommand)]
    Issuer(issuer::Command),
    /// Trusted publishers: CI jobs that may publish without a stored secret.
    #[command(subcommand)]
    Publisher(publisher::Command),
    /// Print the audit log, or check that nobody edited it.
    Audit(audit::Audit),
    /// Remove stored bytes that nothing refers to.
    Gc(gc::Gc),
}

/// Runs one command.
pub(crate) async fn run(config: &Config, command: Command, output: Output) -> anyhow::Result<()> {
    let registry = open::existing(config).await?;
    let result = match command {
        Command::User(command) => command.run(&registry, output).await,
        Command::Channel(command) => command.run(&registry, output).await,
        Command::Group(command) => command.run(&registry, output).await,
        Command::Token(command) => command.run(&registry, output).await,
        Command::Policy(change) => policy::run(change, &registry, output).await,
        Command::File(command) => command.run(&registry, output, &Actor::Operator).await,
        Command::Project(command) => command.run(&registry, output, &Actor::Operator).await,
        Command::Issuer(command) => command.run(&registry, output).await,
        Command::Publisher(command) => command.run(&registry, output).await,
        Command::Audit(audit) => audit.run(&registry, output).await,
        Command::Gc(gc) => gc.run(&registry, output).await,
    };
    registry.store.settle().await;
    registry.store.close().await;
    result
}

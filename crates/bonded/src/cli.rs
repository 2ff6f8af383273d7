//! The command line.

use clap::{Args, Parser, Subcommand};

use crate::admin;
use crate::conda;
use crate::config::{Common, Serving};
use crate::doctor;
use crate::trust;

/// A self-hosted package registry for Python and conda.
#[derive(Debug, Parser)]
#[command(name = "bonded", version, propagate_version = true, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,

    /// Print results and errors as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server. On a fresh machine it creates its data directory and two public channels: `pypi` and `main`.
    Serve(Serving),
    /// Print the effective configuration, with secrets hidden.
    Config(Serving),
    /// Bring the database to this version's schema. `serve` does so by itself.
    Migrate(Migrate),
    /// Run the instance: accounts, channels, tokens, audit, storage. Also while the server runs.
    #[command(subcommand)]
    Admin(admin::Command),
    /// Make, sign, rotate and verify the roots of signed conda channels. Needs neither a server nor a network.
    #[command(subcommand)]
    Trust(trust::Command),
    /// Install conda packages that can be trusted, and nothing else. Needs no server here.
    #[command(subcommand)]
    Conda(conda::Command),
    /// Find out why something does not work. Needs neither a server nor a network.
    #[command(subcommand)]
    Doctor(doctor::Command),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Migrate {
    /// Create the database file if there is none.
    #[arg(long)]
    pub(crate) create: bool,
    /// Go on with the instance key in the data directory, a new one if need be, because the database's own is lost:
    /// authenticator apps have to be set up again, and clients of signed conda channels have to pin a new root.
    #[arg(long)]
    pub(crate) replace_key: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn common_flags_are_accepted_behind_any_subcommand() {
        let line = ["bonded", "admin", "token", "list", "--data", "d", "--database", "sqlite://x", "--json"];
        let cli = Cli::try_parse_from(line).unwrap();
        assert!(cli.json);
        assert_eq!(cli.common.data.unwrap().to_str(), Some("d"));
    }
}

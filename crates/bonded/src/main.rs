//! Bonded: a self-hosted package registry for Python and conda.

mod admin;
mod cli;
mod conda;
mod config;
mod doctor;
mod hidden;
mod instance;
mod key_check;
mod logging;
mod migrate;
mod open;
mod output;
mod remembered;
mod serve;
mod trust;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use config::{Config, Serving};
use output::Output;

/// Gives memory back to the system after peaks, which the system's own allocator does reluctantly.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| hidden::of_arguments(error).exit());
    let output = Output { json: cli.json };
    match run(cli, output) {
        Ok(status) => status,
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, output: Output) -> anyhow::Result<ExitCode> {
    let Cli { common, command, .. } = cli;
    let configured = |serving: Serving| -> anyhow::Result<Config> {
        let config = Config::load(common, serving, std::env::vars_os())?;
        logging::start(&config)?;
        Ok(config)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(serving) => serve::run(&configured(serving)?).await,
            Command::Config(serving) => output.config(&configured(serving)?),
            Command::Migrate(migrate) => migrate::run(&configured(Serving::default())?, &migrate).await,
            Command::Admin(command) => admin::run(&configured(Serving::default())?, command, output).await,
            // What needs no server may not stumble over the configuration of one.
            Command::Trust(command) => {
                return trust::run(command, || configured(Serving::default()), output).await;
            }
            Command::Conda(command) => return Ok(conda::run(command, output).await),
            Command::Doctor(command) => return doctor::run(command, output),
        }?;
        Ok(ExitCode::SUCCESS)
    })
}

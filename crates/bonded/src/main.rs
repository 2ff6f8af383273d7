//! Bonded: a self-hosted package registry for Python and conda.

mod admin;
mod cli;
mod config;
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
use config::Config;
use output::Output;

/// Gives memory back to the system after peaks, which the system's own allocator does reluctantly.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
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
    let serving = match &cli.command {
        Command::Serve(serving) | Command::Config(serving) => serving.clone(),
        Command::Migrate(_) | Command::Admin(_) | Command::Trust(_) => config::Serving::default(),
    };
    let config = Config::load(cli.common, serving, std::env::vars_os())?;
    logging::start(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(_) => serve::run(&config).await,
            Command::Config(_) => output.config(&config),
            Command::Migrate(migrate) => migrate::run(&config, &migrate).await,
            Command::Admin(command) => admin::run(&config, command, output).await,
            Command::Trust(command) => return trust::run(command, output),
        }?;
        Ok(ExitCode::SUCCESS)
    })
}

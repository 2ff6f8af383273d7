//! `cargo xtask test`: every test of the project, with all that the tests need started before and stopped after.

pub(crate) mod apt;
pub(crate) mod children;
mod chromium;
mod gnupg;
pub(crate) mod postgres;
mod python;
mod s3;
pub(crate) mod scratch;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use children::run;
use postgres::Postgres;
use python::Python;
use s3::S3;
use scratch::Scratch;

/// The variable that names the PostgreSQL server of the tests, as the URL of a superuser.
const POSTGRES: &str = "BONDED_TEST_POSTGRES";
/// The variable that names the S3-compatible server of the tests.
const S3_ENDPOINT: &str = "BONDED_TEST_S3";
/// The variable that names the program under test.
const BINARY: &str = "BONDED_TEST_BINARY";
/// The variable that names the directory in which the browser tests leave pictures of every page.
const SCREENSHOTS: &str = "BONDED_TEST_SCREENSHOTS";

/// What to test.
#[derive(clap::Args)]
pub(crate) struct Test {
    /// Run one part only.
    #[arg(long)]
    only: Option<Part>,
    /// Leave pictures of every page that the browser tests look at in `target/screenshots`.
    #[arg(long)]
    pictures: bool,
    /// Arguments for pytest, for example `-- -k twine -x`.
    #[arg(last = true)]
    pytest: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Unit and integration tests.
    Rust,
    /// Real clients against the built program.
    Clients,
    /// A real browser against the built program.
    Browser,
}

/// Runs the tests and fails when one of them does.
pub(crate) fn test(args: &Test) -> Result<()> {
    children::stop_on_signals()?;
    let root = workspace_root()?;
    // One build with the features and the profile of the tests gives the program for the other tests too.
    step("build", || run(cargo(&root).args(["build", "--workspace", "--all-targets"])))?;
    let postgres = step("PostgreSQL", Postgres::start)?;
    let python = step("Python packages", || Python::prepare(&root))?;
    let s3 = step("S3 server", || S3::start(&python))?;
    let scratch = Scratch::new()?;
    let with_services = |command: &mut Command| {
        scratch.serve(command);
        command.env(POSTGRES, postgres.url()).env(S3_ENDPOINT, s3.endpoint());
    };
    let asked_for = |part| args.only.is_none_or(|only| only == part);
    if asked_for(Part::Rust) {
        let mut command = cargo(&root);
        // To the end, so that one run tells everything that is wrong. No doctests: the examples in our docs are no Rust.
        command.args(["test", "--workspace", "--tests", "--no-fail-fast"]);
        with_services(&mut command);
        step("cargo test", || run(&mut command))?;
    }
    let pytest = |directory: &str| -> Result<Command> {
        let mut command = python.command("pytest");
        command.current_dir(root.join(directory)).env(BINARY, binary(&root)?).args(&args.pytest);
        with_services(&mut command);
        Ok(command)
    };
    if asked_for(Part::Clients) {
        step("GnuPG", gnupg::prepare)?;
        step("client tests", || run(&mut pytest("tests/clients")?))?;
    }
    if asked_for(Part::Browser) {
        let browser = step("Chromium", chromium::prepare)?;
        let mut command = pytest("tests/browser")?;
        command.env(chromium::VARIABLE, browser);
        if args.pictures {
            command.env(SCREENSHOTS, target_dir(&root).join("screenshots"));
        }
        step("browser tests", || run(&mut command))?;
    }
    Ok(())
}

/// Runs one part of the work under its name and says how long it took.
#[expect(clippy::print_stderr, reason = "the person at the terminal follows the steps")]
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {name}");
    let start = Instant::now();
    let done = work().with_context(|| format!("{name} failed"))?;
    eprintln!("<== {name}: {:.0} s", start.elapsed().as_secs_f64());
    Ok(done)
}

/// The cargo that runs us, in the workspace.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // What cargo says of this package is not meant for those that it builds: ring, for one, would be built anew.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
    command
}

pub(crate) fn workspace_root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask stands in the workspace")?;
    Ok(root.to_owned())
}

pub(crate) fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}

fn binary(root: &Path) -> Result<PathBuf> {
    let path = target_dir(root).join("debug/bonded");
    if !path.is_file() {
        bail!(
            "{} is missing although the build succeeded; is another target directory configured?",
            path.display()
        );
    }
    Ok(path)
}

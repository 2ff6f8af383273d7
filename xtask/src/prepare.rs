//! `cargo xtask prepare`: asks both engines what every query means, and keeps their answers for builds without a
//! database.
//!
//! One folder for each engine, because sqlx names an answer by the query's text alone, and both engines answer the
//! same texts. So each store crate is compiled by itself, against a scratch database with its own migrations.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use crate::test::postgres::Postgres;
use crate::test::{cargo, workspace_root};

const SQLITE: &str = "store-sqlite";
const POSTGRES: &str = "store-postgres";
const SCRATCH: &str = "bonded_prepare";

/// What to prepare.
#[derive(clap::Args)]
pub(crate) struct Prepare {
    /// Change nothing; fail when the answers in the repository are not those of the engines.
    #[arg(long)]
    check: bool,
}

/// Renews or checks `crates/store-*/.sqlx`.
pub(crate) fn prepare(args: &Prepare) -> Result<()> {
    let root = workspace_root()?;
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("bonded.db");
    migrate_sqlite(&file, &migrations(&root, SQLITE)?)?;
    describe(&root, SQLITE, &format!("sqlite://{}", file.display()), args.check)?;

    let server = Postgres::start()?;
    psql(
        server.url(),
        &[format!("DROP DATABASE IF EXISTS {SCRATCH}"), format!("CREATE DATABASE {SCRATCH}")],
    )?;
    let url = with_name(server.url(), SCRATCH)?;
    psql(&url, &migrations(&root, POSTGRES)?)?;
    let done = describe(&root, POSTGRES, &url, args.check);
    psql(server.url(), &[format!("DROP DATABASE {SCRATCH}")])?;
    done
}

/// The migrations of a store crate, in order.
fn migrations(root: &Path, store: &str) -> Result<Vec<String>> {
    let files = read_dir(&root.join("crates").join(store).join("migrations"))?;
    files.into_values().map(|bytes| Ok(String::from_utf8(bytes)?)).collect()
}

/// Python brings SQLite along, and the tests need Python anyway.
fn migrate_sqlite(file: &Path, migrations: &[String]) -> Result<()> {
    const SCRIPT: &str = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for migration in sys.argv[2:]:
    db.executescript(migration)";
    run(Command::new("python3").args(["-c", SCRIPT]).arg(file).args(migrations))
}

fn psql(url: &str, statements: &[String]) -> Result<()> {
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", url])
        .env("PGOPTIONS", "-c client_min_messages=warning");
    for statement in statements {
        psql.arg("--command").arg(statement);
    }
    run(&mut psql)
}

fn with_name(url: &str, name: &str) -> Result<String> {
    let (server, _) = url.rsplit_once('/').context("the PostgreSQL URL names no database")?;
    Ok(format!("{server}/{name}"))
}

/// Compiles a store crate against its scratch database.
fn describe(root: &Path, store: &str, url: &str, check: bool) -> Result<()> {
    let directory = root.join("crates").join(store);
    let answers = tempfile::tempdir()?;
    // Nothing that cargo looks at has changed, but the crate must be compiled. Afterwards its file is as old as it was, or
    // everything above it would be built again.
    let main = fs::File::options().append(true).open(directory.join("src/lib.rs"))?;
    let modified = main.metadata()?.modified()?;
    main.set_modified(now())?;
    let mut compile = cargo(root);
    compile.args(["check", "--package", &format!("bonded-{store}")]);
    compile.env("SQLX_OFFLINE", "false").env("DATABASE_URL", url).env("SQLX_OFFLINE_DIR", answers.path());
    let compiled = run(&mut compile);
    main.set_modified(modified)?;
    compiled?;
    let (kept, new) = (directory.join(".sqlx"), read_dir(answers.path())?);
    ensure!(!new.is_empty(), "sqlx wrote no answers for {store}");
    if check {
        let fresh = read_dir(&kept)? == new;
        ensure!(fresh, "{} is stale: run `cargo xtask prepare` and commit the result", kept.display());
        return Ok(());
    }
    replace(&kept, &new)
}

#[expect(clippy::disallowed_methods, reason = "a build tool, not the registry")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn replace(directory: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir(directory)?;
    for (name, bytes) in files {
        fs::write(directory.join(name), bytes)?;
    }
    Ok(())
}

/// The files of a directory by their names.
fn read_dir(directory: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))? {
        let entry = entry?;
        files.insert(entry.file_name().into(), fs::read(entry.path())?);
    }
    Ok(files)
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    ensure!(status.success(), "{name} ended with {status}");
    Ok(())
}

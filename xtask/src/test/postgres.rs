//! A PostgreSQL cluster for the tests: private, in a temporary directory, gone afterwards.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::apt;
use super::children::{Service, free_port, run};
use super::scratch;

/// The cluster, or a server that the caller named.
pub(crate) struct Postgres {
    url: String,
    /// Dropped in this order: first the server stops, then its files go.
    _cluster: Option<(Service, TempDir)>,
}

impl Postgres {
    /// The server named by the environment, or a new cluster on a free port.
    pub(crate) fn start() -> Result<Self> {
        if let Ok(url) = std::env::var(super::POSTGRES) {
            return Ok(Self { url, _cluster: None });
        }
        let programs = programs()?;
        let owner = Owner::find()?;
        let dir = tempfile::Builder::new().prefix("bonded-postgres-").tempdir_in(scratch::place())?;
        owner.give(dir.path())?;
        let password = random_password()?;
        let data = dir.path().join("data");
        init(&owner, &programs, dir.path(), &data, &password)?;
        let port = free_port()?;
        let mut server = owner.command(programs.join("postgres"));
        server.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        // Sockets stay in our directory. A test that kills a server kills ours, never the machine: fsync would only cost.
        let sockets = format!("unix_socket_directories={}", dir.path().display());
        for setting in [&sockets, "max_connections=300", "fsync=off", "log_min_messages=fatal"] {
            server.args(["-c", setting]);
        }
        let service = Service::start(&mut server, port)?;
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        Ok(Self { url, _cluster: Some((service, dir)) })
    }

    /// A URL with the rights to create databases.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

fn init(owner: &Owner, programs: &Path, dir: &Path, data: &Path, password: &str) -> Result<()> {
    let secret = dir.join("password");
    fs::write(&secret, password)?;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
    owner.give(&secret)?;
    // Not SCRAM: its thousands of hashes for every connection would take longer than most tests.
    let mut init = owner.command(programs.join("initdb"));
    init.arg("-D").arg(data).arg("--pwfile").arg(&secret);
    init.args(["--username=postgres", "--auth=password", "--encoding=UTF8", "--no-sync"]);
    run(init.stdout(std::process::Stdio::null()))
}

/// The account that runs the server: PostgreSQL refuses to run as root.
struct Owner(Option<(u32, u32)>);

impl Owner {
    fn find() -> Result<Self> {
        if !apt::is_root() {
            return Ok(Self(None));
        }
        let id = |kind| -> Result<u32> {
            let output = Command::new("id").args([kind, "postgres"]).output()?;
            let text = String::from_utf8_lossy(&output.stdout);
            text.trim().parse().context("there is no user 'postgres', and PostgreSQL refuses to run as root")
        };
        Ok(Self(Some((id("-u")?, id("-g")?))))
    }

    fn give(&self, path: &Path) -> Result<()> {
        self.0.map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group)))?;
        Ok(())
    }

    fn command(&self, program: PathBuf) -> Command {
        let mut command = Command::new(program);
        // The caller's directory may be closed to the server's account.
        command.current_dir("/");
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }
}

/// The directory with `initdb` and `postgres`, of the newest version that is installed.
fn programs() -> Result<PathBuf> {
    if let Some(found) = find_programs() {
        return Ok(found);
    }
    apt::install("postgresql", "PostgreSQL's server")?;
    find_programs().context("the package 'postgresql' was installed, but initdb is still missing")
}

fn find_programs() -> Option<PathBuf> {
    let version = |path: &Path| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    // Where only the client of the newest version is installed, an older server does.
    let has_server = |dir: &PathBuf| dir.join("initdb").exists() && dir.join("postgres").exists();
    let debian = debian.map(|entry| entry.path().join("bin")).filter(has_server);
    let newest = debian.max_by_key(|path| version(path));
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest.or_else(|| std::env::split_paths(&path).find(has_server))
}

/// 128 bits in hexadecimal: the server listens where every local account can reach it.
fn random_password() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

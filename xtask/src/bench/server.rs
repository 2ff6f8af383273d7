//! The server under test.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::cores;
use super::http::Client;
use super::target::Target;
use crate::test::children::{Service, free_port};

/// A running server.
pub(super) struct Server {
    pub(super) target: Target,
    service: Service,
}

impl Server {
    /// Starts the program over a data directory.
    pub(super) fn start(command: &mut Command, data: &Path) -> Result<Self> {
        let port = free_port()?;
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"]).arg(data);
        command.args(["--log", "warn"]).stdout(Stdio::null());
        let service = Service::start(clean(command), port)?;
        Ok(Self { target: Target { port, token: String::new() }, service })
    }

    /// Memory that the process holds now, and the most that it ever held, in MiB.
    pub(super) fn memory(&self) -> Result<(f64, f64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.service.pid()))?;
        let mib = |name: &str| -> Option<f64> {
            let line = status.lines().find(|line| line.starts_with(name))?;
            Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1_024.0)
        };
        mib("VmRSS:").zip(mib("VmHWM:")).context("the system does not say how much memory the server has")
    }
}

/// Starts the program, and gives the time in milliseconds until the first page came back.
pub(super) fn first_answer(program: &Path, data: &Path, path: &str) -> Result<f64> {
    let port = free_port()?;
    let mut command = cores::server(program);
    command.args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"]).arg(data);
    clean(&mut command).args(["--log", "warn"]).stdout(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().context("cannot start the server")?;
    let answered = wait_for(port, path, start);
    // SIGTERM, so that it ends in order.
    let asked = Command::new("kill").arg(child.id().to_string()).status()?;
    ensure!(asked.success(), "the server was gone before it was told to stop");
    child.wait()?;
    answered
}

fn wait_for(port: u16, path: &str, start: Instant) -> Result<f64> {
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        ensure!(start.elapsed() < Duration::from_secs(60), "the server does not listen after a minute");
        sleep(Duration::from_millis(1));
    }
    Client::connect(port, "")?.get(path)?;
    Ok(start.elapsed().as_secs_f64() * 1_000.0)
}

/// The administration of a data directory.
#[derive(Clone)]
pub(super) struct Admin {
    pub(super) program: PathBuf,
    pub(super) data: PathBuf,
}

impl Admin {
    /// Runs a command of `bonded admin` and gives what it printed.
    pub(super) fn run(&self, args: &[&str]) -> Result<String> {
        self.command("admin", args)
    }

    /// Runs a command of `bonded trust` and gives what it printed.
    pub(super) fn trust(&self, args: &[&str]) -> Result<String> {
        self.command("trust", args)
    }

    fn command(&self, of: &str, args: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.arg(of).args(args).arg("--data").arg(&self.data);
        let output = clean(&mut command).output().with_context(|| format!("cannot start bonded {of}"))?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "bonded {of} {} failed: {error}", args.join(" "));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

/// Without the settings of whoever measures.
fn clean(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BONDED_") {
            command.env_remove(name);
        }
    }
    command
}

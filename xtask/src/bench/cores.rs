//! Server and client on a core each, so that they do not take turns.

use std::process::Command;
use std::thread::available_parallelism;

use anyhow::{Context, Result, ensure};
use rustix::thread::{CpuSet, sched_setaffinity};

const SERVER: usize = 0;
const CLIENT: usize = 1;

/// Fails on machines where there is nothing to be learned.
pub(super) fn check() -> Result<()> {
    let cores = available_parallelism()?.get();
    ensure!(cores > CLIENT, "measuring needs a core for the server and one for the client; here is {cores}");
    Ok(())
}

/// A program that runs on the server's core.
pub(super) fn server(program: impl AsRef<std::ffi::OsStr>) -> Command {
    pinned(SERVER, program.as_ref())
}

/// A program that runs on the client's core.
pub(super) fn client(program: impl AsRef<std::ffi::OsStr>) -> Command {
    pinned(CLIENT, program.as_ref())
}

/// Keeps the present thread on the client's core.
pub(super) fn stay_on_client() -> Result<()> {
    let mut cores = CpuSet::new();
    cores.set(CLIENT);
    sched_setaffinity(None, &cores).context("cannot keep a thread on one core")
}

fn pinned(core: usize, program: &std::ffi::OsStr) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program);
    command
}

//! Programs that we start: each is stopped when we stop, whatever the reason.

use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

const POLL: Duration = Duration::from_millis(20);
/// How long a program may take to stop after it was asked to.
const GRACE: Duration = Duration::from_secs(15);

static STOPPED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C and SIGTERM end the present step with an error, so that the services are stopped on the way out.
pub(crate) fn stop_on_signals() -> Result<()> {
    ctrlc::set_handler(|| STOPPED.store(true, Ordering::Relaxed)).context("cannot handle signals")
}

/// Runs a program to its end and fails when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = spawn(command)?;
    match wait(&mut child)? {
        Some(status) => ensure!(status.success(), "{name} ended with {status}"),
        None => {
            terminate(&mut child);
            bail!("stopped while {name} ran");
        }
    }
    Ok(())
}

/// Starts a program in a process group of its own: Ctrl-C reaches only us, and we decide what stops in which order.
fn spawn(command: &mut Command) -> Result<Child> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.process_group(0).spawn().with_context(|| format!("cannot start {name}"))
}

/// The exit status, or `None` when we were told to stop before.
fn wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    while !STOPPED.load(Ordering::Relaxed) {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        sleep(POLL);
    }
    Ok(None)
}

/// A program that runs in the background until this is dropped.
pub(crate) struct Service(Child);

impl Service {
    /// The process's id.
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Starts the program and waits until it accepts connections on `port` of the loopback interface.
    pub(crate) fn start(command: &mut Command, port: u16) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut service = Self(spawn(command)?);
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = service.0.try_wait()? {
                bail!("{name} ended with {status} before it listened");
            }
            ensure!(!STOPPED.load(Ordering::Relaxed), "stopped while {name} started");
            ensure!(start.elapsed() < Duration::from_secs(60), "{name} does not listen after a minute");
            sleep(POLL);
        }
        Ok(service)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        terminate(&mut self.0);
    }
}

/// Asks the program and its children to stop, and kills it when it does not.
fn terminate(child: &mut Child) {
    // SIGINT ends every program that we start quickly and in order; for PostgreSQL it is the fast shutdown.
    let asked = Command::new("kill").args(["-INT", "--", &format!("-{}", child.id())]).status();
    let start = Instant::now();
    while asked.as_ref().is_ok_and(ExitStatus::success) && start.elapsed() < GRACE {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        sleep(POLL);
    }
    // Nothing is left to do about an error here: the program is gone, or beyond our reach.
    let _ = child.kill();
    let _ = child.wait();
}

/// A port that nobody listens on. It may be taken again before it is used, which has not been seen in practice.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on the loopback interface")?;
    Ok(listener.local_addr()?.port())
}

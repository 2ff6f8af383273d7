//! A virtual environment with the pinned packages of `tests/requirements.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::apt;
use super::children::run;

/// The environment.
pub(super) struct Python {
    dir: PathBuf,
}

impl Python {
    /// Makes the environment, or takes the one of an earlier run when the requirements have not changed.
    pub(super) fn prepare(root: &Path) -> Result<Self> {
        let requirements = root.join("tests/requirements.txt");
        let wanted =
            fs::read(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
        let python = Self { dir: super::target_dir(root).join("tests-venv") };
        let stamp = python.dir.join("installed-requirements.txt");
        if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(python);
        }
        let make = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&python.dir));
        if make().is_err() {
            apt::install("python3-venv", "Python 3.10 or newer with its venv module")?;
            make()?;
        }
        run(python.command("pip").args(["install", "--quiet", "--require-hashes", "-r"]).arg(&requirements))?;
        fs::write(&stamp, wanted)?;
        Ok(python)
    }

    /// A program of the environment.
    pub(super) fn command(&self, program: &str) -> Command {
        Command::new(self.dir.join("bin").join(program))
    }
}

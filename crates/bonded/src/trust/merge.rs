//! `bonded trust merge`: signatures from several machines in one file.

use std::path::PathBuf;

use anyhow::Context;
use bonded_model::Timestamp;
use bonded_signing::{RootRole, ceremony};

use super::files;
use super::show::Report;
use super::sign::previous_role;
use crate::config::shown;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Merge {
    /// The root. The signatures are added to it.
    file: PathBuf,
    /// Copies of the same root that were signed elsewhere.
    #[arg(required = true)]
    copies: Vec<PathBuf>,
    /// The root before this one. Without it, the file with that version beside this one.
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
}

impl Merge {
    pub(super) fn run(self, now: Timestamp, output: Output) -> anyhow::Result<()> {
        let mut envelope = files::read_envelope(&self.file)?;
        let role = RootRole::read(&envelope).with_context(|| shown(&self.file).to_string())?;
        let old = previous_role(self.previous.as_deref(), &self.file, role.version)?;
        for path in &self.copies {
            let copy = files::read_envelope(path)?;
            ceremony::merge(&mut envelope, &copy).with_context(|| shown(path).to_string())?;
        }
        files::replace(&self.file, &envelope.to_bytes()?)?;
        Report::of(&self.file, &envelope, old.as_ref(), now)?.print(output)
    }
}

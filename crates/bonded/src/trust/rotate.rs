//! `bonded trust rotate` and `threshold`: the successor of a root.

use std::path::PathBuf;

use bonded_model::Timestamp;
use bonded_signing::ceremony::{self, Changes};
use bonded_signing::{Delegation, RootFilename};

use super::arguments::{self, KeyArgument, Validity};
use super::files::{self, Readable};
use super::show::Report;
use crate::output::Output;

/// From which root, and where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Succession {
    /// The root that is trusted now.
    old: PathBuf,
    /// The file to write. Without it, the file with the next version beside the old one.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    validity: Validity,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Rotate {
    #[command(flatten)]
    succession: Succession,
    /// Put a new root key in the place of one that was lost or stolen. Can be given again.
    #[arg(long, value_name = "OLD=NEW", value_parser = arguments::replacement)]
    replace: Vec<(KeyArgument, KeyArgument)>,
    /// Add a root key. Can be given again.
    #[arg(long, value_name = "KEY", value_parser = arguments::key)]
    add: Vec<KeyArgument>,
    /// Take a root key away. Can be given again.
    #[arg(long, value_name = "KEY", value_parser = arguments::key)]
    remove: Vec<KeyArgument>,
    /// How many root keys have to sign from now on.
    #[arg(long, value_name = "M")]
    threshold: Option<u32>,
    /// The public key of another key manager.
    #[arg(long, value_name = "KEY", value_parser = arguments::key)]
    key_manager: Option<KeyArgument>,
}

impl Rotate {
    pub(super) fn run(self, now: Timestamp, output: Output) -> anyhow::Result<()> {
        let key_mgr = self.key_manager.map(|key| Delegation::new([key.0], 1)).transpose()?;
        let (out, new): (Vec<_>, Vec<_>) = self.replace.into_iter().unzip();
        let changes = Changes {
            add: self.add.iter().chain(&new).map(|key| key.0).collect(),
            remove: self.remove.iter().chain(&out).map(|key| key.0).collect(),
            threshold: self.threshold,
            key_mgr,
        };
        self.succession.write(&changes, now, output)
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Threshold {
    /// How many root keys have to sign from now on.
    threshold: u32,
    #[command(flatten)]
    succession: Succession,
}

impl Threshold {
    pub(super) fn run(self, now: Timestamp, output: Output) -> anyhow::Result<()> {
        let changes = Changes { threshold: Some(self.threshold), ..Changes::default() };
        self.succession.write(&changes, now, output)
    }
}

impl Succession {
    /// Writes the successor, without signatures.
    fn write(&self, changes: &Changes, now: Timestamp, output: Output) -> anyhow::Result<()> {
        let old = files::read_root(&self.old)?;
        let role = ceremony::successor(old.role(), changes, now, self.validity.until(now))?;
        let name = RootFilename { version: role.version }.to_string();
        let path = self.out.clone().unwrap_or_else(|| self.old.with_file_name(name));
        let envelope = role.to_envelope()?;
        files::write_new(&path, &envelope.to_bytes()?, Readable::ByAll)?;
        Report::of(&path, &envelope, Some(old.role()), now)?.print(output)
    }
}

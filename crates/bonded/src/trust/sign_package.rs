//! `bonded trust sign-package`: a publisher's signature over the record that the server will make of a package.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::PathBuf;

use anyhow::Context;
use bonded_model::Clock;
use bonded_model::conda::ArchiveFilename;
use bonded_registry::trust::offline_record;
use bonded_signing::sign_record;
use serde_json::json;

use super::files::{self, Readable};
use super::passphrase::Passphrase;
use crate::config::shown;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct SignPackage {
    /// The package, a .conda or .tar.bz2 file with the name under which it will be uploaded.
    file: PathBuf,
    /// The key file.
    #[arg(long, value_name = "KEYFILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl SignPackage {
    /// Prints the signature, and writes it into a file beside the package, with `.sig` behind its name.
    pub(super) fn run(self, clock: &Clock, output: Output) -> anyhow::Result<()> {
        let mut path = self.file.clone().into_os_string();
        path.push(".sig");
        let path = PathBuf::from(path);
        files::must_be_free(&path)?;
        let name = self.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let filename: ArchiveFilename = name.parse()?;
        let unreadable = || format!("{} cannot be read", shown(&self.file));
        let mut archive = File::open(&self.file).with_context(unreadable)?;
        let digests = bonded_blobs::digests(&mut archive).with_context(unreadable)?;
        archive.seek(SeekFrom::Start(0)).with_context(unreadable)?;
        let record = offline_record(archive, filename, &digests, clock.now())
            .with_context(|| format!("no server would take {}", shown(&self.file)))?;
        let signature = sign_record(record.record.as_bytes(), &self.passphrase.open(&self.key)?)?;
        files::write_new(&path, format!("{signature}\n").as_bytes(), Readable::ByAll)?;
        let shown =
            json!({ "signature": signature.to_string(), "record": record.record, "subdir": record.subdir });
        output.result(&shown, || format!("X-Bonded-Signature: {signature}"))
    }
}

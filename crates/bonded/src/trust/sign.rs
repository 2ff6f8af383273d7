//! `bonded trust sign`: one signature more.

use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bonded_model::Clock;
use bonded_signing::{Envelope, PublicKey, RoleSignature, RootRole, openpgp};

use super::passphrase::Passphrase;
use super::show::Report;
use super::{arguments, files, gnupg};
use crate::config::shown;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The root. The signature is added to it.
    file: PathBuf,
    /// Sign with this key file.
    #[arg(long, value_name = "KEYFILE", conflicts_with = "gpg", required_unless_present = "gpg")]
    key: Option<PathBuf>,
    /// Sign with the Ed25519 key of this fingerprint in GnuPG, where it may lie on a security key.
    #[arg(long, value_name = "FINGERPRINT")]
    gpg: Option<gnupg::Fingerprint>,
    /// The program of GnuPG.
    #[arg(long, value_name = "PROGRAM", default_value = "gpg")]
    gpg_program: PathBuf,
    /// The root before this one. Without it, the file with that version beside this one.
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// Sign without asking whether this is the right root.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Sign {
    pub(super) fn run(self, clock: &Clock, output: Output) -> anyhow::Result<()> {
        let mut envelope = files::read_envelope(&self.file)?;
        let role = RootRole::read(&envelope).with_context(|| shown(&self.file).to_string())?;
        let old = previous_role(self.previous.as_deref(), &self.file, role.version)?;
        let report = Report::of(&self.file, &envelope, old.as_ref(), clock.now())?;
        self.confirm(&report, output)?;
        let (key, signature) = self.signature(&envelope, clock)?;
        if !role.root.pubkeys().contains(&key)
            && !old.as_ref().is_some_and(|old| old.root.pubkeys().contains(&key))
        {
            bail!(
                "{key} is no root key of this root: clients would complain about its signature. Is it one of the root \
                 before it? Then name that one with --previous"
            );
        }
        envelope.add(key, signature);
        files::replace(&self.file, &envelope.to_bytes()?)?;
        Report::of(&self.file, &envelope, old.as_ref(), clock.now())?.print(output)
    }

    fn signature(&self, envelope: &Envelope, clock: &Clock) -> anyhow::Result<(PublicKey, RoleSignature)> {
        if let Some(fingerprint) = &self.gpg {
            return gnupg::sign(&self.gpg_program, fingerprint, envelope.signed());
        }
        let key = self.passphrase.open(self.key.as_deref().context("--key or --gpg is missing")?)?;
        Ok((key.public(), openpgp::sign(envelope.signed(), &key, clock.now())))
    }

    /// Shows what is about to be signed. Nobody should sign what they have not looked at.
    fn confirm(&self, report: &Report, output: Output) -> anyhow::Result<()> {
        if self.yes {
            return Ok(());
        }
        if !stdin().is_terminal() {
            bail!("there is nobody to ask whether this root is the right one: look at it, and add --yes");
        }
        output.notice(&report.text())?;
        output
            .notice("Is this the root that was agreed on? Compare its fingerprint. Type yes to sign it:")?;
        let mut answer = String::new();
        stdin().read_line(&mut answer)?;
        if answer.trim() != "yes" {
            bail!("nothing was signed");
        }
        Ok(())
    }
}

/// What the root before this one says, where it is at hand.
pub(super) fn previous_role(
    given: Option<&Path>,
    file: &Path,
    version: u64,
) -> anyhow::Result<Option<RootRole>> {
    let Some(path) = arguments::previous(given, file, version) else { return Ok(None) };
    let old = files::read_root(&path)?;
    if old.version().checked_add(1) != Some(version) {
        bail!("{} is root {}, and not the one before root {version}", shown(&path), old.version());
    }
    Ok(Some(old.role().clone()))
}

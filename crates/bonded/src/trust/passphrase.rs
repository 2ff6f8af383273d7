//! Passphrases of key files: from the terminal or from a file, never from an argument, which others could see.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bonded_signing::{SigningKey, keyfile};
use secrecy::{ExposeSecret, SecretString};

use super::files::{self, Readable};
use crate::config::shown;

/// The fewest characters of a new passphrase: whoever steals the file may guess as long as they like.
const FEWEST: usize = 12;

/// Where a passphrase comes from.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Passphrase {
    /// Read the passphrase from the first line of a file instead of the terminal.
    #[arg(long, value_name = "FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// Opens a key file.
    pub(super) fn open(&self, path: &Path) -> anyhow::Result<SigningKey> {
        let file = files::read(path)?;
        let passphrase = match &self.passphrase_file {
            Some(file) => from_file(file)?,
            None => ask(&format!("Passphrase of {}: ", shown(path)))?,
        };
        keyfile::open(&file, passphrase).with_context(|| shown(path).to_string())
    }

    /// Chooses a passphrase, and writes a key into new files.
    pub(super) fn seal(&self, key: &SigningKey, path: &Path) -> anyhow::Result<()> {
        write(key, path, choose(path, self.passphrase_file.as_deref())?)
    }
}

/// A passphrase for a new key file: from a file, or from the terminal, where it is asked for twice.
pub(super) fn choose(path: &Path, passphrase_file: Option<&Path>) -> anyhow::Result<SecretString> {
    let passphrase = match passphrase_file {
        Some(file) => from_file(file)?,
        None => ask_twice(path)?,
    };
    if passphrase.expose_secret().chars().count() < FEWEST {
        bail!(
            "the passphrase is too short: take {FEWEST} characters at least, better five words drawn by lot"
        );
    }
    Ok(passphrase)
}

/// Writes a new key file, and the public key beside it.
pub(super) fn write(key: &SigningKey, path: &Path, passphrase: SecretString) -> anyhow::Result<()> {
    let file = keyfile::seal(key, passphrase, keyfile::WORK)?;
    files::write_new(path, file.as_bytes(), Readable::ByOwner)?;
    files::write_new(&public_path(path), format!("{}\n", key.public()).as_bytes(), Readable::ByAll)
}

/// Refuses when the file of a key, or that of its public half, is there already.
pub(super) fn must_be_free(path: &Path) -> anyhow::Result<()> {
    files::must_be_free(path)?;
    files::must_be_free(&public_path(path))
}

/// The file of the public key beside that of the secret one.
fn public_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

fn from_file(path: &Path) -> anyhow::Result<SecretString> {
    let bytes = files::read_secret(path)?;
    let text = std::str::from_utf8(&bytes).with_context(|| format!("{} is no text", shown(path)))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        bail!("there is no passphrase in the first line of {}", shown(path));
    }
    Ok(SecretString::from(line.to_owned()))
}

fn ask(prompt: &str) -> anyhow::Result<SecretString> {
    let line = rpassword::prompt_password(prompt);
    Ok(SecretString::from(
        line.context("there is no terminal to ask for a passphrase: use --passphrase-file")?,
    ))
}

fn ask_twice(path: &Path) -> anyhow::Result<SecretString> {
    let first = ask(&format!("New passphrase for {}: ", shown(path)))?;
    let second = ask("The same again: ")?;
    if first.expose_secret() != second.expose_secret() {
        bail!("the two passphrases differ: nothing was written");
    }
    Ok(first)
}

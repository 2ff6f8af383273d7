//! `bonded trust key`, `paper` and `restore`: one secret key.

use std::io::{IsTerminal, Read, stdin};
use std::path::{Path, PathBuf};

use anyhow::Context;
use bonded_model::Random;
use bonded_signing::{PublicKey, SigningKey, paper};
use serde_json::json;
use zeroize::Zeroizing;

use super::files;
use super::passphrase::{self, Passphrase};
use crate::config::shown;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// The file to write. The public key goes into a file beside it, with `.pub` behind its name.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl New {
    pub(super) fn run(self, random: &Random, output: Output) -> anyhow::Result<()> {
        passphrase::must_be_free(&self.out)?;
        let key = SigningKey::generate(random);
        self.passphrase.seal(&key, &self.out)?;
        made(&self.out, &key.public(), output)
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Paper {
    /// The key file.
    key: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Paper {
    pub(super) fn run(self, output: Output) -> anyhow::Result<()> {
        let key = self.passphrase.open(&self.key)?;
        let printed = paper::print(&key);
        output.result(&json!({ "public": key.public(), "paper": printed.as_str() }), || {
            format!("Secret root key: whoever reads this page can sign. Check it with 'bonded trust restore'.\n{}", *printed)
        })
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Restore {
    /// The file with the printed form. Without it, the form is typed or piped in.
    paper: Option<PathBuf>,
    /// The key file to write, and the public key beside it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Restore {
    pub(super) fn run(self, output: Output) -> anyhow::Result<()> {
        passphrase::must_be_free(&self.out)?;
        let text = match &self.paper {
            Some(path) => files::read_secret(path)?,
            None => typed(output)?,
        };
        let text = std::str::from_utf8(&text).context("the printed form is text")?;
        let key = paper::read(text)?;
        self.passphrase.seal(&key, &self.out)?;
        made(&self.out, &key.public(), output)
    }
}

fn typed(output: Output) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    if stdin().is_terminal() {
        output.notice("Type the five lines, then an empty line and Ctrl-D:")?;
    }
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    stdin().take(64 << 10).read_to_end(&mut text)?;
    Ok(text)
}

fn made(path: &Path, key: &PublicKey, output: Output) -> anyhow::Result<()> {
    let shown = shown(path);
    output.result(&json!({ "key": shown.to_string(), "public": key }), || {
        format!("wrote {shown}, the key\n{key}")
    })
}

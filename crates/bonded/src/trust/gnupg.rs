//! Root keys in GnuPG, which also knows those on YubiKeys and other OpenPGP cards.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use anyhow::{Context, bail};
use bonded_signing::openpgp::{self, read_public_key, read_signature};
use bonded_signing::{PublicKey, RoleSignature};
use serde_json::json;

use crate::output::Output;

/// The fingerprint of an OpenPGP key: 40 hexadecimal digits, in any case and with any spaces.
#[derive(Clone, Debug)]
pub(super) struct Fingerprint {
    digits: String,
    bytes: [u8; 20],
}

impl FromStr for Fingerprint {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let digits: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let mut bytes = [0; 20];
        if hex::decode_to_slice(&digits, &mut bytes).is_err() {
            bail!("the whole fingerprint of the key is expected: 40 hexadecimal digits");
        }
        Ok(Self { digits, bytes })
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct GpgKey {
    /// The fingerprint of the key, or of the subkey that signs.
    fingerprint: Fingerprint,
    /// The program of GnuPG.
    #[arg(long, value_name = "PROGRAM", default_value = "gpg")]
    gpg_program: PathBuf,
}

impl GpgKey {
    pub(super) fn run(self, output: Output) -> anyhow::Result<()> {
        let key = public_key(&self.gpg_program, &self.fingerprint)?;
        output.result(&json!({ "public": key }), || key.to_string())
    }
}

/// Lets GnuPG sign a document, and verifies what it gives.
pub(super) fn sign(
    program: &Path,
    fingerprint: &Fingerprint,
    document: &[u8],
) -> anyhow::Result<(PublicKey, RoleSignature)> {
    let key = public_key(program, fingerprint)?;
    // The exclamation mark means this very key, and not a subkey that GnuPG likes better.
    let user = format!("{}!", fingerprint.digits);
    let arguments =
        ["--quiet", "--digest-algo", "SHA256", "--local-user", &user, "--detach-sign", "--output", "-"];
    let signature = read_signature(&run(program, &arguments, document)?)?;
    if !openpgp::verify(document, &key, &signature) {
        bail!("GnuPG made a signature that does not verify");
    }
    Ok((key, signature))
}

fn public_key(program: &Path, fingerprint: &Fingerprint) -> anyhow::Result<PublicKey> {
    let exported = run(program, &["--quiet", "--batch", "--export", &fingerprint.digits], b"")?;
    Ok(read_public_key(&exported, &fingerprint.bytes)?)
}

/// Runs GnuPG. What it has to say to the person goes to the terminal, and so do its questions.
fn run(program: &Path, arguments: &[&str], input: &[u8]) -> anyhow::Result<Vec<u8>> {
    let name = program.display();
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| {
            format!("GnuPG cannot be run as {name}: install it, or name it with --gpg-program")
        })?;
    // The document is shorter than a pipe holds, or GnuPG reads it before it writes anything.
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input).with_context(|| format!("{name} does not read what it is to sign"))?;
    }
    let finished = child.wait_with_output()?;
    if !finished.status.success() {
        bail!("{name} ended with {}: its own words stand above", finished.status);
    }
    Ok(finished.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_gnupg_prints_it() {
        let text = "3953 F9DD F975 AB50 97EE  468D 9955 5C5B 4411 69BF";
        let read: Fingerprint = text.parse().unwrap();
        assert_eq!(read.bytes[..4], [0x39, 0x53, 0xf9, 0xdd]);
        assert_eq!(read.bytes[19], 0xbf);
        for wrong in ["", "44116 9BF", &text[1..], &format!("{text}00"), &text.replace('F', "G")] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }
}

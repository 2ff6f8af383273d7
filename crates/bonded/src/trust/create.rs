//! `bonded trust init`: root keys, and the first root that they sign.

use std::path::PathBuf;

use anyhow::{Context, bail};
use bonded_model::{Clock, Random, Timestamp};
use bonded_signing::{Delegation, PublicKey, RootFilename, RootRole, SigningKey};
use secrecy::SecretString;

use super::arguments::{self, KeyArgument, Validity};
use super::files::{self, Readable};
use super::passphrase;
use super::show::Report;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    /// How many root keys to make here.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=20))]
    root_keys: u8,
    /// A root key that was made elsewhere: its public half, or the file that holds it. Can be given again.
    #[arg(long = "root-key", value_name = "KEY", value_parser = arguments::key)]
    others: Vec<KeyArgument>,
    /// How many of the root keys have to sign.
    #[arg(long, value_name = "M")]
    threshold: u32,
    /// The public key of the server's key manager, which `bonded trust keys` prints there. With `--from`, the one of that
    /// root unless another is given.
    #[arg(long, value_name = "KEY", value_parser = arguments::key, required_unless_present = "from")]
    key_manager: Option<KeyArgument>,
    /// The root that clients trust so far, such as the server's development root: makes its successor.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The directory for root and keys.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Read passphrases from the first lines of files: one for all keys, or one for each. Can be given again.
    #[arg(long = "passphrase-file", value_name = "FILE")]
    passphrase_files: Vec<PathBuf>,
    #[command(flatten)]
    validity: Validity,
}

impl Init {
    pub(super) fn run(self, clock: &Clock, random: &Random, output: Output) -> anyhow::Result<()> {
        let files = self.passphrase_files.len();
        if files > 1 && files != usize::from(self.root_keys) {
            bail!(
                "{files} passphrase files were given for {} keys: give one for all, or one for each",
                self.root_keys
            );
        }
        let keys: Vec<_> = (0..self.root_keys).map(|_| SigningKey::generate(random)).collect();
        let old = self.from.as_deref().map(files::read_root).transpose()?.map(|root| root.role().clone());
        let role = self.role(&keys, old.as_ref(), clock.now())?;
        std::fs::create_dir_all(&self.out).with_context(|| self.out.display().to_string())?;
        let root = self.out.join(RootFilename { version: role.version }.to_string());
        let paths: Vec<_> =
            (1..=keys.len()).map(|number| self.out.join(format!("root-{number}.key"))).collect();
        // Everything is looked at and asked for before the first file is written.
        files::must_be_free(&root)?;
        paths.iter().try_for_each(|path| passphrase::must_be_free(path))?;
        let passphrases = self.passphrases(&paths)?;
        for ((key, path), passphrase) in keys.iter().zip(&paths).zip(passphrases) {
            passphrase::write(key, path, passphrase)?;
        }
        let mut envelope = role.to_envelope()?;
        for key in &keys {
            envelope.sign_root(key, clock.now());
        }
        files::write_new(&root, &envelope.to_bytes()?, Readable::ByAll)?;
        Report::of(&root, &envelope, old.as_ref(), clock.now())?.print(output)
    }

    /// A passphrase for each key.
    fn passphrases(&self, paths: &[PathBuf]) -> anyhow::Result<Vec<SecretString>> {
        let file =
            |index| self.passphrase_files.get(index).or(self.passphrase_files.first()).map(PathBuf::as_path);
        paths.iter().enumerate().map(|(index, path)| passphrase::choose(path, file(index))).collect()
    }

    fn role(&self, keys: &[SigningKey], old: Option<&RootRole>, now: Timestamp) -> anyhow::Result<RootRole> {
        let root = keys.iter().map(SigningKey::public).chain(self.others.iter().map(|key| key.0));
        let root = Delegation::new(root.collect::<Vec<PublicKey>>(), self.threshold)?;
        let key_mgr = match (&self.key_manager, old) {
            (Some(key), _) => Delegation::new([key.0], 1)?,
            (None, Some(old)) => old.key_mgr.clone(),
            (None, None) => bail!("--key-manager is missing"),
        };
        let version = match old {
            Some(old) => old.version.checked_add(1).context("there is no higher version")?,
            None => 1,
        };
        Ok(RootRole { version, timestamp: now, expiration: self.validity.until(now), root, key_mgr })
    }
}

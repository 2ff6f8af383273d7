//! `bonded trust keys`, `adopt` and the like: what is done where the server's database and keys are.

use std::path::PathBuf;

use bonded_model::trust::KeyBytes;
use bonded_registry::Registry;
use bonded_registry::trust::{PublicKey, SignerSummary, TrustSummary};
use clap::{Args, Subcommand};
use serde_json::{json, to_value};

use super::files;
use crate::config::Config;
use crate::open;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the server's public keys, the installed roots, and how far the signing of packages has come.
    Keys,
    /// Make another key manager's key and print its public half, for the next root to name. The present one signs until
    /// that root is adopted.
    NewKeyManager,
    /// Make a key that signs packages later and print its public half: to be copied to the other servers before
    /// `rotate-package-manager --key`.
    NewPackageManager,
    /// Install the successor of the present root, or root 1 where there is none yet. A development root signs its
    /// successor here, and its key is destroyed then, as are key managers' keys that the root names no more.
    Adopt {
        /// The root, such as 2.root.json, with all other signatures.
        file: PathBuf,
    },
    /// Sign packages with a new key of the server's. A running server signs all packages anew.
    RotatePackageManager(Rotate),
    /// Make the list of the keys that sign packages anew, with the same keys. The server does so by itself in time.
    Renew {
        /// The database was restored from a backup: give the list a version that is greater than all that clients may
        /// have seen since the backup, because they refuse older ones.
        #[arg(long)]
        restored: bool,
    },
    /// Give up roots and keys because the trust directory is lost for good. The next start makes a new development root,
    /// and clients have to pin that.
    Forget {
        /// Yes, they are lost.
        #[arg(long, required = true)]
        lost: bool,
    },
    /// The keys with which publishers sign packages themselves.
    #[command(subcommand)]
    PublisherKey(PublisherKey),
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The public half of a key that `new-package-manager` made. Without it, a new key is made.
    #[arg(long, value_name = "KEY")]
    key: Option<PublicKey>,
    /// Somebody else may have the present key: drop it at once. Clients refuse all packages until they are signed anew.
    #[arg(long)]
    compromised: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PublisherKey {
    /// Let a key sign the packages of a channel.
    Add {
        /// The channel.
        channel: String,
        /// The public key: 64 hexadecimal digits.
        key: PublicKey,
        /// What it is called.
        #[arg(long)]
        name: String,
    },
    /// Take a key's right away.
    Remove {
        /// The channel.
        channel: String,
        /// The public key.
        key: PublicKey,
        /// Somebody else may have it: packages that it alone has signed leave the index.
        #[arg(long)]
        compromised: bool,
    },
    /// List the keys of a channel.
    List {
        /// The channel.
        channel: String,
    },
}

impl Command {
    /// Runs one command on the server's own database.
    pub(super) async fn run(self, config: &Config, output: Output) -> anyhow::Result<()> {
        let registry = open::existing(config).await?;
        let result = self.run_on(&registry, output).await;
        registry.store.settle().await;
        registry.store.close().await;
        result
    }

    async fn run_on(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        let permit = registry.operator()?;
        match self {
            Self::Keys => match registry.trust_summary().await? {
                Some(summary) => output.result(&summary, || keys(&summary)),
                None => waiting_for_the_first_root(&registry.waiting_key_managers().await?, output),
            },
            Self::NewKeyManager => {
                let key = registry.new_key_manager_key(&permit).await?;
                output.result(&json!({ "key": key.to_string() }), || key.to_string())
            }
            Self::NewPackageManager => {
                let key = registry.new_package_manager_key(&permit).await?;
                output.result(&json!({ "key": key.to_string() }), || key.to_string())
            }
            Self::Adopt { file } => {
                let adopted = registry.adopt_root(&permit, &files::read(&file)?).await?;
                output.result(&adopted, || {
                    let end = if adopted.ended_development {
                        "\nthe development root's key is destroyed"
                    } else {
                        ""
                    };
                    format!(
                        "root {} is installed, until {}\nfingerprint: {}{end}",
                        adopted.version, adopted.expires_at, adopted.fingerprint
                    )
                })
            }
            Self::RotatePackageManager(Rotate { key, compromised }) => {
                let key = registry.rotate_package_manager_to(&permit, key, compromised).await?;
                output.result(&json!({ "key": key }), || {
                    format!(
                        "packages are signed with {key} from now on\nthe running server signs the others anew: see \
                         'bonded trust keys'"
                    )
                })
            }
            Self::Renew { restored } => {
                let version = registry.renew_key_manager_now(&permit, restored).await?;
                output
                    .result(&json!({ "version": version }), || format!("key manager {version} is installed"))
            }
            Self::Forget { .. } => {
                registry.forget_trust(&permit).await?;
                output.result(&json!({ "forgotten": true }), || "start the server for a new root".to_owned())
            }
            Self::PublisherKey(command) => command.run(registry, output).await,
        }
    }
}

impl PublisherKey {
    async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        let permit = registry.operator()?;
        match self {
            Self::Add { channel, key, name } => {
                let channel = registry.channel_named(&permit, &channel).await?;
                let added = registry.add_publisher_key(&permit, &channel, &key, &name).await?;
                output.result(&added, || format!("'{name}' may sign packages of '{}' now", channel.name))
            }
            Self::Remove { channel, key, compromised } => {
                let channel = registry.channel_named(&permit, &channel).await?;
                registry.remove_publisher_key(&permit, &channel, &key, compromised).await?;
                let shown = json!({ "channel": channel.name, "key": key });
                output.result(&shown, || format!("{key} may sign no packages of '{}' any more", channel.name))
            }
            Self::List { channel } => {
                let channel = registry.channel_named(&permit, &channel).await?;
                let keys = registry.publisher_keys(&permit, &channel).await?;
                let rows = keys.iter().map(to_value).collect::<Result<Vec<_>, _>>()?;
                output.table(&rows, &["name", "key", "added_at"])
            }
        }
    }
}

/// What there is of keys before the first root.
fn waiting_for_the_first_root(waiting: &[KeyBytes], output: Output) -> anyhow::Result<()> {
    if waiting.is_empty() {
        anyhow::bail!("there is no root yet: start the server once");
    }
    let shown = json!({ "roots": [], "waiting_key_managers": waiting });
    output.result(&shown, || {
        let lines = waiting.iter().map(waiting_key).collect::<Vec<_>>();
        format!("there is no root yet\n{}", lines.join("\n"))
    })
}

fn waiting_key(key: &KeyBytes) -> String {
    format!("key manager key that waits for its root: {key}")
}

fn keys(summary: &TrustSummary) -> String {
    let mut lines = Vec::new();
    for root in &summary.roots {
        lines.push(format!(
            "root {}, until {}, fingerprint {}",
            root.version, root.expires_at, root.fingerprint
        ));
    }
    if summary.development {
        lines.push("this is a DEVELOPMENT ROOT: its key is on this server".to_owned());
    }
    let manager = summary.roots.last().map(|root| root.key_manager_keys.as_slice()).unwrap_or_default();
    lines.extend(manager.iter().map(|key| format!("key manager key: {key}")));
    lines.extend(summary.waiting_key_managers.iter().map(waiting_key));
    lines.push(format!(
        "key manager {}, until {}",
        summary.key_manager_version, summary.key_manager_expires_at
    ));
    lines.extend(summary.signers.iter().map(signer));
    if summary.waiting > 0 {
        lines.push(format!("{} packages wait for the present key's signature", summary.waiting));
    }
    lines.join("\n")
}

fn signer(signer: &SignerSummary) -> String {
    match (&signer.name, signer.leaving_since) {
        (Some(name), _) => format!("publisher key '{name}': {}", signer.key),
        (None, None) => format!("package manager key: {}", signer.key),
        (None, Some(since)) => format!("package manager key until {since}: {}", signer.key),
    }
}

//! `bonded conda trust`, and the question that it asks.

use std::io::{IsTerminal, Write, stderr, stdin};

use anyhow::bail;
use bonded_client::channel::ChannelRef;
use bonded_client::tokens::{self, Root};
use bonded_client::trust::Pins;
use bonded_client::{Environment, web::Web};
use bonded_model::Timestamp;
use bonded_signing::{Fingerprint, TrustedRoot};
use clap::Args;
use serde_json::json;

use super::channels;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Trust {
    /// Any conda channel of the registry: its URL, or its name below --server or where .condarc says. Without one, lists
    /// what is trusted.
    #[arg(value_name = "URL or NAME")]
    channel: Option<String>,
    /// The registry that has the channel, https://HOST, if it is named without its URL.
    #[arg(long, value_name = "URL", requires = "channel")]
    server: Option<url::Url>,
    /// The fingerprint of the root, as whoever runs the registry has told you; then nothing is asked.
    #[arg(long, value_name = "FINGERPRINT", requires = "channel", conflicts_with = "forget")]
    root_fingerprint: Option<Fingerprint>,
    /// Trust the registry no more. Its packages are refused then, until its root is trusted again.
    #[arg(long, requires = "channel")]
    forget: bool,
}

impl Trust {
    pub(super) async fn run(
        self,
        environment: &Environment,
        output: Output,
        now: Timestamp,
    ) -> anyhow::Result<u8> {
        let Some(channel) = self.channel else { return list(environment, output) };
        let channels = channels::entrusted(&[channel], self.server.as_ref(), environment)?;
        let [channel] = &channels[..] else { bail!("name one channel of the registry") };
        let server = channel.server();
        if self.forget {
            let known = Pins::of(environment).forget(&server)?;
            output.result(&json!({ "server": server, "forgotten": known }), || match known {
                true => format!("{server} is not trusted any more."),
                false => format!("{server} was not trusted."),
            })?;
            return Ok(0);
        }
        let web = Web::new(environment, std::slice::from_ref(channel))?;
        let root = choose(&web, channel, self.root_fingerprint.as_ref()).await?;
        // For this client alone: conda knows one root for all registries, and `token set` sees to that.
        tokens::trust(environment, &server, &root, None, now)?;
        let (version, fingerprint) = told(&root);
        let value = json!({ "server": server, "root": version, "fingerprint": fingerprint });
        output.result(&value, || format!("{server} is trusted from now on, with root {version}."))?;
        Ok(0)
    }
}

fn list(environment: &Environment, output: Output) -> anyhow::Result<u8> {
    let rows: Vec<_> = Pins::of(environment)
        .all()?
        .iter()
        .map(|pin| {
            let root = pin.root()?;
            Ok(json!({
                "server": pin.server, "root": root.version(), "expires": root.role().expiration,
                "key_manager": pin.key_manager, "trusted_since": pin.pinned_at,
                "fingerprint": root.fingerprint().to_string(),
            }))
        })
        .collect::<anyhow::Result<_>>()?;
    output.table(&rows, &["server", "root", "expires", "key_manager", "trusted_since", "fingerprint"])?;
    Ok(0)
}

/// Version and fingerprint of the root that is trusted now.
pub(super) fn told(root: &Root) -> (u64, String) {
    root.newest().map_or_else(Default::default, |root| (root.version(), root.fingerprint().to_string()))
}

/// Finds the root of a registry: by its fingerprint, or by asking whoever sits at the terminal.
pub(super) async fn choose(
    web: &Web,
    channel: &ChannelRef,
    fingerprint: Option<&Fingerprint>,
) -> anyhow::Result<Root> {
    if fingerprint.is_none() && !(stdin().is_terminal() && stderr().is_terminal()) {
        bail!("there is nobody to ask whether the root is the right one: give its --root-fingerprint");
    }
    Ok(tokens::choose_root(web, channel, fingerprint, |root| ask(channel, root).unwrap_or(false)).await?)
}

fn ask(channel: &ChannelRef, root: &TrustedRoot) -> std::io::Result<bool> {
    let delegation = &root.role().root;
    let mut out = stderr();
    writeln!(out, "The packages of {} are signed.", channel.server())?;
    writeln!(
        out,
        "\n  root          {}\n  fingerprint   {}\n  keys          {} of {}\n  expires       {}\n",
        root.version(),
        root.fingerprint(),
        delegation.threshold(),
        delegation.pubkeys().len(),
        root.role().expiration.format("%Y-%m-%d"),
    )?;
    writeln!(
        out,
        "Compare the fingerprint with the one that whoever runs the registry has told you by another way."
    )?;
    write!(out, "Trust this root from now on? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

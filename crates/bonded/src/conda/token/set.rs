//! `bonded conda token set`.

use std::io::{Read, stdin};
use std::path::Path;

use anyhow::Context;
use bonded_client::tokens::{self, SetToken, Stored, TokenError};
use bonded_client::{Environment, web::Web};
use bonded_model::Timestamp;
use bonded_model::token::ApiToken;
use bonded_signing::Fingerprint;
use clap::Args;
use serde_json::json;
use url::Url;

use super::super::{channels, trust};
use super::Place;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The token; it may only be able to read. `-` reads it from standard input, where no process list shows it.
    token: String,
    /// Verify signatures: trust the registry's root, and let conda verify with conda-content-trust.
    #[arg(long)]
    enable_signature_verification: bool,
    /// The fingerprint of the root, as whoever runs the registry has told you; then nothing is asked.
    #[arg(long, value_name = "FINGERPRINT", requires = "enable_signature_verification")]
    root_fingerprint: Option<Fingerprint>,
    /// A channel that the token reads: its URL, or its name below --server or where .condarc says. Without any, the token is
    /// for all of --server.
    #[arg(short, long = "channel", value_name = "URL or NAME")]
    channels: Vec<String>,
    /// The registry, https://HOST.
    #[arg(long, value_name = "URL")]
    server: Option<Url>,
    #[command(flatten)]
    place: Place,
}

impl Set {
    pub(super) async fn run(
        self,
        environment: &Environment,
        output: Output,
        now: Timestamp,
    ) -> anyhow::Result<u8> {
        let token: ApiToken = given(self.token)?.parse().map_err(TokenError::from)?;
        let mut channels = channels::entrusted(&self.channels, self.server.as_ref(), environment)?;
        let whole_server = self.channels.is_empty();
        if let (true, Some(server)) = (whole_server, &self.server) {
            channels.push(channels::of_server(server)?);
        }
        let Some(channel) = channels.first() else { return Err(TokenError::NoServer.into()) };
        let web = Web::new(environment, &[])?;
        let root = match self.enable_signature_verification {
            true => Some(trust::choose(&web, channel, self.root_fingerprint.as_ref()).await?),
            false => None,
        };
        let trusted = root.as_ref().map(trust::told);
        let server = channel.server();
        let conda = environment.conda().map(Path::to_owned);
        let conda_verifies = root.is_some() && conda.is_some();
        let condarc = self.place.condarc(environment)?;
        let wanted = SetToken { token, channels, whole_server, condarc, root, conda };
        let stored = tokens::set(environment, &web, &wanted, now).await?;
        show(&server, &stored, trusted.as_ref(), conda_verifies, output)?;
        Ok(0)
    }
}

fn show(
    server: &Url,
    stored: &Stored,
    trusted: Option<&(u64, String)>,
    conda_verifies: bool,
    output: Output,
) -> anyhow::Result<()> {
    let value = json!({
        "server": server, "files": stored.files,
        "root": trusted.map(|(version, _)| version),
        "fingerprint": trusted.map(|(_, fingerprint)| fingerprint),
        "conda_verifies": conda_verifies,
        "full_caches": stored.full_caches,
    });
    output.result(&value, || {
        let files: Vec<String> = stored.files.iter().map(|file| format!("  {}", file.display())).collect();
        let mut text = format!("The token for {server} is stored:\n{}", files.join("\n"));
        if let Some((version, fingerprint)) = trusted {
            let who =
                if conda_verifies { "Signatures are verified" } else { "`bonded conda` verifies signatures" };
            text.push_str(&format!("\n{who}, with root {version}: {fingerprint}"));
        }
        text
    })?;
    if trusted.is_some() && !conda_verifies {
        output.notice(
            "warning: no conda was found, so none was told to verify: put it on PATH and set the token again",
        )?;
    }
    for cache in &stored.full_caches {
        output.notice(&format!(
            "warning: the index cache {} could not be emptied: run `conda clean -i`, or remove it",
            cache.display()
        ))?;
    }
    Ok(())
}

fn given(token: String) -> anyhow::Result<String> {
    if token != "-" {
        return Ok(token);
    }
    let mut text = String::new();
    stdin().take(4096).read_to_string(&mut text).context("the token cannot be read from standard input")?;
    Ok(text)
}

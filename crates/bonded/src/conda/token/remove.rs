//! `bonded conda token remove`.

use bonded_client::Environment;
use bonded_client::condarc::Condarc;
use bonded_client::tokens::{self, Which, is_below};
use clap::Args;
use serde_json::json;
use url::Url;

use super::super::channels;
use super::Place;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// Only the tokens for this channel and what is below it: its URL, or its name below --server or where .condarc says.
    /// Without any, and without --server, all tokens that Bonded servers have made are removed.
    #[arg(short, long = "channel", value_name = "URL or NAME")]
    channels: Vec<String>,
    /// The registry, https://HOST. Without --channel, all tokens for it and its channels are removed.
    #[arg(long, value_name = "URL")]
    server: Option<Url>,
    #[command(flatten)]
    place: Place,
}

impl Remove {
    pub(super) fn run(self, environment: &Environment, output: Output) -> anyhow::Result<u8> {
        // Before anything is gone: what cannot be written must not be found out afterwards.
        let condarc = Condarc::open(&self.place.condarc(environment)?)?;
        let removed = tokens::remove(environment, &self.which(environment)?)?;
        if condarc.remove_channels(|url| removed.gone.iter().any(|token| is_below(url, &token.place))) {
            condarc.save()?;
        }
        let rows: Vec<_> = removed.gone.iter().map(|token| json!(token)).collect();
        output.table(&rows, &["kind", "place", "token"])?;
        for token in &removed.kept {
            output.notice(&format!(
                "note: the token for {} in {} stays, because it is for other channels too",
                token.place,
                token.file.display()
            ))?;
        }
        Ok(0)
    }

    fn which(&self, environment: &Environment) -> anyhow::Result<Which> {
        if !self.channels.is_empty() {
            let channels = channels::entrusted(&self.channels, self.server.as_ref(), environment)?;
            return Ok(Which::Below(channels.iter().map(|channel| channel.url().clone()).collect()));
        }
        match &self.server {
            Some(server) => Ok(Which::Below(vec![channels::of_server(server)?.server()])),
            None => Ok(Which::Bonded),
        }
    }
}

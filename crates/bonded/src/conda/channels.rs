//! Which channels a command is about.

use bonded_client::Environment;
use bonded_client::channel::{ChannelRef, usual_alias, with_slash};
use bonded_client::condarc::Condarc;
use clap::Args;
use url::Url;

#[derive(Clone, Debug, Args)]
pub(crate) struct Channels {
    /// A channel: its URL, or its name below --server. The first one is the most important. Without any, those of
    /// .condarc.
    #[arg(short, long = "channel", value_name = "URL or NAME")]
    pub(crate) channels: Vec<String>,
    /// The registry that has the channels without a URL, https://HOST. Without it, .condarc's channel_alias.
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<Url>,
}

impl Channels {
    /// The channels that are named.
    pub(crate) fn named(&self, environment: &Environment) -> anyhow::Result<Vec<ChannelRef>> {
        read(&self.channels, &self.alias(environment)?)
    }

    /// The channels that are named, or else those that are configured.
    pub(crate) fn all(&self, environment: &Environment) -> anyhow::Result<Vec<ChannelRef>> {
        if !self.channels.is_empty() {
            return self.named(environment);
        }
        let alias = self.alias(environment)?;
        let mut listed = Vec::new();
        for condarc in condarcs(environment)? {
            let new = condarc.channels().into_iter().filter(|channel| !listed.contains(channel));
            listed.extend(new.collect::<Vec<_>>());
        }
        read(&listed, &alias)
    }

    fn alias(&self, environment: &Environment) -> anyhow::Result<Url> {
        if let Some(server) = &self.server {
            return Ok(with_slash(server.clone()));
        }
        let configured = condarcs(environment)?.iter().find_map(|condarc| condarc.word("channel_alias"));
        match configured {
            Some(alias) => Ok(with_slash(alias.parse()?)),
            None => Ok(usual_alias()?),
        }
    }
}

fn read(texts: &[String], alias: &Url) -> anyhow::Result<Vec<ChannelRef>> {
    texts.iter().map(|text| Ok(ChannelRef::parse(text, alias)?)).collect()
}

/// The configuration files that count: the active environment's, the user's, and that of conda itself.
fn condarcs(environment: &Environment) -> anyhow::Result<Vec<Condarc>> {
    let of_prefix = |prefix: &std::path::PathBuf| prefix.join(".condarc");
    let mut paths: Vec<_> = environment.conda_prefix.iter().map(of_prefix).collect();
    paths.push(environment.user_condarc());
    paths.extend(environment.conda_root.iter().map(of_prefix));
    paths.dedup();
    paths.iter().map(|path| Ok(Condarc::open(path)?)).collect()
}

//! Which channels a command is about.

use anyhow::Context;
use bonded_client::Environment;
use bonded_client::channel::ChannelRef;
use bonded_client::condarc;
use bonded_client::names::Names;
use clap::Args;
use url::Url;

#[derive(Clone, Debug, Args)]
pub(crate) struct Channels {
    /// A channel: its URL, or its name below --server. The first one is the most important. Without any, those of
    /// .condarc.
    #[arg(short, long = "channel", value_name = "URL or NAME")]
    channels: Vec<String>,
    /// The registry that has the channels without a URL, https://HOST. Without it, they are where .condarc says.
    #[arg(long, value_name = "URL")]
    server: Option<Url>,
}

impl Channels {
    /// Whether nothing is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.channels.is_empty() && self.server.is_none()
    }

    /// The channels that are named, or else those that are configured.
    pub(crate) fn all(&self, environment: &Environment) -> anyhow::Result<Vec<ChannelRef>> {
        let names = names(self.server.as_ref(), environment)?.or_usual()?;
        if !self.channels.is_empty() {
            return read(&self.channels, &names);
        }
        let listed =
            condarc::all(environment)?.iter().flat_map(condarc::Condarc::channels).collect::<Vec<_>>();
        read(&listed, &names)
    }
}

/// The channels that somebody names who has a secret for them, or trusts them. What is only a name has to lead somewhere by
/// their own word: where names lead without one, others have channels of that name.
pub(super) fn entrusted(
    texts: &[String],
    server: Option<&Url>,
    environment: &Environment,
) -> anyhow::Result<Vec<ChannelRef>> {
    read(texts, &names(server, environment)?)
}

/// The registry itself, as a channel that it may or may not have.
pub(super) fn of_server(server: &Url) -> anyhow::Result<ChannelRef> {
    let channels = Names::below(server).channels("main")?;
    channels.into_iter().next().context("a name below a server is a channel")
}

fn names(server: Option<&Url>, environment: &Environment) -> anyhow::Result<Names> {
    match server {
        Some(server) => Ok(Names::below(server)),
        None => Ok(Names::configured(&condarc::all(environment)?)?),
    }
}

fn read(texts: &[String], names: &Names) -> anyhow::Result<Vec<ChannelRef>> {
    let mut channels = Vec::new();
    for text in texts {
        for channel in names.channels(text)? {
            if !channels.contains(&channel) {
                channels.push(channel);
            }
        }
    }
    Ok(channels)
}

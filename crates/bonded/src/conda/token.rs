//! `bonded conda token`.

use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bonded_client::channel::ChannelRef;
use bonded_client::condarc::Condarc;
use bonded_client::tokens::{self, SetToken, TokenError};
use bonded_client::{Environment, web::Web};
use bonded_model::Timestamp;
use bonded_model::token::ApiToken;
use bonded_signing::Fingerprint;
use clap::{Args, Subcommand};
use serde_json::json;

use super::channels::Channels;
use super::trust;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a token, and store it with the settings that it needs.
    Set(Set),
    /// List the stored tokens, of all registries; they are not shown.
    List,
    /// Remove the tokens of a registry, or all that Bonded servers have made.
    Remove(Remove),
    /// Switch off that conda verifies signatures. Bonded's own client goes on to.
    Disable(Place),
}

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
    #[command(flatten)]
    channels: Channels,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    channels: Channels,
    #[command(flatten)]
    place: Place,
}

/// Which of conda's configuration files is changed: the user's, unless another one is named.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Place {
    /// That of conda's own prefix, for everybody who uses it.
    #[arg(long)]
    system: bool,
    /// That of the active environment.
    #[arg(long)]
    env: bool,
    /// This one.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Command {
    pub(super) async fn run(
        self,
        environment: &Environment,
        output: Output,
        now: Timestamp,
    ) -> anyhow::Result<u8> {
        match self {
            Self::Set(set) => set.run(environment, output, now).await,
            Self::List => list(environment, output),
            Self::Remove(remove) => remove.run(environment, output),
            Self::Disable(place) => {
                let path = place.condarc(environment)?;
                tokens::disable(&path)?;
                output.result(&json!({ "file": path }), || {
                    format!("conda does not verify signatures any more ({}).", path.display())
                })?;
                Ok(0)
            }
        }
    }
}

impl Set {
    async fn run(self, environment: &Environment, output: Output, now: Timestamp) -> anyhow::Result<u8> {
        let token: ApiToken = given(self.token)?.parse().map_err(TokenError::from)?;
        let mut channels = self.channels.named(environment)?;
        let whole_server = channels.is_empty();
        if let (true, Some(server)) = (whole_server, &self.channels.server) {
            // A new registry has this one; what is asked for is only whether the token is known.
            channels.push(ChannelRef::parse("main", server)?);
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
        let value = json!({
            "server": server, "files": stored.files,
            "root": trusted.as_ref().map(|(version, _)| version),
            "fingerprint": trusted.as_ref().map(|(_, fingerprint)| fingerprint),
            "conda_verifies": conda_verifies,
        });
        output.result(&value, || {
            let files: Vec<String> =
                stored.files.iter().map(|file| format!("  {}", file.display())).collect();
            let mut text = format!("The token for {server} is stored:\n{}", files.join("\n"));
            if let Some((version, fingerprint)) = &trusted {
                let who = if conda_verifies {
                    "Signatures are verified"
                } else {
                    "`bonded conda` verifies signatures"
                };
                text.push_str(&format!("\n{who}, with root {version}: {fingerprint}"));
            }
            text
        })?;
        if trusted.is_some() && !conda_verifies {
            output.notice(
                "warning: no conda was found, so none was told to verify: put it on PATH and set the token again",
            )?;
        }
        Ok(0)
    }
}

impl Remove {
    fn run(self, environment: &Environment, output: Output) -> anyhow::Result<u8> {
        let mut channels = self.channels.named(environment)?;
        if let (true, Some(server)) = (channels.is_empty(), &self.channels.server) {
            channels.push(ChannelRef::parse("main", server)?);
        }
        let mut gone = Vec::new();
        match channels.is_empty() {
            true => gone.extend(tokens::remove(environment, None)?),
            false => {
                for channel in &channels {
                    gone.extend(tokens::remove(environment, Some(channel))?);
                }
            }
        }
        let condarc = Condarc::open(&self.place.condarc(environment)?)?;
        condarc.remove_channels(|url| gone.iter().any(|token| below(url, &token.place)));
        condarc.save()?;
        let rows: Vec<_> = gone.iter().map(|token| json!(token)).collect();
        output.table(&rows, &["kind", "place", "token"])?;
        Ok(0)
    }
}

/// Whether a channel lies where a token is used.
fn below(channel: &str, place: &str) -> bool {
    format!("{}/", channel.trim_end_matches('/')).starts_with(place)
}

fn list(environment: &Environment, output: Output) -> anyhow::Result<u8> {
    let rows: Vec<_> = tokens::list(environment)?.iter().map(|token| json!(token)).collect();
    output.table(&rows, &["kind", "place", "token", "file"])?;
    Ok(0)
}

fn given(token: String) -> anyhow::Result<String> {
    if token != "-" {
        return Ok(token);
    }
    let mut text = String::new();
    stdin().take(4096).read_to_string(&mut text).context("the token cannot be read from standard input")?;
    Ok(text)
}

impl Place {
    fn condarc(&self, environment: &Environment) -> anyhow::Result<PathBuf> {
        if let Some(file) = &self.file {
            return Ok(file.clone());
        }
        let prefix = match (self.system, self.env) {
            (true, _) => &environment.conda_root,
            (_, true) => &environment.conda_prefix,
            _ => return Ok(environment.user_condarc()),
        };
        match prefix {
            Some(prefix) => Ok(prefix.join(".condarc")),
            None if self.system => bail!("there is no conda here: name the configuration with --file"),
            None => bail!("no environment is active: name the configuration with --file"),
        }
    }
}

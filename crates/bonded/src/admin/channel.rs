//! `bonded admin channel`

use bonded_model::trust::Signing;
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, ChannelName, Visibility};
use bonded_registry::Registry;
use bonded_registry::admin::NewChannel;
use clap::Subcommand;
use serde_json::{json, to_value};

use super::policy;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a channel.
    Create {
        /// Its name, the first part of its URL's path.
        name: ChannelName,
        /// What it serves: python or conda.
        #[arg(long)]
        format: ChannelFormat,
        /// Hide it from everybody but its members.
        #[arg(long)]
        private: bool,
    },
    /// List all channels.
    List,
    /// Make a Python channel the one behind /simple/ and /legacy/.
    Default {
        /// Its name.
        channel: String,
    },
    /// Show or change which second factors a channel asks of its members, beyond what the instance does.
    Policy {
        /// Its name.
        channel: String,
        #[command(flatten)]
        change: policy::Change,
    },
    /// Say who signs the packages of a conda channel: off (nobody), server, or publisher (with keys that the server does
    /// not have; see `bonded trust publisher-key`).
    Signing {
        /// The channel's name.
        channel: String,
        /// off, server or publisher.
        signing: Signing,
    },
    /// The members of a channel.
    #[command(subcommand)]
    Member(Member),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// Give somebody a role, in place of any other that they have in the channel.
    Add {
        /// The channel.
        channel: String,
        /// The account.
        user: String,
        /// reader, publisher or admin.
        #[arg(long)]
        role: ChannelRole,
    },
    /// Take somebody's role away.
    Remove {
        /// The channel.
        channel: String,
        /// The account.
        user: String,
    },
    /// List the members.
    List {
        /// The channel.
        channel: String,
    },
}

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        let permit = registry.operator()?;
        match self {
            Self::Create { name, format, private } => {
                let visibility = if private { Visibility::Private } else { Visibility::Public };
                let channel =
                    registry.create_channel(&permit, NewChannel { name, format, visibility }).await?;
                output.result(&channel, || {
                    format!("created the {visibility} {format} channel '{}'", channel.name)
                })
            }
            Self::List => {
                let channels = registry.channels(&permit).await?;
                let rows = channels.iter().map(to_value).collect::<Result<Vec<_>, _>>()?;
                output.table(&rows, &["id", "name", "format", "visibility", "signing", "created_at"])
            }
            Self::Default { channel } => {
                let channel = registry.channel_named(&permit, &channel).await?;
                registry.set_default_python_channel(&permit, &channel).await?;
                output.result(&channel, || format!("'{}' is the default Python channel now", channel.name))
            }
            Self::Policy { channel, change } => {
                policy::run_in_channel(&channel, change, registry, output).await
            }
            Self::Signing { channel, signing } => {
                let channel = registry.channel_named(&permit, &channel).await?;
                registry.set_signing(&permit, &channel, signing).await?;
                let shown = json!({ "channel": channel.name, "signing": signing });
                output.result(&shown, || format!("who signs the packages of '{}': {signing}", channel.name))
            }
            Self::Member(member) => member.run(registry, output).await,
        }
    }
}

impl Member {
    async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        let permit = registry.operator()?;
        match self {
            Self::Add { channel, user, role } => {
                let channel = registry.channel_named(&permit, &channel).await?;
                let user = registry.user_named(&permit, &user).await?;
                registry.put_member(&permit, &channel, &user, role).await?;
                let shown = json!({ "channel": channel.name, "user": user.name, "role": role });
                output.result(&shown, || format!("'{}' is {role} of '{}' now", user.name, channel.name))
            }
            Self::Remove { channel, user } => {
                let channel = registry.channel_named(&permit, &channel).await?;
                let user = registry.user_named(&permit, &user).await?;
                registry.remove_member(&permit, &channel, &user).await?;
                let shown = json!({ "channel": channel.name, "user": user.name });
                output
                    .result(&shown, || format!("'{}' is no member of '{}' any more", user.name, channel.name))
            }
            Self::List { channel } => {
                let channel = registry.channel_named(&permit, &channel).await?;
                let members = registry.members(&permit, &channel).await?;
                let rows = members.iter().map(to_value).collect::<Result<Vec<_>, _>>()?;
                output.table(&rows, &["name", "role"])
            }
        }
    }
}

//! `bonded admin channel`

use bonded_model::trust::Signing;
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, ChannelName, Visibility};
use bonded_registry::Registry;
use bonded_registry::admin::NewChannel;
use bonded_registry::roles::Holder;
use clap::Subcommand;
use serde_json::{json, to_value};

use super::{channel_rules, policy};
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
    /// Show or change what a channel asks: second factors beyond what the instance does, who creates projects, which
    /// tokens it takes.
    Policy {
        /// Its name.
        channel: String,
        #[command(flatten)]
        change: policy::Change,
        #[command(flatten)]
        rules: channel_rules::NewRules,
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
        #[arg(required_unless_present = "group")]
        user: Option<String>,
        /// A group, in place of an account.
        #[arg(long, conflicts_with = "user")]
        group: Option<String>,
        /// reader, publisher or admin.
        #[arg(long)]
        role: ChannelRole,
    },
    /// Take somebody's role away.
    Remove {
        /// The channel.
        channel: String,
        /// The account.
        #[arg(required_unless_present = "group")]
        user: Option<String>,
        /// A group, in place of an account.
        #[arg(long, conflicts_with = "user")]
        group: Option<String>,
    },
    /// List the members, people and groups.
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
            Self::Policy { channel, change, rules } => {
                policy::run_in_channel(&channel, change, rules, registry, output).await
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
        let (permit, origin) = (registry.operator()?, registry.local_origin());
        match self {
            Self::Add { channel, user, group, role } => {
                let (holder, name) = holder(user, group)?;
                let manage = registry.operator_manages_channel(&permit, &channel).await?;
                registry.put_role(&manage, &origin, &holder, role).await?;
                let shown = json!({ "channel": channel, kind(&holder): name, "role": role });
                output.result(&shown, || format!("'{name}' is {role} of '{channel}' now"))
            }
            Self::Remove { channel, user, group } => {
                let (holder, name) = holder(user, group)?;
                let manage = registry.operator_manages_channel(&permit, &channel).await?;
                registry.remove_role(&manage, &origin, &holder).await?;
                let shown = json!({ "channel": channel, kind(&holder): name });
                output.result(&shown, || format!("'{name}' is no member of '{channel}' any more"))
            }
            Self::List { channel } => {
                let look = registry.operator_inspects_channel(&permit, &channel).await?;
                let people = registry.channel_people(&look).await?;
                let row = |kind: &str, name: &str, role: ChannelRole| json!({ "name": name, "kind": kind, "role": role });
                let users = people.members.iter().map(|one| row("user", one.name.as_str(), one.role));
                let groups = people.groups.iter().map(|one| row("group", one.name.as_str(), one.role));
                output.table(&users.chain(groups).collect::<Vec<_>>(), &["name", "role", "kind"])
            }
        }
    }
}

/// Who is meant, and by what name.
fn holder(user: Option<String>, group: Option<String>) -> anyhow::Result<(Holder, String)> {
    match (user, group) {
        (Some(user), None) => Ok((Holder::User(user.clone()), user)),
        (None, Some(group)) => Ok((Holder::Group(group.clone()), group)),
        _ => anyhow::bail!("name an account or a group"),
    }
}

const fn kind(holder: &Holder) -> &'static str {
    match holder {
        Holder::User(_) => "user",
        Holder::Group(_) => "group",
    }
}

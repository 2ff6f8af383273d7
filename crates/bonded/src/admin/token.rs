//! `bonded admin token`

use std::collections::HashMap;
use std::io::Read;

use bonded_model::ids::{ChannelId, ProjectId, TokenId};
use bonded_model::token::{Networks, Token, TokenScope, TokenState, Verb, tokens_in};
use bonded_model::user::UserName;
use bonded_registry::Registry;
use bonded_registry::leaks::Disclosed;
use bonded_registry::tokens::{NewToken, ScopeByName};
use chrono::TimeDelta;
use clap::Subcommand;
use serde_json::{Value, json};

use crate::config::duration;
use crate::output::Output;

/// The longest text that is searched for tokens, in bytes.
const MAX_TEXT: u64 = 256 << 20;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Issue a token for an account and print it, alone. It is shown this once.
    Create {
        /// The account whose rights bound the token.
        #[arg(long)]
        user: String,
        /// What its owner calls it.
        #[arg(long)]
        name: String,
        /// What it may do: read, publish, yank, delete, manage. Repeat for several. Default: read
        #[arg(long = "verb", value_name = "VERB")]
        verbs: Vec<Verb>,
        /// Limit it to this channel. Repeat for several.
        #[arg(long = "channel", value_name = "CHANNEL")]
        channels: Vec<String>,
        /// Limit it to this project, as CHANNEL/PROJECT. Repeat for several.
        #[arg(long = "project", value_name = "CHANNEL/PROJECT", value_parser = project)]
        projects: Vec<(String, String)>,
        /// Let it work from these addresses and networks alone, separated by commas. Default: from everywhere
        #[arg(long, value_name = "NETWORKS", default_value = "", hide_default_value = true)]
        networks: Networks,
        /// How long it lives, such as 30d or 12h. Default: for ever
        #[arg(long, value_name = "TIME", value_parser = duration)]
        expires: Option<TimeDelta>,
    },
    /// End a token.
    Revoke {
        /// Its id, as `list` shows it.
        id: TokenId,
    },
    /// End tokens that were found where they leak, and tell their owners by mail. Reads any text from standard input, such
    /// as a file or a log, and finds the tokens in it.
    Disclose {
        /// Where they were found.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// List all tokens, the ended ones too. The secrets are kept nowhere.
    List,
}

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        let permit = registry.operator()?;
        match self {
            Self::Create { user, name, verbs, channels, projects, networks, expires } => {
                let owner = registry.user_named(&permit, &user).await?;
                let verbs = if verbs.is_empty() { vec![Verb::Read] } else { verbs };
                let new = NewToken {
                    name,
                    verbs: verbs.into_iter().collect(),
                    scope: match channels.is_empty() && projects.is_empty() {
                        true => ScopeByName::Everything,
                        false => ScopeByName::Limited { channels, projects },
                    },
                    lifetime: expires,
                    networks,
                };
                let issued = registry.issue_token(&permit, &owner, new).await?;
                let shown = json!({
                    "id": issued.token.id,
                    "token": issued.secret.expose(),
                    "expires_at": issued.token.expires_at,
                });
                output.result(&shown, || issued.secret.expose().to_owned())
            }
            Self::Revoke { id } => {
                registry.revoke_token(&permit, id).await?;
                output.result(&json!({ "id": id, "revoked": true }), || format!("revoked {id}"))
            }
            Self::Disclose { url } => {
                let text = std::io::read_to_string(std::io::stdin().take(MAX_TEXT))?;
                let ended = registry.disclose_tokens(&permit, tokens_in(&text), url.as_deref()).await?;
                let row = |Disclosed { token, owner, name }: &Disclosed| json!({ "id": token, "user": owner.as_ref().map(UserName::as_str), "name": name });
                output.table(&ended.iter().map(row).collect::<Vec<_>>(), &["id", "user", "name"])
            }
            Self::List => {
                let tokens = registry.tokens(&permit).await?;
                let names = Names::load(registry, &tokens).await?;
                let now = registry.clock.now();
                let rows: Vec<_> = tokens.iter().map(|token| names.row(token, token.state(now))).collect();
                output.table(
                    &rows,
                    &["id", "user", "name", "verbs", "scope", "state", "expires_at", "last_used_at"],
                )
            }
        }
    }
}

/// The names behind the ids in a list of tokens.
struct Names {
    users: Vec<bonded_model::user::User>,
    channels: Vec<bonded_model::Channel>,
    projects: HashMap<ProjectId, String>,
}

impl Names {
    async fn load(registry: &Registry, tokens: &[Token]) -> anyhow::Result<Self> {
        let permit = registry.operator()?;
        let mut projects = HashMap::new();
        for token in tokens {
            if let TokenScope::Limited { projects: scope, .. } = &token.scope {
                for (_, project) in scope {
                    projects.insert(*project, registry.project_name(&permit, *project).await?);
                }
            }
        }
        Ok(Self {
            users: registry.users(&permit).await?,
            channels: registry.channels(&permit).await?,
            projects,
        })
    }

    fn row(&self, token: &Token, state: TokenState) -> Value {
        let user = self.users.iter().find(|user| user.id == token.user);
        json!({
            "id": token.id,
            "user": user.map(|user| user.name.as_str()),
            "name": token.name,
            "verbs": token.verbs,
            "scope": self.scope(&token.scope),
            "state": match state {
                TokenState::Active | TokenState::Replaced => "active",
                TokenState::Expired(_) => "expired",
                TokenState::Revoked(_) => "revoked",
            },
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "revoked_at": token.revoked_at,
            "last_used_at": token.last_used_at,
            "last_used_from": token.last_client.address,
            "last_used_by": token.last_client.agent,
            "networks": token.networks,
            "leaked_at": token.leaked_at,
            "minted_by": token.minted_by.as_ref().map(|minter| minter.id),
        })
    }

    fn scope(&self, scope: &TokenScope) -> Vec<String> {
        match scope {
            TokenScope::Owner => vec!["everything".to_owned()],
            TokenScope::Limited { channels, projects } => {
                let channels = channels.iter().map(|channel| self.channel(*channel));
                let projects = projects.iter().map(|(channel, project)| self.project(*channel, *project));
                channels.chain(projects).collect()
            }
        }
    }

    fn channel(&self, id: ChannelId) -> String {
        let found = self.channels.iter().find(|channel| channel.id == id);
        found.map_or_else(|| id.to_string(), |channel| channel.name.to_string())
    }

    fn project(&self, channel: ChannelId, project: ProjectId) -> String {
        let name = self.projects.get(&project).cloned().unwrap_or_else(|| project.to_string());
        format!("{}/{name}", self.channel(channel))
    }
}

fn project(text: &str) -> Result<(String, String), String> {
    match text.split_once('/') {
        Some((channel, project)) if !channel.is_empty() && !project.is_empty() => {
            Ok((channel.to_owned(), project.to_owned()))
        }
        _ => Err("write CHANNEL/PROJECT".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_named_with_its_channel() {
        assert_eq!(project("pypi/acme"), Ok(("pypi".into(), "acme".into())));
        assert!(project("acme").is_err() && project("/acme").is_err());
    }
}

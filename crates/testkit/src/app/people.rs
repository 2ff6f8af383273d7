//! Accounts, channels and tokens, made as the operator makes them.

use bonded_model::token::{ApiToken, Networks, Verb};
use bonded_model::user::{ChannelRole, User};
use bonded_model::{Channel, ChannelFormat, Visibility};
use bonded_registry::access::{Operate, Permit};
use bonded_registry::admin::{NewChannel, NewUser};
use bonded_registry::tokens::{IssuedToken, NewToken, ScopeByName};
use chrono::TimeDelta;

use super::TestApp;

/// What a token is to permit; begin with [`Grant::verbs`].
#[derive(Clone, Debug)]
pub struct Grant {
    verbs: Vec<Verb>,
    channels: Vec<String>,
    projects: Vec<(String, String)>,
    lifetime: Option<TimeDelta>,
}

impl Grant {
    /// These verbs, wherever the owner has rights, for ever.
    pub fn verbs(verbs: &[Verb]) -> Self {
        Self { verbs: verbs.to_vec(), channels: Vec::new(), projects: Vec::new(), lifetime: None }
    }

    /// Only in this channel (and others that are named so).
    #[must_use]
    pub fn channel(mut self, channel: &str) -> Self {
        self.channels.push(channel.to_owned());
        self
    }

    /// Only in this project (and others that are named so).
    #[must_use]
    pub fn project(mut self, channel: &str, project: &str) -> Self {
        self.projects.push((channel.to_owned(), project.to_owned()));
        self
    }

    /// Only for so long.
    #[must_use]
    pub const fn lives(mut self, lifetime: TimeDelta) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    fn named(self, name: String) -> NewToken {
        let scope = match self.channels.is_empty() && self.projects.is_empty() {
            true => ScopeByName::Everything,
            false => ScopeByName::Limited { channels: self.channels, projects: self.projects },
        };
        NewToken {
            name,
            verbs: self.verbs.into_iter().collect(),
            scope,
            lifetime: self.lifetime,
            networks: Networks::default(),
        }
    }
}

#[expect(
    clippy::missing_panics_doc,
    reason = "everything here panics when it cannot be done: tests end then"
)]
impl TestApp {
    /// The operator's permit.
    pub fn operator(&self) -> Permit<Operate> {
        self.registry.operator().expect("the operator is permitted")
    }

    /// A new account.
    pub async fn user(&self, name: &str) -> User {
        self.new_user(name, false).await
    }

    /// A new administrator of the instance.
    pub async fn admin(&self, name: &str) -> User {
        self.new_user(name, true).await
    }

    async fn new_user(&self, name: &str, admin: bool) -> User {
        let email = format!("{name}@example.org").parse().expect("an address");
        let new = NewUser { name: name.parse().expect("a user's name"), email, admin };
        self.registry.create_user(&self.operator(), new).await.expect("the account is made")
    }

    /// A new channel.
    pub async fn channel(&self, name: &str, format: ChannelFormat, visibility: Visibility) -> Channel {
        let new = NewChannel { name: name.parse().expect("a channel's name"), format, visibility };
        self.registry.create_channel(&self.operator(), new).await.expect("the channel is made")
    }

    /// Gives a role in the channel of this name.
    pub async fn member(&self, channel: &str, user: &User, role: ChannelRole) {
        let channel =
            self.registry.channel_named(&self.operator(), channel).await.expect("the channel is there");
        self.registry.put_member(&self.operator(), &channel, user, role).await.expect("the role is given");
    }

    /// A new account with a role in the channel of this name.
    pub async fn user_as(&self, name: &str, channel: &str, role: ChannelRole) -> User {
        let user = self.user(name).await;
        self.member(channel, &user, role).await;
        user
    }

    /// A new token with its row.
    pub async fn issue(&self, user: &User, grant: Grant) -> IssuedToken {
        let name = format!("token {}", self.counts().await.tokens);
        self.registry
            .issue_token(&self.operator(), user, grant.named(name))
            .await
            .expect("the token is issued")
    }

    /// The secret of a new token.
    pub async fn token(&self, user: &User, grant: Grant) -> String {
        exposed(&self.issue(user, grant).await.secret)
    }

    /// The token of a new account that reads and publishes in the channel of this name.
    pub async fn publisher(&self, channel: &str) -> String {
        let name = format!("publisher{}", self.counts().await.users);
        let user = self.user_as(&name, channel, ChannelRole::Publisher).await;
        self.token(&user, Grant::verbs(&[Verb::Read, Verb::Publish])).await
    }
}

fn exposed(token: &ApiToken) -> String {
    token.expose().to_owned()
}

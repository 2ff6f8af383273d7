//! Publishers as people see them.

use std::collections::HashMap;

use bonded_model::group::GroupName;
use bonded_model::ids::{ChannelId, GroupId, IssuerId, UserId};
use bonded_model::publishing::{Issuer, Publisher, PublisherPlace};
use bonded_model::user::UserName;
use bonded_model::{ChannelName, Timestamp};
use bonded_oidc::{PublisherConfig, Warning};
use bonded_store::Queries;
use chrono::TimeDelta;

use super::constrain::constrained;
use super::created::identity;
use super::grants::reaching;
use super::manage::unused_since;
use super::matching::config_of;
use crate::access::{Inspect, InspectGroup, InspectProject, Permit};
use crate::people::{Cleared, channel_name};
use crate::{Error, Registry};

/// How long nobody uses a publisher that is probably not needed any more.
const UNUSED: TimeDelta = TimeDelta::days(90);
/// How long a refusal is shown. A use does not end that: it may have been tried by somebody else.
const REFUSED: TimeDelta = TimeDelta::days(30);

/// A publisher with what belongs to it.
#[derive(Clone, Debug)]
pub struct PublisherView {
    /// The publisher.
    pub publisher: Publisher,
    /// Who issues its identity tokens.
    pub issuer: Issuer,
    /// What must be true of its identities; `None` when a newer version wrote it.
    pub config: Option<PublisherConfig>,
    /// The same in words.
    pub identity: String,
    /// Who added it; `None` for the operator, and once the account is gone.
    pub added_by: Option<UserName>,
    /// The channel that it publishes in.
    pub channel: ChannelName,
    /// The group in whose name it acts.
    pub group: Option<GroupName>,
    /// In whose name a pending one will make its project.
    pub registrant: Option<UserName>,
    /// What those who look after it should know.
    pub warnings: Vec<PublisherWarning>,
    /// The environment that it was last used from, where it could be tied to that.
    pub seen_environment: Option<String>,
}

/// Something about a publisher that somebody should look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublisherWarning {
    /// Its configuration is less strict than it could be.
    Config(Warning),
    /// It never got a token.
    NeverUsed,
    /// It got no token for three months.
    Unused,
    /// Its issuer is switched off: it gets no tokens.
    IssuerOff,
}

impl PublisherWarning {
    /// In words, for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Config(warning) => warning.text(),
            Self::NeverUsed => "It was never used.",
            Self::Unused => "Nobody used it for 90 days. Remove it if it is not needed any more.",
            Self::IssuerOff => "Its issuer is switched off, so it gets no tokens.",
        }
    }
}

impl Registry {
    /// The publishers of a project, oldest first; behind them those of its channel and of groups that reach it as well, without
    /// what they were refused, which may be about other projects.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn project_publishers(
        &self,
        permit: &Permit<InspectProject>,
    ) -> Result<Vec<PublisherView>, Error> {
        let mut reader = self.store.read().await?;
        let project = permit.action().project;
        let mut found = reader.publishers_of_project(project).await?;
        if let Some(project) = reader.project(project).await? {
            found.extend(reaching(&mut reader, &project).await?);
        }
        self.views(&mut reader, found).await
    }

    /// The publishers of a channel that are for a prefix, its groups' among them, and the pending ones, oldest first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn channel_publishers(&self, permit: &Permit<Inspect>) -> Result<Vec<PublisherView>, Error> {
        let mut reader = self.store.read().await?;
        let found = reader.publishers_of_channel(permit.action().channel.id).await?;
        self.views(&mut reader, found).await
    }

    /// The publishers that act in the name of a group, oldest first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn group_publishers(&self, permit: &Permit<InspectGroup>) -> Result<Vec<PublisherView>, Error> {
        let mut reader = self.store.read().await?;
        let found = reader.publishers_of_group(permit.action().group().id).await?;
        self.views(&mut reader, found).await
    }

    /// The issuers whose tokens are accepted, by kind and name: those that a new publisher can have.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn usable_issuers(&self, _cleared: &Cleared<'_>) -> Result<Vec<Issuer>, Error> {
        let issuers = self.store.read().await?.issuers().await?;
        Ok(issuers.into_iter().filter(|issuer| issuer.enabled).collect())
    }

    pub(super) async fn views(
        &self,
        queries: &mut Queries,
        found: Vec<Publisher>,
    ) -> Result<Vec<PublisherView>, Error> {
        let (now, mut views) = (self.clock.now(), Vec::with_capacity(found.len()));
        let mut seen = Views::new(queries).await?;
        for publisher in found {
            // One that is removed meanwhile is passed over.
            views.extend(seen.view(publisher, now).await?);
        }
        Ok(views)
    }
}

/// What was refused long ago is over, whether or not somebody mended it.
fn forget(publisher: Publisher, now: Timestamp) -> Publisher {
    let (mut at, mut text) = (publisher.last_refused_at, publisher.last_refusal);
    if at.is_some_and(|at| now - at >= REFUSED) {
        (at, text) = (None, None);
    }
    Publisher { last_refused_at: at, last_refusal: text, ..publisher }
}

/// What several publishers have in common is asked for once.
struct Views<'a> {
    queries: &'a mut Queries,
    issuers: HashMap<IssuerId, Issuer>,
    channels: HashMap<ChannelId, Option<ChannelName>>,
    groups: HashMap<GroupId, Option<GroupName>>,
    users: HashMap<UserId, Option<UserName>>,
}

impl<'a> Views<'a> {
    async fn new(queries: &'a mut Queries) -> Result<Self, Error> {
        let issuers = queries.issuers().await?.into_iter().map(|issuer| (issuer.id, issuer)).collect();
        let (channels, groups, users) = (HashMap::new(), HashMap::new(), HashMap::new());
        Ok(Self { queries, issuers, channels, groups, users })
    }

    async fn channel(&mut self, id: ChannelId) -> Result<Option<ChannelName>, Error> {
        if let Some(known) = self.channels.get(&id) {
            return Ok(known.clone());
        }
        let name = channel_name(self.queries, id).await?;
        Ok(self.channels.entry(id).or_insert(name).clone())
    }

    async fn group(&mut self, id: GroupId) -> Result<Option<GroupName>, Error> {
        if let Some(known) = self.groups.get(&id) {
            return Ok(known.clone());
        }
        let name = self.queries.group(id).await?.map(|group| group.name);
        Ok(self.groups.entry(id).or_insert(name).clone())
    }

    async fn user(&mut self, id: UserId) -> Result<Option<UserName>, Error> {
        if let Some(known) = self.users.get(&id) {
            return Ok(known.clone());
        }
        let name = self.queries.user(id).await?.map(|user| user.name);
        Ok(self.users.entry(id).or_insert(name).clone())
    }

    async fn view(&mut self, publisher: Publisher, now: Timestamp) -> Result<Option<PublisherView>, Error> {
        let Some(issuer) = self.issuers.get(&publisher.issuer).cloned() else { return Ok(None) };
        let Some(channel) = self.channel(publisher.place.channel()).await? else { return Ok(None) };
        let (mut group, mut registrant) = (None, None);
        match &publisher.place {
            PublisherPlace::Project { .. } | PublisherPlace::Prefix { group: None, .. } => {}
            PublisherPlace::Prefix { group: Some(id), .. } => group = self.group(*id).await?,
            PublisherPlace::Pending { registrant: user, .. } => registrant = self.user(*user).await?,
        }
        let added_by = match publisher.created_by {
            Some(user) => self.user(user).await?,
            None => None,
        };
        let (config, publisher) = (config_of(&publisher), forget(publisher, now));
        Ok(Some(PublisherView {
            warnings: warnings(&publisher, &issuer, config.as_ref(), now),
            seen_environment: constrained(&publisher)
                .and_then(|config| config.environment().map(str::to_owned)),
            identity: identity(&publisher),
            publisher,
            issuer,
            config,
            added_by,
            channel,
            group,
            registrant,
        }))
    }
}

fn warnings(
    publisher: &Publisher,
    issuer: &Issuer,
    config: Option<&PublisherConfig>,
    now: Timestamp,
) -> Vec<PublisherWarning> {
    let mut warnings = Vec::new();
    if !issuer.enabled {
        warnings.push(PublisherWarning::IssuerOff);
    }
    warnings.extend(
        config.map(PublisherConfig::warnings).unwrap_or_default().into_iter().map(PublisherWarning::Config),
    );
    let unprotected = publisher.last_source.as_ref().is_some_and(|source| source.protected == Some(false));
    if unprotected && config.is_some_and(PublisherConfig::takes_any_ref) {
        warnings.push(PublisherWarning::Config(Warning::UnprotectedRef));
    }
    let pending = matches!(publisher.place, PublisherPlace::Pending { .. });
    if now - unused_since(publisher) >= UNUSED {
        warnings.push(PublisherWarning::Unused);
    } else if publisher.last_used_at.is_none() && !pending {
        warnings.push(PublisherWarning::NeverUsed);
    }
    warnings
}

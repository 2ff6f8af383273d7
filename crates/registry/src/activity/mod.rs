//! The audit log for people: what happened to their accounts, in their channels, in the instance, in plain words.

mod names;
mod people;
mod projects;
mod publishers;
mod roles;
mod sentence;
mod tokens;
mod trust;

use bonded_model::audit::{AuditFilter, AuditRow, EventKind, Window};
use bonded_model::ids::{RequestId, TokenId, UserId};
use bonded_model::token::TokenScope;
use bonded_model::user::UserName;
use bonded_model::{ChannelName, Credential, Timestamp};
use bonded_store::Queries;

use crate::access::{Denial, Inspect, InspectProject, ManageTokens, Permit, ViewPeople};
use crate::people::Session;
use crate::projects::normalized;
use crate::{Error, Registry};
use names::Names;

/// Which events somebody wants to see, in the words that they type. What is empty asks for nothing, and what does not
/// exist meets no event: the answer does not tell names that are hidden from names that are free.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The name or id of an account. Ids find those that are deleted.
    pub person: String,
    /// The name of a channel.
    pub channel: String,
    /// The name of a project in that channel.
    pub project: String,
    /// Only events of this kind.
    pub kind: Option<EventKind>,
    /// Which part of the log.
    pub window: Window,
}

/// Events, newest first, and where to go on.
#[derive(Clone, Debug, Default)]
pub struct Activities {
    /// The events.
    pub events: Vec<Activity>,
    /// Where newer ones are.
    pub newer: Option<Window>,
    /// Where older ones are.
    pub older: Option<Window>,
}

/// An event, as it may be told to whoever asked.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Activity {
    /// Its position in the log.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Its tag.
    pub event: String,
    /// What happened, as a sentence.
    pub text: String,
    /// Who did it.
    pub by: String,
    /// How they proved who they are.
    pub with: Option<String>,
    /// The network address that it was done from.
    pub address: Option<String>,
    /// The account whose rights were used.
    pub user: Option<UserId>,
    /// The token that was used.
    pub token: Option<TokenId>,
    /// The request.
    pub request: RequestId,
    /// The channel that it happened in.
    pub channel: Option<String>,
    /// The project that it happened to.
    pub project: Option<String>,
    /// The event as it stands in the log.
    pub details: serde_json::Value,
}

/// Who looks, and so what is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sight {
    /// A person at what concerns them: not at the places and tokens of others.
    Own(UserId),
    /// Whoever administers a channel: not at the places of people.
    Channel,
    /// Whoever administers the instance.
    Everything,
}

impl Registry {
    /// What the person did, and what was done to their account: at most `limit` events.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_events(
        &self,
        session: &Session,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Activities, Error> {
        let (mut reader, user) = (self.store.read().await?, session.user().id);
        match places(&mut reader, wanted).await? {
            Some(filter) => {
                let filter = AuditFilter { person: Some(user), ..filter };
                page(&mut reader, &filter, limit, Sight::Own(user)).await
            }
            None => Ok(Activities::default()),
        }
    }

    /// The same for the owner of a token that manages everything of theirs. What a token may do in one place must not tell
    /// of all others.
    ///
    /// # Errors
    /// A [`Denial`] for a token with a narrower scope.
    pub async fn events_of_owner(
        &self,
        permit: &Permit<ManageTokens>,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Activities, Error> {
        let Some(principal) = permit.actor().principal() else { return Ok(Activities::default()) };
        if permit.actor().token().is_none_or(|token| token.scope != TokenScope::Owner) {
            let text =
                "Invalid API Token: only a token for everything that its owner may do tells what they did";
            return Err(Denial::Forbidden(text.into()).into());
        }
        let (mut reader, user) = (self.store.read().await?, principal.user.id);
        let Some(filter) = places(&mut reader, wanted).await? else { return Ok(Activities::default()) };
        page(&mut reader, &AuditFilter { person: Some(user), ..filter }, limit, Sight::Own(user)).await
    }

    /// What happened in the whole instance: at most `limit` events.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn events(
        &self,
        _permit: &Permit<ViewPeople>,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Activities, Error> {
        let mut reader = self.store.read().await?;
        let Some(filter) = places(&mut reader, wanted).await? else { return Ok(Activities::default()) };
        let person = person(&mut reader, &wanted.person).await?;
        if person.is_none() && !wanted.person.is_empty() {
            return Ok(Activities::default());
        }
        page(&mut reader, &AuditFilter { person, ..filter }, limit, Sight::Everything).await
    }

    /// What happened in a channel, whatever channel is wanted: at most `limit` events.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn channel_events(
        &self,
        permit: &Permit<Inspect>,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Activities, Error> {
        let mut reader = self.store.read().await?;
        let wanted = Wanted { channel: permit.action().channel.name.to_string(), ..wanted.clone() };
        let Some(filter) = places(&mut reader, &wanted).await? else { return Ok(Activities::default()) };
        let person = person(&mut reader, &wanted.person).await?;
        if person.is_none() && !wanted.person.is_empty() {
            return Ok(Activities::default());
        }
        page(&mut reader, &AuditFilter { person, ..filter }, limit, Sight::Channel).await
    }
}

impl Registry {
    /// What happened to a project, whatever channel and project are wanted: at most `limit` events.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn project_events(
        &self,
        permit: &Permit<InspectProject>,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Activities, Error> {
        let mut reader = self.store.read().await?;
        let person = person(&mut reader, &wanted.person).await?;
        if person.is_none() && !wanted.person.is_empty() {
            return Ok(Activities::default());
        }
        let action = permit.action();
        let filter = AuditFilter {
            person,
            channel: Some(action.channel.id),
            project: Some(action.project),
            kind: wanted.kind,
            window: wanted.window,
        };
        page(&mut reader, &filter, limit, Sight::Channel).await
    }
}

/// The filter, but for the person; `None` when there is no such channel or project.
async fn places(queries: &mut Queries, wanted: &Wanted) -> Result<Option<AuditFilter>, Error> {
    let filter = AuditFilter { kind: wanted.kind, window: wanted.window, ..AuditFilter::default() };
    if wanted.channel.is_empty() {
        return Ok(Some(filter).filter(|_| wanted.project.is_empty()));
    }
    let Ok(name) = wanted.channel.parse::<ChannelName>() else { return Ok(None) };
    let Some(channel) = queries.channel_by_name(name.as_str()).await? else { return Ok(None) };
    let filter = AuditFilter { channel: Some(channel.id), ..filter };
    if wanted.project.is_empty() {
        return Ok(Some(filter));
    }
    let Some(name) = normalized(&channel, &wanted.project) else { return Ok(None) };
    let project = queries.project_by_name(channel.id, &name).await?;
    Ok(project.map(|project| AuditFilter { project: Some(project.id), ..filter }))
}

async fn person(queries: &mut Queries, typed: &str) -> Result<Option<UserId>, Error> {
    let named = match typed.parse::<UserName>() {
        Ok(name) => queries.user_by_name(&name).await?,
        Err(_) => None,
    };
    Ok(named.map(|user| user.id).or_else(|| typed.parse().ok()))
}

async fn page(
    queries: &mut Queries,
    filter: &AuditFilter,
    limit: usize,
    sight: Sight,
) -> Result<Activities, Error> {
    // One more than is shown tells whether there are more.
    let asked = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let mut rows = queries.audit_filtered(filter, asked).await?;
    let more = rows.len() > limit;
    let forwards = matches!(filter.window, Window::After(_));
    match forwards {
        true if more => drop(rows.remove(0)),
        _ => rows.truncate(limit),
    }
    let mut names = Names::new(queries, sight);
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        events.push(told(&mut names, row, sight).await?);
    }
    let first = events.first().map(|event| Window::After(event.seq));
    let last = events.last().map(|event| Window::Before(event.seq));
    Ok(Activities {
        events,
        newer: first.filter(|_| if forwards { more } else { filter.window != Window::Newest }),
        older: last.filter(|_| forwards || more),
    })
}

/// The event as it may be told. Where and with what others act is theirs.
async fn told(names: &mut Names<'_>, row: AuditRow, sight: Sight) -> Result<Activity, Error> {
    let foreign = matches!(sight, Sight::Own(viewer) if row.user.is_some_and(|user| user != viewer));
    let text = match row.event() {
        Some(event) => sentence::of(names, &row, &event).await?,
        None => format!("Something that this version does not know: {}.", row.tag),
    };
    Ok(Activity {
        by: by(names, &row).await?,
        with: if foreign { None } else { with(names, &row).await? },
        channel: names.channel(row.channel).await?,
        project: names.project(row.project).await?,
        details: serde_json::from_str(&row.body).unwrap_or_default(),
        token: row.token.filter(|_| !foreign),
        address: row.address.filter(|_| !foreign && sight != Sight::Channel),
        seq: row.seq,
        at: row.at,
        event: row.tag,
        text,
        user: row.user,
        request: row.request,
    })
}

async fn by(names: &mut Names<'_>, row: &AuditRow) -> Result<String, Error> {
    match (row.user, row.credential) {
        (Some(user), _) => names.actor(user).await,
        (None, Credential::Operator) => Ok("the operator".to_owned()),
        (None, Credential::Publisher) => Ok("a trusted publisher".to_owned()),
        (None, Credential::None) if row.tag == "user:token:leak" => Ok("a secret scanner".to_owned()),
        (None, _) if row.address.is_none() => Ok("the registry itself".to_owned()),
        (None, _) => Ok("somebody who was not signed in".to_owned()),
    }
}

async fn with(names: &mut Names<'_>, row: &AuditRow) -> Result<Option<String>, Error> {
    let words = match (row.credential, row.token) {
        (Credential::Token, Some(token)) => format!("the token '{}'", names.token(token).await?),
        (Credential::Token, None) => "a token".to_owned(),
        (Credential::Session, _) => "a signed-in browser".to_owned(),
        (Credential::Password, _) => "a password".to_owned(),
        (Credential::Publisher, _) => "a token for one run".to_owned(),
        (Credential::Operator, _) => "the command line".to_owned(),
        (Credential::None, _) => return Ok(None),
    };
    Ok(Some(words))
}

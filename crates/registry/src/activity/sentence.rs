//! What happened, in plain words: one sentence for each event.

use bonded_model::audit::{AuditRow, Event};
use bonded_model::user::ChannelRole;

use super::names::Names;
use super::{people, projects, publishers, roles, tokens, trust};
use crate::Error;

/// The event as a sentence.
pub(super) async fn of(names: &mut Names<'_>, row: &AuditRow, event: &Event) -> Result<String, Error> {
    let channel = names.channel(row.channel).await?;
    let channel =
        channel.map_or_else(|| "a channel that is gone".to_owned(), |name| format!("the channel {name}"));
    let named = names.project(row.project).await?;
    let project = named.clone().unwrap_or_else(|| "a project that is gone".to_owned());
    Ok(match event {
        Event::RegistryCreated => "The registry was set up.".to_owned(),
        Event::UserCreated { name, admin: false, .. } => format!("The account {name} was made."),
        Event::UserCreated { name, admin: true, .. } => {
            format!("The account {name} was made. It administers the registry.")
        }
        Event::ChannelCreated { name, format, visibility } => {
            format!("The {visibility} {format} channel {name} was made.")
        }
        Event::DefaultChannelSet { name } => format!("{name} became the default channel for Python."),
        Event::StorageCollected { blobs, bytes } => {
            format!("Stored files that nothing used were removed: {blobs}, of {bytes} bytes together.")
        }
        Event::MemberAdded { user, role } => {
            format!("{} became {} of {channel}.", names.who(*user).await?, role_in_words(*role))
        }
        Event::MemberRemoved { user } => format!("{} lost the role in {channel}.", names.who(*user).await?),
        Event::TokenCreated { owner, name, verbs, expires_at, by_operator, .. } => {
            let made = tokens::made(*verbs, *expires_at, *by_operator);
            format!("{} token '{name}' was made. {made}", names.whose(*owner).await?)
        }
        Event::TokenRevoked { token, owner } => {
            format!("{} token '{}' was revoked.", names.whose(*owner).await?, names.token(*token).await?)
        }
        Event::TokenRotated { token, owner, previous_until, expires_at } => format!(
            "{} token '{}' got a new secret. It works {}; the old secret works until {}.",
            names.whose(*owner).await?,
            names.token(*token).await?,
            tokens::until(*expires_at),
            previous_until.format("%-d %B %Y, %H:%M UTC"),
        ),
        Event::TokenNarrowed { token, owner, verbs, expires_at, networks } => format!(
            "{} token '{}' was narrowed. {}",
            names.whose(*owner).await?,
            names.token(*token).await?,
            tokens::narrowed(*verbs, *expires_at, networks),
        ),
        Event::TokenLeaked { token, owner, url, .. } => {
            let place = url.as_deref().map_or_else(|| "leaked".to_owned(), |url| format!("found at {url}"));
            let (whose, name) = (names.whose(*owner).await?, names.token(*token).await?);
            format!("{whose} token '{name}' was {place}. It does not work any more.")
        }
        Event::ProjectCreated { name } => format!("The project {name} was made in {channel}."),
        Event::FilePublished { file, .. } => format!("{file} was published in {channel}."),
        Event::FileDeleted { file } => format!("{file} was deleted from {channel}."),
        Event::ReleaseYanked { version, reason } if reason.is_empty() => {
            format!("Version {version} of {project} was yanked.")
        }
        Event::ReleaseYanked { version, reason } => {
            format!("Version {version} of {project} was yanked, with this reason: {reason}")
        }
        Event::ReleaseUnyanked { version, reason } if reason.is_empty() => {
            format!("The yank of version {version} of {project} was taken back.")
        }
        Event::ReleaseUnyanked { version, reason } => {
            format!("The yank of version {version} of {project} was taken back, with this reason: {reason}")
        }
        Event::Refused { action, reason } => {
            format!("It was refused to {action}: {}.", reason.trim_end_matches('.'))
        }
        Event::Person(event) => people::of(names, &channel, event).await?,
        Event::Project(event) => projects::of(names, &channel, &project, event).await?,
        Event::Role(event) => roles::of(names, &channel, &project, event).await?,
        Event::Trust(event) => trust::of(&channel, event),
        Event::Publisher(event) => publishers::of(names, &channel, named.as_deref(), event).await?,
    })
}

pub(super) const fn role_in_words(role: ChannelRole) -> &'static str {
    match role {
        ChannelRole::Reader => "a reader",
        ChannelRole::Publisher => "a publisher",
        ChannelRole::Admin => "an administrator",
    }
}

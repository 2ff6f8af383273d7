//! What people see and change about themselves, and where they are signed in.

use bonded_model::ChannelName;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::{ChannelId, ProjectId, SessionId};
use bonded_model::people::SessionRow;
use bonded_model::user::{ChannelRole, ProjectRole, User};
use bonded_store::{Change, Queries};

use super::session::{Cleared, IDLE, Session};
use super::visit::Visit;
use crate::{Error, Registry};

/// The longest display name, in characters.
const MAX_DISPLAY_NAME: usize = 100;

/// A role of a person, with the name of what it is in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HeldRole {
    /// Administrator of the instance.
    Administrator,
    /// Member of a channel.
    Channel {
        /// The channel.
        channel: ChannelName,
        /// The role.
        role: ChannelRole,
        /// Whether they have a role there themselves, and not through groups alone.
        own: bool,
    },
    /// Member of a project.
    Project {
        /// The channel that it stands in.
        channel: ChannelName,
        /// The project as its publisher spells it.
        project: String,
        /// The role.
        role: ProjectRole,
        /// Whether they have a role there themselves, and not through groups alone.
        own: bool,
    },
}

impl Registry {
    /// Changes what the person is called; nothing but spaces means no such name.
    ///
    /// # Errors
    /// [`Error::Field`] `display_name` for one that is too long or has control characters.
    pub async fn change_profile(
        &self,
        cleared: &Cleared<'_>,
        visit: &Visit,
        typed: &str,
    ) -> Result<(), Error> {
        let (name, user) = (display_name(typed)?, cleared.user().id);
        let event = PersonEvent::ProfileChanged { user };
        let entry = AuditEntry::new(self.clock.now(), &cleared.actor(), &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.set_display_name_of(user, name.as_deref()).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok::<_, Error>(())
            })
        });
        write.await
    }

    /// The person's roles: the instance first, then channels and projects by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_roles(&self, session: &Session) -> Result<Vec<HeldRole>, Error> {
        held_roles(&mut *self.store.read().await?, session.user()).await
    }

    /// Where the person is signed in, last seen first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn sessions(&self, session: &Session) -> Result<Vec<SessionRow>, Error> {
        let now = self.clock.now();
        let mut rows = self.store.read().await?.sessions_of(session.user().id).await?;
        rows.retain(|row| row.expires_at > now && row.seen_at + IDLE > now);
        Ok(rows)
    }

    /// Ends one of the person's sessions, be it this one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone, or somebody else's.
    pub async fn end_session(&self, session: &Session, visit: &Visit, id: SessionId) -> Result<(), Error> {
        let user = session.user().id;
        let event = PersonEvent::SessionEnded { user, session: id };
        let entry = AuditEntry::new(self.clock.now(), &session.actor(), &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.delete_session(user, id).await? {
                    return Err(Error::NotFound("this session has ended already".into()));
                }
                tx.audit(entry).await?;
                Ok(())
            })
        });
        write.await
    }

    /// Ends all of the person's sessions, this one too, with the sign-ins that are half-way.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn end_all_sessions(&self, session: &Session, visit: &Visit) -> Result<(), Error> {
        let user = session.user().id;
        let event = PersonEvent::SessionsEnded { user };
        let entry = AuditEntry::new(self.clock.now(), &session.actor(), &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.delete_sessions_of(user, None).await?;
                tx.delete_sign_ins_of(user).await?;
                tx.audit(entry).await?;
                Ok::<_, Error>(())
            })
        });
        write.await
    }

    /// Signs the browser out, whether it is signed in, half-way, or neither.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn sign_out(&self, visit: &Visit) -> Result<(), Error> {
        let session = self.session(visit).await?;
        let (browser, now, origin) = (visit.browser.hash(), self.clock.now(), visit.origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.delete_sign_in(&browser).await?;
                if let Some(session) = session
                    && tx.delete_session(session.user().id, session.id()).await?
                {
                    let event = PersonEvent::SessionEnded { user: session.user().id, session: session.id() };
                    tx.audit(AuditEntry::new(now, &session.actor(), &origin, event)).await?;
                }
                Ok::<_, Error>(())
            })
        });
        write.await
    }
}

/// A display name as it was typed, without the spaces around it.
pub(super) fn display_name(typed: &str) -> Result<Option<String>, Error> {
    let name = typed.trim();
    if name.chars().count() > MAX_DISPLAY_NAME || name.chars().any(char::is_control) {
        let text = format!("Use at most {MAX_DISPLAY_NAME} characters, all on one line.");
        return Err(Error::field("display_name", text));
    }
    Ok(Some(name.to_owned()).filter(|name| !name.is_empty()))
}

/// The roles of an account with their names: the instance first, then channels and projects by name.
pub(super) async fn held_roles(queries: &mut Queries, user: &User) -> Result<Vec<HeldRole>, Error> {
    let roles = queries.roles_of(user.id).await?;
    let (mut channels, mut projects) = (Vec::new(), Vec::new());
    for (id, role) in roles.channels {
        let own = queries.own_channel_role(id, user.id).await?.is_some();
        channels.extend(channel_name(queries, id).await?.map(|name| (name, role, own)));
    }
    for (id, role) in roles.projects {
        let own = queries.own_project_role(id, user.id).await?.is_some();
        projects.extend(project_name(queries, id).await?.map(|name| (name, role, own)));
    }
    channels.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    projects.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let channels = channels.into_iter().map(|(channel, role, own)| HeldRole::Channel { channel, role, own });
    let project = |((channel, project), role, own)| HeldRole::Project { channel, project, role, own };
    let projects = projects.into_iter().map(project);
    let administrator = user.admin.then_some(HeldRole::Administrator);
    Ok(administrator.into_iter().chain(channels).chain(projects).collect())
}

pub(crate) async fn channel_name(queries: &mut Queries, id: ChannelId) -> Result<Option<ChannelName>, Error> {
    Ok(queries.channel(id).await?.map(|channel| channel.name))
}

pub(crate) async fn project_name(
    queries: &mut Queries,
    id: ProjectId,
) -> Result<Option<(ChannelName, String)>, Error> {
    let Some(project) = queries.project(id).await? else { return Ok(None) };
    let channel = channel_name(queries, project.channel).await?;
    Ok(channel.map(|channel| (channel, project.display_name)))
}

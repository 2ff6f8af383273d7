//! Groups: made and removed by administrators of the instance, filled by their managers.

use bonded_model::ChannelName;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, RoleEvent};
use bonded_model::group::{Group, GroupMember, GroupName, GroupRole};
use bonded_model::ids::GroupId;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_store::Change;

use super::holder::{Held, Holder};
use super::looked_after::LookedAfter;
use super::offers::{OpenRoleInvitation, open};
use crate::access::{Administer, InspectGroup, Permit, ViewPeople};
use crate::people::{Session, channel_name, check_still_administers, person_of, project_name};
use crate::{Error, Registry};

/// A group in a list.
#[derive(Clone, Debug)]
pub struct GroupSummary {
    /// The group.
    pub group: Group,
    /// What the person who looks is in it.
    pub own: Option<GroupRole>,
    /// How many people are in it.
    pub members: usize,
}

/// A group with who is in it and what it may do.
#[derive(Clone, Debug)]
pub struct GroupDetails {
    /// The group.
    pub group: Group,
    /// What the person who looks is in it.
    pub own: Option<GroupRole>,
    /// Whether the person who looks may change who is in it.
    pub manages: bool,
    /// Who is in it, by name.
    pub members: Vec<GroupMember>,
    /// Its roles in channels, by name.
    pub channels: Vec<(ChannelName, ChannelRole)>,
    /// Its roles in projects, by channel and name.
    pub projects: Vec<(ChannelName, String, ProjectRole)>,
    /// Its open invitations, for those who may change who is in it.
    pub invitations: Vec<OpenRoleInvitation>,
}

impl Registry {
    /// Makes a group with its first manager.
    ///
    /// # Errors
    /// [`Error::Field`] `name` for what cannot name a group or is taken, `holder` for a manager who does not exist.
    pub async fn create_group(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        name: &str,
        manager: Option<&str>,
    ) -> Result<Group, Error> {
        let (now, acting) = (self.clock.now(), person_of(permit));
        let name: GroupName =
            name.trim().parse().map_err(|error| Error::field("name", format!("{error}")))?;
        let manager = match manager {
            Some(manager) => Some(self.holder(&Holder::User(manager.to_owned())).await?),
            None => None,
        };
        let group = Group { id: GroupId::generate(now, &self.random), name, created_at: now };
        let (created, actor, origin) = (group.clone(), permit.actor().clone(), *origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                if !tx.insert_group(&group).await? {
                    return Err(Error::field("name", format!("There is a group '{}' already.", group.name)));
                }
                let name = group.name.to_string();
                let event = RoleEvent::GroupCreated { group: group.id, name: name.clone() };
                tx.audit(AuditEntry::new(now, &actor, &origin, event)).await?;
                if let Some(Held::User(user)) = manager {
                    let role = GroupRole::Manager;
                    tx.put_group_member(group.id, user.id, role).await?;
                    let event = RoleEvent::GroupMemberAdded { group: group.id, name, user: user.id, role };
                    tx.audit(AuditEntry::new(now, &actor, &origin, event)).await?;
                }
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await?;
        Ok(created)
    }

    /// Removes a group with all its roles and invitations.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] when something would be left to nobody.
    pub async fn remove_group(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        name: &str,
    ) -> Result<(), Error> {
        let (now, acting) = (self.clock.now(), person_of(permit));
        let missing = || Error::NotFound(format!("there is no group '{name}'"));
        let parsed: GroupName = name.parse().map_err(|_| missing())?;
        let group = self.store.read().await?.group_by_name(&parsed).await?.ok_or_else(missing)?;
        let event = RoleEvent::GroupRemoved { group: group.id, name: group.name.to_string() };
        let entry = AuditEntry::new(now, permit.actor(), origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                let guard = LookedAfter::default().channels_of(tx, group.id).await?;
                let guard = guard.owned_by_members(tx, group.id, None).await?;
                if !tx.delete_group(group.id).await? {
                    return Err(Error::NotFound("the group is gone already".into()));
                }
                guard.check(tx).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }

    /// Every group, by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn groups(&self, _permit: &Permit<ViewPeople>) -> Result<Vec<GroupSummary>, Error> {
        let mut reader = self.store.read().await?;
        let mut groups = Vec::new();
        for group in reader.groups().await? {
            let members = reader.group_members(group.id).await?.len();
            groups.push(GroupSummary { group, own: None, members });
        }
        Ok(groups)
    }

    /// The groups that the person is in, by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_groups(&self, session: &Session) -> Result<Vec<GroupSummary>, Error> {
        let mut reader = self.store.read().await?;
        let mut groups = Vec::new();
        for (group, own) in reader.groups_of(session.user().id).await? {
            let members = reader.group_members(group.id).await?.len();
            groups.push(GroupSummary { group, own: Some(own), members });
        }
        Ok(groups)
    }

    /// A group with who is in it and what it may do.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn group(&self, permit: &Permit<InspectGroup>) -> Result<GroupDetails, Error> {
        let (group, now) = (permit.action().group().clone(), self.clock.now());
        let mut reader = self.store.read().await?;
        let viewer = permit.actor().principal().map(|principal| &principal.user);
        let own = match viewer {
            Some(user) => reader.group_role_of(group.id, user.id).await?,
            None => None,
        };
        let manages = own == Some(GroupRole::Manager) || viewer.is_none_or(|user| user.admin);
        let (mut channels, mut projects) = (Vec::new(), Vec::new());
        for (id, role) in reader.channels_of_group(group.id).await? {
            channels.extend(channel_name(&mut reader, id).await?.map(|name| (name, role)));
        }
        for (id, role) in reader.projects_of_group(group.id).await? {
            let name = project_name(&mut reader, id).await?;
            projects.extend(name.map(|(channel, project)| (channel, project, role)));
        }
        channels.sort();
        projects.sort();
        let invitations = match manages {
            true => reader.role_invitations_to_group(group.id).await?,
            false => Vec::new(),
        };
        let invitations = open(&mut reader, invitations, now).await?;
        let members = reader.group_members(group.id).await?;
        Ok(GroupDetails { group, own, manages, members, channels, projects, invitations })
    }
}

//! Leaving a place of one's own accord: nobody needs to be asked for that.

use bonded_model::audit::AuditEntry;
use bonded_model::people::Requirement;
use bonded_store::Change;

use super::holder::Held;
use super::managed::{Managed, Manages};
use super::members::{guard_of, remove};
use crate::access::{Denial, ManageChannel, ManageGroup, ManageProject, check_state, present};
use crate::people::{Fresh, Visit};
use crate::{Error, Registry};

/// What somebody leaves, by names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Leaving {
    /// A channel, and all its projects with it.
    Channel(String),
    /// A project of a channel.
    Project(String, String),
    /// A group.
    Group(String),
}

impl Registry {
    /// Ends a role of the person's own, as whoever manages the place could.
    ///
    /// # Errors
    /// [`Denial::Hidden`] or [`Error::NotFound`] for a place that they do not see;
    /// [`Error::NotFound`] for one in which they have no role but through a group; [`Error::Invalid`] when something would
    /// be left to nobody.
    pub async fn leave(&self, fresh: &Fresh<'_>, visit: &Visit, leaving: &Leaving) -> Result<(), Error> {
        let (now, actor, origin) = (self.clock.now(), fresh.actor(), visit.origin);
        let (managed, holder) = (self.left(fresh, leaving).await?, Held::User(fresh.user().clone()));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let actor = present(tx, &actor).await?;
                if let Some(principal) = actor.principal() {
                    check_state(principal, now)?;
                }
                let guard = guard_of(tx, &managed, &holder).await?;
                let none = || no_role(&managed);
                let event = remove(tx, &managed, &holder).await?.ok_or_else(none)?;
                guard.check(tx).await?;
                tx.audit(managed.tie(AuditEntry::new(now, &actor, &origin, event))).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }

    /// The place, for whoever may know of it.
    async fn left(&self, fresh: &Fresh<'_>, leaving: &Leaving) -> Result<Managed, Error> {
        let actor = fresh.actor();
        Ok(match leaving {
            Leaving::Channel(name) => {
                let channel = self.access.visible_channel(&actor, name).await?;
                ManageChannel { channel }.managed()
            }
            Leaving::Project(channel, name) => {
                let (channel, project) = self.seen_project(&actor, channel, name).await?;
                ManageProject { channel, project: project.id, name: project.display_name }.managed()
            }
            Leaving::Group(name) => {
                let group = self.seen_group(&actor, name).await?;
                let own = self.store.read().await?.group_role_of(group.id, fresh.user().id).await?;
                if own.is_none() {
                    return Err(Denial::hidden(&actor).into());
                }
                ManageGroup::new(group, own, Requirement::Nothing).managed()
            }
        })
    }
}

fn no_role(managed: &Managed) -> Error {
    let place = managed.name();
    Error::NotFound(format!(
        "you have no role of your own in {place}: what a group gives you ends with the group"
    ))
}

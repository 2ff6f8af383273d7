//! What channels and projects ask of credentials.

use bonded_mail::ProjectChange;
use bonded_model::Switches;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, RoleEvent};
use bonded_store::Change;

use super::managed::Manages;
use crate::access::{ManageChannel, ManageProject, Permit};
use crate::people::mail::post;
use crate::projects::{News, leave_to_publishers};
use crate::{Error, Registry};

/// More days than any token lives.
const MOST_DAYS: u32 = 36_500;

impl Registry {
    /// Changes what a channel asks of the credentials that change any of its projects. It counts at once, also for
    /// tokens that are there already.
    ///
    /// # Errors
    /// [`Error::Field`] `longest_token_life` for no days at all or too many.
    pub async fn set_channel_switches(
        &self,
        permit: &Permit<ManageChannel>,
        origin: &Origin,
        switches: Switches,
    ) -> Result<(), Error> {
        check_days(switches)?;
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let channel = permit.action().channel.id;
        let event = RoleEvent::ChannelSwitchesSet { switches };
        let entry = managed.tie(AuditEntry::new(now, &actor, origin, event));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                tx.set_channel_switches(channel, switches).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }

    /// Changes what a project asks of the credentials that change it, beyond what its channel asks. It counts at once. Where
    /// trusted publishers alone may publish from now on, tokens that are for this project alone are revoked, and all others
    /// are cut off from it.
    ///
    /// # Errors
    /// As [`Registry::set_channel_switches`].
    pub async fn set_project_switches(
        &self,
        permit: &Permit<ManageProject>,
        origin: &Origin,
        switches: Switches,
    ) -> Result<(), Error> {
        check_days(switches)?;
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let project = permit.action().project;
        let (registry, origin, channel) = (self.clone(), *origin, permit.action().channel.clone());
        let (name, change) = (permit.action().name.as_str(), ProjectChange::TrustedPublishersOnly);
        let news = News { channel: &channel, project: name, actor: &actor, at: now, change };
        let letters = match switches.trusted_publishers_only {
            true => self.letters_to_owners(project, news).await?,
            false => Vec::new(),
        };
        let event = RoleEvent::ProjectSwitchesSet { switches };
        let entry = managed.tie(AuditEntry::new(now, &actor, &origin, event));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                let row = tx.project(project).await?;
                tx.audit(entry).await?;
                if let Some(row) = row
                    && switches.trusted_publishers_only
                    && !row.switches.trusted_publishers_only
                {
                    // Before the switch is set, or there would be no token left that could publish.
                    leave_to_publishers(&registry, tx, (channel, row), &actor, &origin, now).await?;
                    post(tx, &letters).await?;
                }
                tx.set_project_switches(project, switches).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }
}

fn check_days(switches: Switches) -> Result<(), Error> {
    match switches.longest_token_life {
        None | Some(1..=MOST_DAYS) => Ok(()),
        Some(_) => Err(Error::field(
            "longest_token_life",
            format!("Give a number of days from 1 to {MOST_DAYS}, or nothing."),
        )),
    }
}

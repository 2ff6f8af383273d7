//! Which second factors are required: in the instance, and beyond that in a channel.

use bonded_model::Channel;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::people::{Policy, SecondFactorFor};
use bonded_store::Change;

use super::administration::{check_still_administers, person_of};
use crate::access::{Administer, Permit, ViewPeople, instance_policy, put_instance_policy};
use crate::{Error, Registry};

/// What is required, and where.
#[derive(Clone, Debug)]
pub struct Policies {
    /// In the whole instance.
    pub instance: Policy,
    /// Every channel by name, with what it asks beyond that.
    pub channels: Vec<Channel>,
}

impl Registry {
    /// What is required.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn policies(&self, _permit: &Permit<ViewPeople>) -> Result<Policies, Error> {
        let mut reader = self.store.read().await?;
        Ok(Policies { instance: instance_policy(&mut reader).await?, channels: reader.channels().await? })
    }

    /// Changes what is required in the instance. It counts at once, also for those who are signed in.
    ///
    /// # Errors
    /// [`Error::Invalid`] for keys where they cannot be used: everybody would be shut out.
    pub async fn set_policy(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        policy: Policy,
    ) -> Result<(), Error> {
        self.check_can_be_met(policy)?;
        let acting = person_of(permit);
        let event = PersonEvent::PolicySet { policy };
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                put_instance_policy(tx, policy).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }

    /// Changes what a channel requires of its members, beyond what the instance does.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] as [`Registry::set_policy`].
    pub async fn set_channel_policy(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        channel: &str,
        policy: Policy,
    ) -> Result<(), Error> {
        self.check_can_be_met(policy)?;
        let found = self.store.read().await?.channel_by_name(channel).await?;
        let missing = || Error::NotFound(format!("there is no channel '{channel}'"));
        let (acting, channel) = (person_of(permit), found.ok_or_else(missing)?.id);
        let event = PersonEvent::ChannelPolicySet { policy };
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), origin, event).in_channel(channel);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                tx.set_channel_policy(channel, policy).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }

    fn check_can_be_met(&self, policy: Policy) -> Result<(), Error> {
        match self.keys_unavailable() {
            Some(why) if policy.phishing_resistant && policy.second_factor != SecondFactorFor::Nobody => {
                Err(Error::Invalid(format!("security keys cannot be required here: {why}")))
            }
            _ => Ok(()),
        }
    }
}

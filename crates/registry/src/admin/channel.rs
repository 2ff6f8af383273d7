//! Channels and their members.

use bonded_model::audit::{AuditEntry, Event};
use bonded_model::channel::ProjectCreation;
use bonded_model::ids::ChannelId;
use bonded_model::people::Policy;
use bonded_model::project::ChannelMember;
use bonded_model::user::{ChannelRole, User};
use bonded_model::{Channel, ChannelFormat, ChannelName, Switches, Visibility};
use bonded_store::Change;

use crate::access::{DEFAULT_PYTHON_CHANNEL, Operate, Permit};
use crate::roles::Holder;
use crate::{Error, Registry};

/// A channel to be made.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// Its name.
    pub name: ChannelName,
    /// Python or conda.
    pub format: ChannelFormat,
    /// Public or private.
    pub visibility: Visibility,
}

impl Registry {
    /// Makes a channel. A conda channel answers for `noarch` from this moment on.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the name is taken.
    pub async fn create_channel(&self, permit: &Permit<Operate>, new: NewChannel) -> Result<Channel, Error> {
        let now = self.clock.now();
        let channel = Channel {
            id: ChannelId::generate(now, &self.random),
            name: new.name,
            format: new.format,
            visibility: new.visibility,
            policy: Policy::NOTHING,
            create_projects: ProjectCreation::default(),
            switches: Switches::default(),
            signing: new.format.signing(),
            created_at: now,
        };
        let event = Event::ChannelCreated {
            name: channel.name.clone(),
            format: channel.format,
            visibility: channel.visibility,
        };
        let entry = AuditEntry::new(now, permit.actor(), &self.local_origin(), event).in_channel(channel.id);
        let created = channel.clone();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if !tx.insert_channel(&channel).await? {
                        return Err(Error::Conflict(format!(
                            "there is a channel '{}' already",
                            channel.name
                        )));
                    }
                    tx.audit(entry).await?;
                    tx.announce(Change::Access);
                    Ok(())
                })
            })
            .await?;
        Ok(created)
    }

    /// Makes a Python channel the one that `/simple/` and `/legacy/` stand for.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a conda channel.
    pub async fn set_default_python_channel(
        &self,
        permit: &Permit<Operate>,
        channel: &Channel,
    ) -> Result<(), Error> {
        if channel.format != ChannelFormat::Python {
            return Err(Error::Invalid(format!("'{}' is not a Python channel", channel.name)));
        }
        let event = Event::DefaultChannelSet { name: channel.name.clone() };
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), &self.local_origin(), event)
            .in_channel(channel.id);
        let name = channel.name.to_string();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    tx.put_setting(DEFAULT_PYTHON_CHANNEL, &name).await?;
                    tx.audit(entry).await?;
                    tx.announce(Change::Access);
                    Ok(())
                })
            })
            .await
    }

    /// The channel of this name.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn channel_named(&self, _permit: &Permit<Operate>, name: &str) -> Result<Channel, Error> {
        let found = self.store.read().await?.channel_by_name(name).await?;
        found.ok_or_else(|| Error::NotFound(format!("there is no channel '{name}'")))
    }

    /// Every channel, by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn channels(&self, _permit: &Permit<Operate>) -> Result<Vec<Channel>, Error> {
        Ok(self.store.read().await?.channels().await?)
    }

    /// Gives a member a role, in place of any other that it has in the channel.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn put_member(
        &self,
        permit: &Permit<Operate>,
        channel: &Channel,
        user: &User,
        role: ChannelRole,
    ) -> Result<(), Error> {
        let event = Event::MemberAdded { user: user.id, role };
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), &self.local_origin(), event)
            .in_channel(channel.id);
        let (channel, user) = (channel.id, user.id);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    tx.put_channel_role(channel, user, role).await?;
                    tx.audit(entry).await?;
                    tx.announce(Change::Access);
                    Ok(())
                })
            })
            .await
    }

    /// Takes a member's role away.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has none.
    pub async fn remove_member(
        &self,
        permit: &Permit<Operate>,
        channel: &Channel,
        user: &User,
    ) -> Result<(), Error> {
        let manage = self.operator_manages_channel(permit, channel.name.as_str()).await?;
        self.remove_role(&manage, &self.local_origin(), &Holder::User(user.name.to_string())).await
    }

    /// The members of a channel, by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn members(
        &self,
        _permit: &Permit<Operate>,
        channel: &Channel,
    ) -> Result<Vec<ChannelMember>, Error> {
        Ok(self.store.read().await?.channel_members(channel.id).await?)
    }
}

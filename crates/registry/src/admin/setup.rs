//! The first start: the two channels that a newcomer expects.

use bonded_model::audit::{AuditEntry, Event};
use bonded_model::channel::ProjectCreation;
use bonded_model::ids::ChannelId;
use bonded_model::people::Policy;
use bonded_model::{Channel, ChannelFormat, Switches, Visibility};
use bonded_store::Change;

use crate::access::{DEFAULT_PYTHON_CHANNEL, Operate, Permit};
use crate::{Error, Registry};

/// Set once, by the first server that ever ran on the database.
const CREATED: &str = "created";

/// The channels of a new registry; the Python one is the default.
const CHANNELS: [(&str, ChannelFormat); 2] =
    [("pypi", ChannelFormat::Python), ("main", ChannelFormat::Conda)];

impl Registry {
    /// Fills an empty database; whether it was empty. Of several servers that start at once, one does it.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn set_up(&self, permit: &Permit<Operate>) -> Result<bool, Error> {
        let (now, actor, origin) = (self.clock.now(), permit.actor().clone(), self.local_origin());
        let random = self.random.clone();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if tx.setting(CREATED).await?.is_some() {
                        return Ok(false);
                    }
                    tx.put_setting(CREATED, &now.to_rfc3339()).await?;
                    tx.audit(AuditEntry::new(now, &actor, &origin, Event::RegistryCreated)).await?;
                    for (name, format) in CHANNELS {
                        let channel = Channel {
                            id: ChannelId::generate(now, &random),
                            name: name.parse().map_err(Error::internal)?,
                            format,
                            visibility: Visibility::Public,
                            policy: Policy::NOTHING,
                            create_projects: ProjectCreation::default(),
                            switches: Switches::default(),
                            signing: format.signing(),
                            created_at: now,
                        };
                        tx.insert_channel(&channel).await?;
                        let (name, visibility) = (channel.name, channel.visibility);
                        let event = Event::ChannelCreated { name, format, visibility };
                        tx.audit(AuditEntry::new(now, &actor, &origin, event).in_channel(channel.id)).await?;
                    }
                    tx.put_setting(DEFAULT_PYTHON_CHANNEL, CHANNELS[0].0).await?;
                    tx.announce(Change::Access);
                    Ok(true)
                })
            })
            .await
    }
}

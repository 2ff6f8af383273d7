//! The channels by name, kept in memory: there are few, and every request needs one.

use std::collections::HashMap;
use std::sync::Arc;

use bonded_model::people::Policy;
use bonded_model::{Actor, Channel};
use bonded_store::{Queries, Tx};

use super::Access;
use super::denial::Denial;
use super::principal::may_see;
use crate::error::Error;

/// Names the default Python channel in the settings.
pub(crate) const DEFAULT_PYTHON_CHANNEL: &str = "default-python-channel";

/// Holds the instance's [`Policy`] in the settings, as JSON.
const INSTANCE_POLICY: &str = "second-factor-policy";

/// Which second factors the instance asks for.
pub(crate) async fn instance_policy(queries: &mut Queries) -> Result<Policy, Error> {
    match queries.setting(INSTANCE_POLICY).await? {
        Some(text) => serde_json::from_str(&text).map_err(Error::internal),
        None => Ok(Policy::default()),
    }
}

/// Changes which second factors the instance asks for.
pub(crate) async fn put_instance_policy(tx: &mut Tx, policy: Policy) -> Result<(), Error> {
    let text = serde_json::to_string(&policy).map_err(Error::internal)?;
    Ok(tx.put_setting(INSTANCE_POLICY, &text).await?)
}

/// All channels as they were at one moment.
#[derive(Debug, Default)]
pub struct Directory {
    by_name: HashMap<Box<str>, Arc<Channel>>,
    default_python: Option<String>,
}

impl Directory {
    /// The channel of this name.
    pub fn named(&self, name: &str) -> Option<Arc<Channel>> {
        self.by_name.get(name).cloned()
    }

    /// Each channel tells as its policy what its own and the instance's ask together.
    fn new(channels: Vec<Channel>, instance: Policy, default_python: Option<String>) -> Self {
        let by_name = channels.into_iter().map(|mut channel| {
            channel.policy = channel.policy.and(instance);
            (channel.name.as_str().into(), Arc::new(channel))
        });
        Self { by_name: by_name.collect(), default_python }
    }
}

impl Access {
    /// The name of the default Python channel. Without one the root paths are like those of an unknown channel.
    ///
    /// # Errors
    /// [`Denial`], the same as for a channel that is hidden from the actor.
    pub async fn default_python(&self, actor: &Actor) -> Result<String, Error> {
        let directory = self.directory().await?;
        directory.default_python.clone().ok_or_else(|| Denial::hidden(actor).into())
    }

    /// The channels that the actor may know of, by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn visible_channels(&self, actor: &Actor) -> Result<Vec<Arc<Channel>>, Error> {
        let (directory, now) = (self.directory().await?, self.clock.now());
        let visible = directory.by_name.values().filter(|channel| may_see(actor, channel, now));
        let mut channels: Vec<_> = visible.cloned().collect();
        channels.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(channels)
    }

    pub(crate) async fn directory(&self) -> Result<Arc<Directory>, Error> {
        if let Some(directory) = self.directory.load_full() {
            return Ok(directory);
        }
        let epoch = self.epoch();
        let mut reader = self.store.read().await?;
        let default_python = reader.setting(DEFAULT_PYTHON_CHANNEL).await?;
        let instance = instance_policy(&mut reader).await?;
        let directory = Arc::new(Directory::new(reader.channels().await?, instance, default_python));
        drop(reader);
        self.directory.store(Some(Arc::clone(&directory)));
        if epoch != self.epoch() {
            self.directory.store(None);
        }
        Ok(directory)
    }
}

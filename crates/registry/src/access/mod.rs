//! The one place that decides who may do what.
//!
//! A use case takes a [`Permit`], and only [`Access::permit`] makes one. Decisions are taken on object ids, with the
//! rights that the token's owner has now, never on URLs.

mod action;
mod administer;
mod authenticate;
mod denial;
mod directory;
mod inspect;
mod manage;
mod permit;
mod present;
mod principal;

pub use action::{Action, Delete, ManageTokens, Operate, Publish, Read, Yank};
pub use administer::{Administer, ViewPeople};
pub use authenticate::Presented;
pub use denial::{BadCredential, Denial};
pub use directory::Directory;
pub(crate) use directory::{DEFAULT_PYTHON_CHANNEL, instance_policy, put_instance_policy};
pub use inspect::Inspect;
pub use manage::{InspectGroup, InspectProject, ManageChannel, ManageGroup, ManageProject};
pub use permit::{Epoch, Permit};
pub(crate) use present::{as_in_browser, present, present_channel};
pub(crate) use principal::{check_state, role_in};

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use bonded_model::token::TokenHash;
use bonded_model::{Actor, Channel, ChannelFormat, Clock};
use bonded_store::Store;
use quick_cache::sync::Cache;

use crate::error::Error;

/// How many holders of tokens are kept at hand. Each is a few hundred bytes.
const CACHED_BEARERS: usize = 10_000;

/// Decides, from caches that every change of rights empties at once.
pub struct Access {
    store: Store,
    clock: Clock,
    /// Each with the epoch in which it was read: in another one it counts for nothing.
    bearers: Cache<TokenHash, (Epoch, Actor)>,
    directory: ArcSwapOption<Directory>,
    /// Counts changes of rights. What was read before a change is never cached or acted on after it.
    epoch: AtomicU64,
}

impl Access {
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self {
            store,
            clock,
            bearers: Cache::new(CACHED_BEARERS),
            directory: ArcSwapOption::empty(),
            epoch: AtomicU64::new(0),
        }
    }

    /// Forgets everything that was cached, because somebody's rights changed.
    pub(crate) fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.bearers.clear();
        self.directory.store(None);
    }

    /// This moment in the history of rights. An actor that is authenticated after it was asked for has the rights of this
    /// moment or of a later one.
    pub fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::SeqCst))
    }

    /// Permits `action` to `actor`, or says why not.
    ///
    /// # Errors
    /// The [`Denial`] that the action decides on.
    pub fn permit<A: Action>(&self, actor: &Actor, action: A) -> Result<Permit<A>, Denial> {
        self.permit_since(actor, self.epoch(), action)
    }

    /// The same for an actor whose rights were read in this `epoch`: while a body was on its way they may have changed.
    ///
    /// # Errors
    /// As [`Access::permit`].
    pub(crate) fn permit_since<A: Action>(
        &self,
        actor: &Actor,
        epoch: Epoch,
        action: A,
    ) -> Result<Permit<A>, Denial> {
        action.decide(actor, self.clock.now())?;
        Ok(Permit::new(actor.clone(), action, epoch))
    }

    /// Whether nobody's rights have changed since those were read that the permit was given for. Use cases ask inside their write transaction
    /// and begin again when the answer is no.
    pub(crate) fn still_valid<A>(&self, permit: &Permit<A>) -> bool {
        permit.epoch() == self.epoch()
    }

    /// The channel of this name and format, if the actor may know that it exists.
    ///
    /// # Errors
    /// An unknown channel and one that the actor may not see give the same [`Denial`].
    pub async fn channel(
        &self,
        actor: &Actor,
        name: &str,
        format: ChannelFormat,
    ) -> Result<Arc<Channel>, Error> {
        let directory = self.directory().await?;
        match directory.named(name) {
            Some(channel)
                if channel.format == format && principal::may_see(actor, &channel, self.clock.now()) =>
            {
                Ok(channel)
            }
            _ => Err(Denial::hidden(actor).into()),
        }
    }

    /// The channel of this name, of whatever format, if the actor may know that it exists.
    ///
    /// # Errors
    /// An unknown channel and one that the actor may not see give the same [`Denial`].
    pub async fn visible_channel(&self, actor: &Actor, name: &str) -> Result<Arc<Channel>, Error> {
        let found = self.directory().await?.named(name);
        let visible = found.filter(|channel| principal::may_see(actor, channel, self.clock.now()));
        visible.ok_or_else(|| Denial::hidden(actor).into())
    }

    /// A permit to read the channel of this name and format: what every read route begins with.
    ///
    /// # Errors
    /// As [`Access::channel`], and the [`Denial`] of [`Read`].
    pub async fn read(
        &self,
        actor: &Actor,
        name: &str,
        format: ChannelFormat,
    ) -> Result<Permit<Read>, Error> {
        let channel = self.channel(actor, name, format).await?;
        Ok(self.permit(actor, Read { channel })?)
    }
}

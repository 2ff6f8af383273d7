//! The one writer of a process: it commits what arrives together in one transaction.
//!
//! A durable commit takes as long as the disk takes to flush, and while it does, the next works arrive. They become
//! members of one group: one `BEGIN`, each member behind a savepoint of its own, one `COMMIT`, and only then does any
//! of them get its answer. A work that comes alone is committed alone, without savepoint and without waiting.

mod group;
mod task;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bonded_model::ids::ServerId;
use group::Group;
pub(crate) use task::{Task, Work};
use tokio::sync::mpsc;

use crate::change::Listeners;
use crate::pools::Pools;
use crate::{Change, StoreError};

/// The most works that share a commit, so that none waits long for the rest.
const LARGEST_GROUP: usize = 64;

type Inbox = mpsc::Receiver<Box<dyn Work>>;

/// What the writer works with.
pub(crate) struct Writing {
    /// Where the transactions come from.
    pub(crate) pools: Pools,
    /// This process, for others who hear of its changes.
    pub(crate) server: ServerId,
    /// Who hears of them in this process.
    pub(crate) listeners: Listeners,
    /// Set once something was committed that others have to hear of.
    pub(crate) changed: Arc<AtomicBool>,
}

impl Writing {
    /// Runs works until nobody can send any more.
    pub(crate) async fn run(self, mut inbox: Inbox) {
        let mut pace = Pace::default();
        while let Some(first) = inbox.recv().await {
            let mut group = Group::new(&self.pools, self.server);
            let done = fill(&mut group, first, &mut inbox, pace).await;
            let start = Instant::now();
            let done = match done {
                Ok(()) => group.commit().await,
                Err(error) => {
                    group.abandon().await;
                    Err(error)
                }
            };
            pace = Pace { members: group.len(), commit: start.elapsed() };
            let done = done.map(|changes| self.tell(&changes));
            if done.is_err() {
                // The commit may have gone through all the same, with only its confirmation lost.
                self.tell(&[Change::Everything]);
            }
            group.settle(&done);
        }
    }

    fn tell(&self, changes: &[Change]) {
        if !changes.is_empty() {
            self.changed.store(true, Ordering::SeqCst);
        }
        changes.iter().for_each(|change| self.listeners.tell(change));
    }
}

/// Runs `first` and whatever else has arrived by then.
async fn fill(
    group: &mut Group<'_>,
    first: Box<dyn Work>,
    inbox: &mut Inbox,
    pace: Pace,
) -> Result<(), StoreError> {
    let mut next = Some(first);
    while let Some(work) = next {
        if let Err(error) = group.open().await {
            // The others would wait as long for the same answer.
            work.refuse(error.clone());
            while let Ok(work) = inbox.try_recv() {
                work.refuse(error.clone());
            }
            return Err(error);
        }
        group.run(work).await?;
        next = if group.len() < LARGEST_GROUP { pace.next(group.len(), inbox).await } else { None };
    }
    Ok(())
}

/// How the last group went.
#[derive(Clone, Copy, Default)]
struct Pace {
    members: usize,
    commit: Duration,
}

impl Pace {
    /// The next work for a group of `members`. When the last group was larger, its callers are likely on their way with
    /// more: a moment's patience, small against the commit that it saves them, lets them come along.
    async fn next(self, members: usize, inbox: &mut Inbox) -> Option<Box<dyn Work>> {
        let start = Instant::now();
        loop {
            if let Ok(work) = inbox.try_recv() {
                return Some(work);
            }
            if members >= self.members || start.elapsed() > self.commit / 8 {
                return None;
            }
            tokio::task::yield_now().await;
        }
    }
}

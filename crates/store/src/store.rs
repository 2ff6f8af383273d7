//! The database as the rest of Bonded sees it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bonded_model::ids::ServerId;
use bonded_model::{Clock, Random};
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::change::Listeners;
use crate::pools::Pools;
use crate::writer::{Task, Work, Writing};
use crate::{DatabaseUrl, Engine, Listener, Reader, StoreError, Tx, watch};

/// Whether a database that is not there is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenMode {
    /// Make an SQLite file; a PostgreSQL database has to be there in any case.
    CreateIfMissing,
    /// A missing database is an error.
    MustExist,
}

/// A database. Clones share its connections.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    pools: Pools,
    listeners: Listeners,
    /// The way to the writer; gone once the store is closed.
    inbox: Mutex<Option<mpsc::Sender<Box<dyn Work>>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    watcher: JoinHandle<()>,
    /// Whether this process committed something that others have to hear of.
    changed: Arc<AtomicBool>,
}

/// Writes that wait for the writer. More of them wait outside.
const INBOX: usize = 1024;

impl Store {
    /// Opens a database. Its schema may still be an old one: see [`Store::migrate`].
    ///
    /// # Errors
    /// When it is missing, cannot be reached, or was migrated by a newer Bonded.
    pub async fn open(url: &DatabaseUrl, mode: OpenMode) -> Result<Self, StoreError> {
        let pools = Pools::open(url, mode).await?;
        if let (Some(found), known) = pools.schema().await?
            && found > known
        {
            return Err(StoreError::Newer { found, known });
        }
        let server = ServerId::generate(Clock::System.now(), &Random::System);
        let listeners = Listeners::default();
        let (sender, inbox) = mpsc::channel(INBOX);
        let changed = Arc::new(AtomicBool::new(false));
        let writing = Writing {
            pools: pools.clone(),
            server,
            listeners: listeners.clone(),
            changed: Arc::clone(&changed),
        };
        let writer = Mutex::new(Some(tokio::spawn(writing.run(inbox))));
        let watcher = tokio::spawn(watch::run(pools.clone(), server, listeners.clone()));
        let inbox = Mutex::new(Some(sender));
        Ok(Self(Arc::new(Inner { pools, listeners, inbox, writer, watcher, changed })))
    }

    /// Brings the schema up to date. Several processes may do so at once.
    ///
    /// # Errors
    /// When a step fails, or was changed after it had been applied.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.0.pools.migrate().await
    }

    /// Whether the schema is the one that this program works with.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn is_migrated(&self) -> Result<bool, StoreError> {
        let (found, known) = self.0.pools.schema().await?;
        Ok(found == Some(known))
    }

    /// Which engine keeps the data.
    pub fn engine(&self) -> Engine {
        self.0.pools.engine()
    }

    /// A connection for reading. Each query sees what is committed by then.
    ///
    /// # Errors
    /// When none becomes free within ten seconds.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        Ok(Reader::new(self.0.pools.reader().await?))
    }

    /// A connection for reading on which all queries see one and the same state, that of the first query.
    ///
    /// # Errors
    /// When none becomes free within ten seconds.
    pub async fn snapshot(&self) -> Result<Reader, StoreError> {
        Ok(Reader::new(self.0.pools.snapshot().await?))
    }

    /// Changes the database: all that `work` does becomes true together, or nothing when it gives an error. The answer
    /// comes once the change is on the disk and every listener of this process knows of it.
    ///
    /// Works that arrive together share one commit, for that is what a write waits for; an error of one leaves the
    /// others alone. The work goes on when the caller goes away. It must not do anything slow, and above all not
    /// use the store, which would wait for itself.
    ///
    /// # Errors
    /// Those of `work`, and those of the commit.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inbox = self.0.inbox.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (answer, answered) = oneshot::channel();
        let inbox = inbox.ok_or(StoreError::Closed)?;
        inbox.send(Box::new(Task { work, answer })).await.map_err(|_| StoreError::Closed)?;
        drop(inbox);
        match answered.await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => Err(StoreError::Closed.into()),
        }
    }

    /// From now on, `listener` hears of each change, by this process or another. It must not block: this process's
    /// own changes wait for it.
    pub fn on_change(&self, listener: Listener) {
        self.0.listeners.add(listener);
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.0.pools.reader().await?.run("SELECT 1").await
    }

    /// Waits, if this process changed anything, until other processes on the database will have heard of it: for commands
    /// that change something and end, after which people expect the server to know.
    pub async fn settle(&self) {
        if self.0.changed.load(Ordering::SeqCst) {
            tokio::time::sleep(watch::HEARING).await;
        }
    }

    /// Finishes the writes that were accepted, then closes every connection.
    pub async fn close(&self) {
        drop(self.0.inbox.lock().unwrap_or_else(PoisonError::into_inner).take());
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the database writer ended badly");
        }
        self.0.watcher.abort();
        self.0.pools.close().await;
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.watcher.abort();
    }
}

//! A registry that runs as it does in earnest: database, blobs, worker, routes and front, on a loopback socket.

mod jobs;
mod people;
mod server;
mod visits;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bonded_attestations::Verifier;
use bonded_attestations::test_signer::TestSigstore;
use bonded_blobs::{BlobKind, Blobs, BlobsUrl, S3Options};
use bonded_factors::sealing::InstanceKey;
use bonded_mail::Mailer;
use bonded_model::counts::Counts;
use bonded_model::{Clock, Random, Timestamp};
use bonded_registry::people::Services;
use bonded_registry::{Registry, Settings};
use bonded_web::{App, Front, Reach};
use chrono::{DateTime, TimeDelta};
use futures::TryStreamExt;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::database::TestDatabase;

pub use jobs::Job;
pub use people::Grant;
pub use visits::SignedIn;

/// When tests begin, unless they move their clock: 2026-01-02T03:04:05Z.
const START: i64 = 1_767_323_045;
/// A job that is due later than this is not waiting: somebody took it, and what is later is the end of the lease.
const LONGEST_DELAY: TimeDelta = TimeDelta::minutes(6);
/// A job that is due even later, when no lease lasts so long, waits for its day: the recovery of an account.
const OTHER_DAY: TimeDelta = TimeDelta::minutes(11);
/// How long jobs may take, in the machine's own time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running registry with the two channels of a new one: `pypi` and `main`.
///
/// Its clock stands still until [`TestApp::advance`] or [`TestApp::settle`] moves it. When it is dropped, every job
/// must succeed and the audit chain must be whole, or the test fails.
pub struct TestApp {
    /// The use cases, for what no client can ask for.
    pub registry: Registry,
    /// The database, to be tampered with.
    pub database: Arc<TestDatabase>,
    address: SocketAddr,
    stop: CancellationToken,
    worker: Option<JoinHandle<()>>,
    tampered: bool,
    directory: Arc<TempDir>,
    sigstore: Arc<TestSigstore>,
}

/// What a test may want to be different.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Time; by default a clock that stands still.
    pub clock: Clock,
    /// What the operator chose.
    pub settings: Settings,
    /// How the server is reached; the prefix also stands in the base URL.
    pub reach: Reach,
}

impl Default for Setup {
    fn default() -> Self {
        // So few that what is signed at once is never all.
        let settings = Settings { signed_at_once: 3, ..Settings::default() };
        Self { clock: Clock::manual(start()), settings, reach: Reach::default() }
    }
}

impl TestApp {
    /// Starts one on a new database.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn create(engine: Engine) -> Self {
        Self::with(engine, Setup::default()).await
    }

    /// Starts one that is different in something.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn with(engine: Engine, setup: Setup) -> Self {
        let database = TestDatabase::with_tables(engine).await;
        let directory = tempfile::tempdir().expect("a temporary directory");
        let url = BlobsUrl::Local(directory.path().join("blobs"));
        let blobs = Blobs::open(&url, &directory.path().join("staging"), &S3Options::default());
        let store = database.store().await;
        let listener = server::bind().await;
        let settings = reached_at(&listener, &setup.reach, setup.settings);
        let services = services(directory.path());
        let blobs = blobs.expect("blobs open");
        let registry = Registry::new(store, blobs, setup.clock, random(), services, settings);
        let operator = registry.operator().expect("the operator is permitted");
        assert!(registry.set_up(&operator).await.expect("the registry is set up"));
        registry.set_up_trust(&operator).await.expect("there is a root");
        let sigstore = Arc::new(TestSigstore::new());
        Self::serve(registry, listener, (Arc::new(database), Arc::new(directory), sigstore), setup.reach)
            .await
    }

    /// Starts another server on the same database, blobs and clock, which knows nothing of this one.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn beside(&self) -> Self {
        let (store, blobs) = (self.database.store().await, self.registry.blobs.clone());
        let listener = server::bind().await;
        let settings = reached_at(&listener, &Reach::default(), self.registry.settings.clone());
        let (clock, services) = (self.registry.clock.clone(), services(self.directory.path()));
        let registry = Registry::new(store, blobs, clock, random(), services, settings);
        let (database, directory) = (Arc::clone(&self.database), Arc::clone(&self.directory));
        let shared = (database, directory, Arc::clone(&self.sigstore));
        Self::serve(registry, listener, shared, Reach::default()).await
    }

    async fn serve(
        registry: Registry,
        listener: TcpListener,
        (database, directory, sigstore): (Arc<TestDatabase>, Arc<TempDir>, Arc<TestSigstore>),
        reach: Reach,
    ) -> Self {
        let verifier = Verifier::from_trusted_root(&sigstore.trusted_root());
        registry.trust_sigstore(verifier.expect("a trusted root"));
        // The first sweep is over before a test moves the clock: a later one would find more to do.
        registry.sweep().await;
        let stop = CancellationToken::new();
        let worker = tokio::spawn(registry.clone().work(stop.clone()));
        let address = listener.local_addr().expect("a bound address");
        let router = bonded_web::router(App::new(registry.clone()));
        let front = Front::new(router, reach, registry.clock.clone(), registry.random.clone())
            .reading_path_tokens(registry.clone());
        tokio::spawn(server::run(listener, front, stop.clone()));
        Self { registry, database, address, stop, worker: Some(worker), tampered: false, directory, sigstore }
    }

    /// Where the keys lie that sign conda channels.
    pub fn trust_directory(&self) -> PathBuf {
        self.directory.path().join("trust")
    }

    /// Where its mails lie.
    pub fn outbox(&self) -> PathBuf {
        self.directory.path().join("outbox")
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL under which its pages are reached, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.registry.settings.people.base_url
    }

    /// The time by its clock.
    pub fn now(&self) -> Timestamp {
        self.registry.clock.now()
    }

    /// Moves its clock forward.
    pub fn advance(&self, by: TimeDelta) {
        self.registry.clock.advance(by);
    }

    /// Moves its clock forward to each job that waits, until none is left but those of another day.
    ///
    /// # Panics
    /// When that takes too long, above all because a job fails again and again.
    pub async fn settle(&self) {
        let settled = tokio::time::timeout(PATIENCE, async {
            while let Some(at) = self.next_job_at().await {
                let wait = at - self.now();
                if wait > OTHER_DAY {
                    return;
                }
                if wait > TimeDelta::zero() && wait < LONGEST_DELAY {
                    self.advance(wait);
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        settled.await.expect("every job succeeds in time");
    }

    async fn next_job_at(&self) -> Option<Timestamp> {
        let mut reader = self.registry.store.read().await.expect("the database answers");
        reader.next_job_at().await.expect("the database answers")
    }

    /// How much the database holds.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn counts(&self) -> Counts {
        let mut reader = self.registry.store.read().await.expect("the database answers");
        reader.counts().await.expect("the database answers")
    }

    /// How many blobs of a kind are stored.
    ///
    /// # Panics
    /// When the storage fails.
    pub async fn blobs(&self, kind: BlobKind) -> usize {
        let all: Vec<_> = self.registry.blobs.list(kind).try_collect().await.expect("the storage answers");
        all.len()
    }

    /// Changes the database behind everybody's back. The audit chain need not be whole at the end any more.
    ///
    /// # Panics
    /// When a statement fails.
    pub async fn tamper(&mut self, statements: &str) {
        self.tampered = true;
        self.database.tamper(statements).await.expect("the statements succeed");
    }

    async fn close(&mut self) {
        self.settle().await;
        let operator = self.registry.operator().expect("the operator is permitted");
        let audit = self.registry.verify_audit(&operator, None).await.expect("the audit log can be read");
        assert!(self.tampered || audit.broken_at.is_none(), "the audit chain breaks: {audit:?}");
    }

    async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(worker) = self.worker.take() {
            worker.await.expect("the worker ends");
        }
        self.registry.store.close().await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        tokio::task::block_in_place(|| {
            Handle::current().block_on(async {
                // A test that fails already has said why.
                if !std::thread::panicking() {
                    self.close().await;
                }
                self.stop().await;
            });
        });
    }
}

/// The settings of a server that is reached where it listens. People come by name: security keys know no addresses.
fn reached_at(listener: &TcpListener, reach: &Reach, mut settings: Settings) -> Settings {
    let port = listener.local_addr().expect("a bound address").port();
    settings.people.base_url = format!("http://localhost:{port}{}", reach.prefix);
    settings
}

fn instance_key() -> InstanceKey {
    InstanceKey::generate(&Random::seeded(1))
}

/// The same instance key for every server of a test; mails lie in `outbox`.
fn services(directory: &Path) -> Services {
    Services {
        key: instance_key(),
        trust: directory.join("trust"),
        mailer: Mailer::outbox(directory.join("outbox")),
        breaches: None,
    }
}

fn start() -> Timestamp {
    DateTime::from_timestamp(START, 0).unwrap_or_default()
}

/// Reproducible, and another stream for each app of a process: what one app logs must not be taken for another's.
fn random() -> Random {
    static SEED: AtomicU64 = AtomicU64::new(0);
    Random::seeded(SEED.fetch_add(1 << 32, Ordering::Relaxed))
}

/// Makes of each `async fn name(app: TestApp) { … }` two tests, `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! with_app {
    ($($(#[$meta:meta])* async fn $name:ident($($app:ident)+: TestApp) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$meta])*
            async fn run($($app)+: $crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                run($crate::TestApp::create($crate::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                run($crate::TestApp::create($crate::Engine::Postgres).await).await;
            }
        }
    )*};
}

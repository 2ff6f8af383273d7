//! The use cases of Bonded. HTTP and the command line are thin around them.
//!
//! Every use case takes a [`Permit`](access::Permit) that only [`access::Access`] can make. Slow work (hashing,
//! inspection, storage) happens outside write transactions; a change, its audit event and the job that publishes it
//! commit together.

pub mod access;
pub mod activity;
pub mod admin;
mod cache;
pub mod conda;
mod error;
pub mod gc;
mod jobs;
pub mod leaks;
pub mod people;
pub mod projects;
pub mod provenance;
pub mod publishers;
mod publishing;
pub mod python;
pub mod roles;
pub mod tokens;
pub mod trust;
mod usage;

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use bonded_blobs::Blobs;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event};
use bonded_model::ids::{ChannelId, ProjectId};
use bonded_model::{Actor, Clock, Random};
use bonded_store::{Change, Store};

pub use error::Error;
pub use publishing::{Announced, Outcome};

use access::{Access, Presented};
use people::{People, PeopleSettings, Services};
use publishers::PublishingSettings;

/// What an operator can choose about the use cases.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The largest file that can be uploaded, in bytes.
    pub max_upload: u64,
    /// How much memory rendered pages may take, in bytes.
    pub page_cache: u64,
    /// How much memory small index files of conda channels may take, in bytes.
    pub index_cache: u64,
    /// How many records of conda packages are signed at once when another key signs them.
    pub signed_at_once: i64,
    /// Whom to tell of a hole in the registry, if the operator says so.
    pub security: Option<SecurityContact>,
    /// What concerns people.
    pub people: PeopleSettings,
    /// What concerns trusted publishing.
    pub publishing: PublishingSettings,
}

/// Whom to tell of a hole in the registry, for `security.txt` (RFC 9116).
#[derive(Clone, Debug)]
pub struct SecurityContact {
    /// A URI: `mailto:`, `https:` or `tel:`.
    pub contact: String,
    /// The URL of the rules for those who look for holes.
    pub policy: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_upload: 2 << 30,
            page_cache: 32 << 20,
            index_cache: 16 << 20,
            signed_at_once: 4_000,
            security: None,
            people: PeopleSettings::default(),
            publishing: PublishingSettings::default(),
        }
    }
}

/// All use cases, with what they need. Cheap to clone.
#[derive(Clone)]
pub struct Registry(Arc<Parts>);

/// The parts of a [`Registry`].
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Where bytes live.
    pub blobs: Blobs,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Decides.
    pub access: Access,
    /// What the operator chose.
    pub settings: Settings,
    python: python::Pages,
    conda: conda::Published,
    usage: usage::Usage,
    pub(crate) people: People,
    trusting: trust::Trusting,
    trusted_publishing: publishers::TrustedPublishing,
    jobs: tokio::sync::Notify,
    /// The scanners whose reports of leaked tokens are believed.
    scanners: ArcSwapOption<leaks::ScannerKeys>,
    /// What attestations are verified with.
    sigstore: ArcSwapOption<bonded_attestations::Verifier>,
}

impl Deref for Registry {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Registry {
    /// The use cases over an open, migrated database and an open blob store.
    pub fn new(
        store: Store,
        blobs: Blobs,
        clock: Clock,
        random: Random,
        services: Services,
        settings: Settings,
    ) -> Self {
        let registry = Self(Arc::new(Parts {
            access: Access::new(store.clone(), clock.clone()),
            python: python::Pages::new(settings.page_cache),
            conda: conda::Published::new(settings.index_cache),
            usage: usage::Usage::default(),
            trusting: trust::Trusting::new(services.trust.clone(), services.key.clone()),
            people: People::new(services, &settings.people),
            trusted_publishing: publishers::TrustedPublishing::new(&settings),
            jobs: tokio::sync::Notify::new(),
            scanners: ArcSwapOption::empty(),
            sigstore: ArcSwapOption::empty(),
            store,
            blobs,
            clock,
            random,
            settings,
        }));
        let parts = Arc::downgrade(&registry.0);
        registry.store.on_change(Arc::new(move |change| {
            if let Some(parts) = parts.upgrade() {
                parts.forget(change);
            }
        }));
        registry
    }

    /// The actor behind a credential that comes from a client of this name. A token that leaked into a URL is put on
    /// record.
    ///
    /// # Errors
    /// As [`Access::authenticate`].
    pub async fn authenticate(
        &self,
        presented: &Presented,
        origin: &Origin,
        agent: &str,
    ) -> Result<Actor, Error> {
        let result = match presented {
            Presented::PasswordUpload { name, password } => {
                return self.person_by_password(origin, name, password.clone()).await;
            }
            other => self.access.authenticate(other, origin.address).await,
        };
        match &result {
            Ok(actor) => {
                if let Some(token) = actor.token() {
                    self.usage.note(token.id, self.clock.now(), origin.address, agent);
                }
            }
            Err(Error::TokenInUrl(actor)) => {
                self.note_url_use(actor, origin, agent, "the token can do more than read").await;
            }
            _ => {}
        }
        result
    }

    /// Whether database and storage answer.
    ///
    /// # Errors
    /// What does not.
    pub async fn check(&self) -> Result<(), Error> {
        self.store.ping().await?;
        self.blobs.check().await.map_err(Error::internal)
    }

    /// Puts a refusal on record, tied to the place that it is about. Only callers who proved who they are get there:
    /// nobody else can fill the log.
    pub(crate) async fn record_refusal(
        &self,
        actor: &Actor,
        origin: &Origin,
        place: Option<(ChannelId, Option<ProjectId>)>,
        action: &str,
        reason: &str,
    ) {
        if matches!(actor, Actor::Anonymous | Actor::Operator) {
            return;
        }
        let event = Event::Refused { action: action.to_owned(), reason: reason.to_owned() };
        let (channel, project) = place.map_or((None, None), |(channel, project)| (Some(channel), project));
        let entry =
            AuditEntry { channel, project, ..AuditEntry::new(self.clock.now(), actor, origin, event) };
        let written =
            self.store.write(move |tx| Box::pin(async move { tx.audit(entry).await.map(drop) })).await;
        if let Err(error) = written {
            tracing::error!(%error, "a refusal could not be put on record");
        }
    }
}

impl Parts {
    /// Drops what a change made wrong, before anybody is told that the change happened.
    fn forget(&self, change: &Change) {
        match change {
            Change::Access => self.access.forget(),
            Change::Channel(channel) => {
                self.python.forget_index(*channel);
                self.conda.forget_channel(*channel);
            }
            Change::Project { project, .. } => {
                self.python.forget(*project);
                self.conda.forget_project(*project);
            }
            Change::Subdir(subdir) => self.conda.forget_subdir(*subdir),
            Change::Trust => self.trusting.forget(),
            Change::Jobs => self.jobs.notify_one(),
            Change::Everything => {
                self.access.forget();
                self.trusting.forget();
                self.python.forget_all();
                self.conda.forget_all();
                self.jobs.notify_one();
            }
        }
    }
}

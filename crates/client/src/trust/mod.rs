//! Whether a channel is signed, and by whom.

mod fetch;
mod pin;
mod pins;
mod prefix;
mod unpinned;

use bonded_model::Timestamp;
use bonded_signing::{RecordError, TrustedKeyManager, TrustedRoot, verify_record};

pub use fetch::{FetchError, offered_roots};
pub use pin::{Pin, PinError};
pub use pins::Pins;
pub use prefix::{RootFileError, install_roots, roots_in};

use crate::Environment;
use crate::channel::ChannelRef;
use crate::condarc::CondarcError;
use crate::index::Entry;
use crate::web::{Web, WebError};

/// From so many days before a root expires on, people are told.
const EXPIRES_SOON_DAYS: i64 = 30;

/// What is known of a channel's signatures.
#[derive(Debug)]
pub enum Trust {
    /// The registry signs nothing, and never did as far as this machine knows.
    Unsigned,
    /// It signs, and this is who may.
    Signed(Box<Signers>),
    /// It should be signed, and nothing there can be trusted: why.
    Broken(String),
}

/// Who may sign the records of a channel, now.
#[derive(Debug)]
pub struct Signers {
    /// Whom people know: the registry's host.
    name: String,
    root: TrustedRoot,
    key_manager: TrustedKeyManager,
}

impl Signers {
    /// What people know the signers by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The root that leads to them.
    pub const fn root(&self) -> &TrustedRoot {
        &self.root
    }

    /// What is to be said when the root's time is nearly over: without a new one, nothing can be installed then.
    pub fn expires_soon(&self, now: Timestamp) -> Option<String> {
        let at = self.root.role().expiration;
        let days = (at - now).num_days();
        (days < EXPIRES_SOON_DAYS).then(|| {
            format!(
                "root {} of {} expires on {}, in {days} days",
                self.root.version(),
                self.name,
                at.format("%Y-%m-%d")
            )
        })
    }
}

/// What is to be said of one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its registry signs nothing.
    Unsigned,
    /// Its record is signed by those who may.
    Trusted {
        /// What people know them by.
        signer: String,
    },
    /// Its channel is signed, and this record is not to be trusted.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// What a plan says behind the package; nothing where there are no signatures.
    pub fn text(&self) -> String {
        match self {
            Self::Unsigned => String::new(),
            Self::Trusted { signer } => format!("(INFO: package metadata is signed by {signer} and trusted)"),
            Self::Failed { reason } => {
                format!("(WARNING: metadata signature verification failed: {reason})")
            }
        }
    }
}

impl Trust {
    /// Finds out. What is wrong with the registry's documents is an answer, no error: it is said of each package.
    ///
    /// # Errors
    /// When the registry does not answer, or what this machine remembers cannot be read or written.
    pub async fn of(
        web: &Web,
        environment: &Environment,
        channel: &ChannelRef,
        now: Timestamp,
    ) -> Result<Self, TrustError> {
        let pins = Pins::of(environment);
        let server = channel.server();
        let pin = match pins.load(&server)? {
            Some(pin) => Some(pin),
            None if pins.is_forgotten(&server)? => None,
            None => prefix::pin_from(web, environment, channel, now).await?,
        };
        let Some(pin) = pin else { return unpinned::trust(web, environment, channel, &pins).await };
        match verified(web, channel, &pins, &pin, now).await {
            Ok(signers) => Ok(Self::Signed(Box::new(signers))),
            Err(Problem::Broken(reason)) => Ok(Self::Broken(reason)),
            Err(Problem::Unknown(error)) => Err(error),
        }
    }

    /// What is to be said of a record.
    pub fn judge(&self, subdir: &str, entry: &Entry) -> Verdict {
        match self {
            Self::Unsigned => Verdict::Unsigned,
            Self::Broken(reason) => Verdict::Failed { reason: reason.clone() },
            Self::Signed(signers) => match signers.check(subdir, entry) {
                Ok(()) => Verdict::Trusted { signer: signers.name.clone() },
                Err(RecordError::NotSigned { found: 0, .. }) => {
                    Verdict::Failed { reason: without_signatures(&signers.name) }
                }
                Err(error) => Verdict::Failed { reason: error.to_string() },
            },
        }
    }
}

impl Signers {
    fn check(&self, subdir: &str, entry: &Entry) -> Result<(), RecordError> {
        verify_record(&self.key_manager, &entry.file, subdir, &entry.record, &entry.signatures).map(|_| ())
    }
}

/// Why nothing is verified.
enum Problem {
    /// What the registry has is not to be trusted.
    Broken(String),
    /// It could not be found out.
    Unknown(TrustError),
}

impl From<FetchError> for Problem {
    /// A registry that is not there is no registry that lies.
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Web(error) if error.is_outage() => Self::Unknown(error.into()),
            error => Self::Broken(told(&error)),
        }
    }
}

impl From<PinError> for Problem {
    fn from(error: PinError) -> Self {
        Self::Unknown(error.into())
    }
}

/// Follows the roots from the pinned one, and verifies the key manager by the newest. What was verified is noted at once:
/// each root also when nothing behind it holds.
async fn verified(
    web: &Web,
    channel: &ChannelRef,
    pins: &Pins,
    pin: &Pin,
    now: Timestamp,
) -> Result<Signers, Problem> {
    let broken = |reason: String| Problem::Broken(reason);
    let pinned = pin.root().map_err(|error| broken(format!("the pinned root is damaged: {error}")))?;
    pins.adopt(pin)?;
    let note = |root: &TrustedRoot| pins.note(pin, root, 0).map_err(Problem::from);
    let root = fetch::follow(web, channel, pinned, note).await?;
    let bytes = fetch::key_manager(web, channel).await?;
    let missing = || broken("the registry was signed before, and has no key manager any more".to_owned());
    let bytes = bytes.ok_or_else(missing)?;
    let key_manager = TrustedKeyManager::verify(&root, &bytes, now, pin.key_manager_under(&root))
        .map_err(|error| broken(error.to_string()))?;
    pins.note(pin, &root, key_manager.version())?;
    let name = channel.url().host_str().unwrap_or_default().to_owned();
    Ok(Signers { name, root, key_manager })
}

/// An `off` channel of a registry that signs others looks just like one whose signatures somebody took away.
fn without_signatures(signer: &str) -> String {
    format!(
        "the record carries no signature, and {signer} signs packages: somebody took it away, or this channel is not \
         signed. Ask whoever runs {signer}; `bonded conda install --untrusted=warn` takes it all the same"
    )
}

/// Whether a channel can be trusted was not found out.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The registry does not answer.
    #[error(transparent)]
    Web(#[from] WebError),
    /// What this machine remembers of roots cannot be read or written.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// conda's configuration, which may say that the registry signs, cannot be read.
    #[error(transparent)]
    Condarc(#[from] CondarcError),
}

/// An error with its causes.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let part = next.to_string();
        if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
        cause = next.source();
    }
    text
}

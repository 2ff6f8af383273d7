//! Whether a channel is signed, and by whom.

mod fetch;
mod pin;
mod prefix;

use bonded_model::Timestamp;
use bonded_signing::{Envelope, RecordError, TrustedKeyManager, TrustedRoot, verify_record};

pub use fetch::{FetchError, offered_roots};
pub use pin::{Pin, PinError, Pins};
pub use prefix::{RootFileError, install_roots, roots_in};

use crate::Environment;
use crate::channel::ChannelRef;
use crate::index::Entry;
use crate::web::Web;

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
    /// Its channel is not signed.
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
    /// Whether the package may be installed.
    pub const fn is_failed(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }

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
    /// When what this machine remembers cannot be read or written.
    pub async fn of(
        web: &Web,
        environment: &Environment,
        channel: &ChannelRef,
        now: Timestamp,
    ) -> Result<Self, PinError> {
        let pins = Pins::of(environment);
        let server = channel.server();
        let pin = match pins.load(&server)? {
            Some(pin) => pin,
            None => match prefix::pin_from(web, environment, channel, now).await {
                Some(pin) => pin,
                None => return Ok(unpinned(web, channel).await),
            },
        };
        match verified(web, channel, &pin, now).await {
            Ok(signers) => {
                let mut pin = pin;
                if pin.note(&signers.root, signers.key_manager.version())? || pins.load(&server)?.is_none() {
                    pins.save(&pin)?;
                }
                Ok(Self::Signed(Box::new(signers)))
            }
            Err(reason) => Ok(Self::Broken(reason)),
        }
    }

    /// What is to be said of a record.
    pub fn judge(&self, subdir: &str, entry: &Entry) -> Verdict {
        match self {
            Self::Unsigned => Verdict::Unsigned,
            Self::Broken(reason) => Verdict::Failed { reason: reason.clone() },
            Self::Signed(signers) => match signers.check(subdir, entry) {
                Ok(()) => Verdict::Trusted { signer: signers.name.clone() },
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

/// Follows the roots from the pinned one, and verifies the key manager by the newest.
async fn verified(web: &Web, channel: &ChannelRef, pin: &Pin, now: Timestamp) -> Result<Signers, String> {
    let pinned = pin.root().map_err(|error| format!("the pinned root is damaged: {error}"))?;
    let root = fetch::follow(web, channel, pinned).await.map_err(|error| told(&error))?;
    let bytes = fetch::key_manager(web, channel).await.map_err(|error| told(&error))?;
    let bytes = bytes.ok_or("the registry was signed before, and has no key manager any more")?;
    let key_manager = TrustedKeyManager::verify(&root, &bytes, now, pin.key_manager);
    let name = channel.url().host_str().unwrap_or_default().to_owned();
    Ok(Signers { name, root, key_manager: key_manager.map_err(|error| error.to_string())? })
}

/// A registry that nobody here has decided to trust. Where it does not sign, there is nothing to decide.
async fn unpinned(web: &Web, channel: &ChannelRef) -> Trust {
    let is_key_manager = |bytes: &[u8]| Envelope::parse(bytes).is_ok();
    match fetch::key_manager(web, channel).await {
        Ok(Some(bytes)) if is_key_manager(&bytes) => Trust::Broken(format!(
            "{} signs its packages, and its root is not trusted here yet: compare its fingerprint and run \
             `bonded conda trust {channel}`",
            channel.server()
        )),
        Ok(_) => Trust::Unsigned,
        // Others than Bonded answer what they like to a question that they do not know.
        Err(FetchError::Web(crate::web::WebError::Status { status, .. })) if status.is_client_error() => {
            Trust::Unsigned
        }
        Err(error) => Trust::Broken(told(&error)),
    }
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

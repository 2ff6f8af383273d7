//! Signed conda channels: the server's keys, the documents that name them, and the signatures of records.
//!
//! ```text
//! root (offline, or a development root's key here)
//!   └─ key manager (here): names who signs records, renewed before it ends
//!        ├─ package manager (here): signs the records of channels that the server signs
//!        └─ publishers' keys (never here): sign the records of their channels
//! ```
//!
//! Every change of who may sign makes a key manager document of the next version, in the transaction of the change. Two
//! changes at the same moment want the same version, and the second one is refused: so no document ever misses a key.

mod adopt;
mod before;
mod change;
mod channel;
mod check;
mod documents;
mod ended;
mod key_manager;
mod keys;
mod page;
mod policy;
mod publisher;
mod renew;
mod replace;
mod rotate;
mod serve;
mod sign;
mod signer;
mod start;
mod state;
mod term;
mod upload;

use std::path::PathBuf;

use bonded_factors::sealing::InstanceKey;
use chrono::TimeDelta;

pub use adopt::Adopted;
pub use bonded_signing::{NotARecordSignature, PublicKey, RecordSignature};
pub use page::{ChannelTrust, KeyManagerView, SignedBy, Term, TrustPage};
pub use renew::ROOT_WARNING;
pub use serve::{RootSummary, SignerSummary, TrustSummary};
pub use start::TrustStart;
pub use term::TrustTerms;
pub use upload::{OfflineRecord, offline_record};

pub(crate) use check::{Checker, Part, is_wrong, told};
use keys::KeyRole;
pub(crate) use policy::{PublishedRecord, SignaturePolicy};
use signer::Signer;
use state::Trust;
pub(crate) use upload::{UploadSignatures, new_published_text};

/// How long clients and proxies may keep a key manager document. Records are not published with a new key's signatures
/// alone before every copy names it.
pub const KEY_MANAGER_CACHED: TimeDelta = TimeDelta::seconds(5);

/// The keys, and what is remembered of the database.
pub(crate) struct Trusting {
    pub(crate) keys: keys::TrustKeys,
    remembered: state::Remembered,
    seen: check::Seen,
    unverified: check::Failures,
}

impl Trusting {
    pub(crate) fn new(directory: PathBuf, instance: InstanceKey) -> Self {
        Self {
            keys: keys::TrustKeys::new(directory, instance),
            remembered: state::Remembered::default(),
            seen: check::Seen::default(),
            unverified: check::Failures::default(),
        }
    }

    /// Documents or keys changed.
    pub(crate) fn forget(&self) {
        self.remembered.forget();
    }
}

//! Who signs the packages of a conda channel, and how to check it.

use askama::Template;
use bonded_model::Timestamp;
use bonded_model::trust::{KeyBytes, Signing, SigningProgress};

use super::Head;
use crate::snippets::{Snippet, pinning};
use crate::{Shell, filters};

/// How much of its time a document has left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    /// Enough.
    Good,
    /// So little that somebody should have made the next one.
    Short,
    /// Nothing: clients refuse it.
    Over,
}

impl Term {
    pub(crate) fn is_short(self) -> bool {
        self == Self::Short
    }

    pub(crate) fn is_over(self) -> bool {
        self == Self::Over
    }
}

/// A root that is or was installed.
#[derive(Clone)]
pub struct Root {
    /// Its version.
    pub version: u64,
    /// Its fingerprint, 64 hexadecimal digits in groups.
    pub fingerprint: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Keys, of which some have to sign.
#[derive(Clone, Default)]
pub struct Signatories {
    /// The keys.
    pub keys: Vec<KeyBytes>,
    /// How many of them have to sign.
    pub threshold: u32,
}

/// The list of the keys that sign packages.
#[derive(Clone)]
pub struct KeyManager {
    /// Its version.
    pub version: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it is to be made anew.
    pub renewed_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How much time it has left.
    pub term: Term,
    /// By how many of its keys each package has to be signed.
    pub threshold: u32,
}

/// A key of the server's that signs packages.
#[derive(Clone)]
pub struct ServerKey {
    /// The key.
    pub key: KeyBytes,
    /// When it was made.
    pub made_at: Timestamp,
    /// Since when it is being replaced.
    pub leaving_since: Option<Timestamp>,
}

/// A key of a publisher's.
#[derive(Clone)]
pub struct PublisherKey {
    /// The key.
    pub key: KeyBytes,
    /// What it is called.
    pub name: String,
    /// Who added it, as far as the viewer may know; may be empty.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Who may sign what.
#[derive(Clone)]
pub struct Chain {
    /// The newest root.
    pub root: Root,
    /// How much time it has left.
    pub root_term: Term,
    /// Whose keys sign roots.
    pub root_keys: Signatories,
    /// Whose keys sign the key manager.
    pub key_manager_keys: Signatories,
    /// The roots before it, the newest first.
    pub earlier: Vec<Root>,
    /// The list of the keys that sign packages.
    pub key_manager: KeyManager,
    /// The server's own keys, the present one first.
    pub server_keys: Vec<ServerKey>,
    /// The keys of the channel's publishers, by name.
    pub publisher_keys: Vec<PublisherKey>,
    /// How far the signing with the server's present key has come, while it is under way.
    pub resigning: Option<SigningProgress>,
}

/// `/channels/{channel}/trust`, of a conda channel.
#[derive(Clone, Template)]
#[template(path = "places/trust.html")]
pub struct Trust {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// The URL under which the outside reaches the registry, without a slash at its end.
    pub base_url: String,
    /// Who signs.
    pub signing: Signing,
    /// Who may sign what; nothing where nothing is signed.
    pub chain: Option<Chain>,
    /// Whether the viewer administers the channel.
    pub administers: bool,
}

impl Root {
    fn path(&self) -> String {
        format!("/{}.root.json", self.version)
    }
}

impl Trust {
    fn by_publishers(&self) -> bool {
        self.signing == Signing::Publisher
    }

    fn is_off(&self) -> bool {
        self.signing == Signing::Off
    }

    fn pin(&self, root: &Root) -> Vec<Snippet> {
        pinning(&self.base_url, &self.head.name, root.version)
    }
}

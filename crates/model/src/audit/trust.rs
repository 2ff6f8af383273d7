//! What happens to the keys of signed conda channels.

use crate::trust::{KeyBytes, Signing};

/// Something that happened to a key, or to who signs.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event")]
pub enum TrustEvent {
    /// A root was installed.
    #[serde(rename = "instance:trust-root:adopt")]
    RootAdopted {
        /// Its version.
        version: u64,
        /// Its fingerprint, 64 hexadecimal digits.
        fingerprint: String,
        /// Whether its key is kept on the server: it is a development root.
        development: bool,
    },
    /// A key was made that the next root may name as the key manager's.
    #[serde(rename = "instance:key-manager-key:create")]
    KeyManagerKeyCreated {
        /// The key.
        key: KeyBytes,
    },
    /// A key was made that is to sign records later.
    #[serde(rename = "instance:package-manager-key:create")]
    PackageManagerKeyCreated {
        /// The key.
        key: KeyBytes,
    },
    /// The key manager document was made anew, because it would have ended soon or at the operator's word.
    #[serde(rename = "instance:key-manager:renew")]
    KeyManagerRenewed {
        /// Its version.
        version: u64,
    },
    /// Another key of the server's signs records from now on.
    #[serde(rename = "instance:package-manager:rotate")]
    PackageManagerRotated {
        /// The new key.
        key: KeyBytes,
        /// Whether the old one was dropped at once, because somebody else may have it.
        compromised: bool,
    },
    /// A key of the server's that had been replaced was dropped.
    #[serde(rename = "instance:package-manager:retire")]
    PackageManagerRetired {
        /// The old key.
        key: KeyBytes,
    },
    /// All documents and the server's keys were given up, because the keys are lost.
    #[serde(rename = "instance:trust:forget")]
    TrustForgotten,
    /// Who signs the records of a channel was changed.
    #[serde(rename = "channel:signing:set")]
    SigningSet {
        /// Who, from now on.
        signing: Signing,
    },
    /// A publisher's signature was added to a package that was there.
    #[serde(rename = "project:file:sign")]
    FileSigned {
        /// The file, with its subdir.
        file: String,
        /// The publisher's key.
        key: KeyBytes,
    },
    /// The record of a package was made anew from its archive.
    #[serde(rename = "project:record:restore")]
    RecordRestored {
        /// The file, with its subdir.
        file: String,
    },
    /// A publisher's key was added to a channel.
    #[serde(rename = "channel:publisher-key:add")]
    PublisherKeyAdded {
        /// The key.
        key: KeyBytes,
        /// What it is called.
        name: String,
    },
    /// A publisher's key was removed from a channel.
    #[serde(rename = "channel:publisher-key:remove")]
    PublisherKeyRemoved {
        /// The key.
        key: KeyBytes,
        /// What it was called.
        name: String,
        /// Whether what it alone signed was taken out of the index.
        compromised: bool,
    },
}

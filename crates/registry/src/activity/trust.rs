//! Sentences about keys of signed channels.

use bonded_model::audit::TrustEvent;
use bonded_model::trust::{KeyBytes, Signing};

/// What happened, in a channel that is called so.
pub(super) fn of(channel: &str, event: &TrustEvent) -> String {
    match event {
        TrustEvent::RootAdopted { version, development: true, .. } => {
            format!("Root {version} was installed. It is a development root: its key is kept on the server.")
        }
        TrustEvent::RootAdopted { version, fingerprint, .. } => {
            format!("Root {version} was installed. Its fingerprint is {fingerprint}.")
        }
        TrustEvent::KeyManagerKeyCreated { key } => {
            format!("The key {} was made, for the next root to name as the key manager's.", short(key))
        }
        TrustEvent::PackageManagerKeyCreated { key } => {
            format!("The key {} was made, for the server to sign packages with later.", short(key))
        }
        TrustEvent::FileSigned { file, key } => {
            format!("A signature by the publisher's key {} was added to {file}.", short(key))
        }
        TrustEvent::RecordRestored { file } => {
            format!("The record of {file} was made anew from its archive.")
        }
        TrustEvent::KeyManagerRenewed { version } => {
            format!("The list of keys that sign packages was renewed; it has version {version} now.")
        }
        TrustEvent::PackageManagerRotated { key, compromised: false } => {
            format!("The server signs packages with another key from now on, {}.", short(key))
        }
        TrustEvent::PackageManagerRotated { key, compromised: true } => format!(
            "The server signs packages with another key from now on, {}. The old one was dropped at once.",
            short(key)
        ),
        TrustEvent::PackageManagerRetired { key } => {
            format!("The key {}, with which the server signed packages before, was dropped.", short(key))
        }
        TrustEvent::TrustForgotten => {
            "The keys that sign packages were given up as lost: clients have to pin a new root.".to_owned()
        }
        TrustEvent::SigningSet { signing: Signing::Off } => {
            format!("The packages of {channel} are not signed any more.")
        }
        TrustEvent::SigningSet { signing: Signing::Server } => {
            format!("The packages of {channel} are signed by the server.")
        }
        TrustEvent::SigningSet { signing: Signing::Publisher } => {
            format!("The packages of {channel} have to be signed by its publishers, with keys of their own.")
        }
        TrustEvent::PublisherKeyAdded { key, name } => {
            format!("The publisher's key '{name}', {}, was added to {channel}.", short(key))
        }
        TrustEvent::PublisherKeyRemoved { key, name, compromised: false } => {
            format!("The publisher's key '{name}', {}, was removed from {channel}.", short(key))
        }
        TrustEvent::PublisherKeyRemoved { key, name, compromised: true } => format!(
            "The publisher's key '{name}', {}, was removed from {channel}, and what it alone had signed was taken out \
             of the index.",
            short(key)
        ),
    }
}

/// Enough of a key to tell it from others.
fn short(key: &KeyBytes) -> String {
    format!("{}…", &key.to_string()[..16])
}

//! What the page about a channel's signatures shows, and who signed the files of a project.

use std::collections::HashMap;
use std::sync::Arc;

use bonded_model::ids::{ChannelId, FileId};
use bonded_model::trust::{
    FileSigner, KeyBytes, PackageManagerKey, PublisherKeyView, RecordSigner, Signing, SigningProgress,
};
use bonded_model::user::ChannelRole;
use bonded_model::{Actor, Channel, ChannelFormat, Timestamp};
use chrono::TimeDelta;

use super::renew::ROOT_WARNING;
use super::serve::{RootSummary, root_summary};
use super::state::Trust;
use crate::access::{Read, role_in};
use crate::{Error, Registry};

/// How late the key manager may be renewed before somebody should look why. The sweep that does it comes much more often.
const RENEWAL_DELAY: TimeDelta = TimeDelta::days(1);

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

/// What the trust page of a channel shows to one viewer.
#[derive(Clone, Debug)]
pub struct TrustPage {
    /// The channel, which says who signs.
    pub channel: Arc<Channel>,
    /// The viewer's role in it.
    pub role: Option<ChannelRole>,
    /// Who may sign what; `None` where nothing is signed.
    pub trust: Option<ChannelTrust>,
}

/// Who may sign what in a channel.
#[derive(Clone, Debug)]
pub struct ChannelTrust {
    /// Whether the newest root's key is on the server.
    pub development: bool,
    /// All roots, the newest first; never empty.
    pub roots: Vec<RootSummary>,
    /// How much time the newest root has left.
    pub root_term: Term,
    /// The list of the keys that sign records.
    pub key_manager: KeyManagerView,
    /// The server's own keys, the present one first. In a channel whose publishers sign they sign nothing.
    pub server_keys: Vec<PackageManagerKey>,
    /// The keys of the channel's publishers, by name. Who added them is told to members of the channel alone.
    pub publisher_keys: Vec<PublisherKeyView>,
    /// How far the signing with the server's present key has come, while it is under way.
    pub resigning: Option<SigningProgress>,
}

/// A key manager document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyManagerView {
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
    /// By how many of its keys each record has to be signed.
    pub threshold: u32,
}

/// A signature over a file's record that counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedBy {
    /// The key.
    pub key: KeyBytes,
    /// What a publisher's key is called; `None` for the server's own.
    pub publisher: Option<String>,
    /// When it was made.
    pub at: Timestamp,
}

impl Registry {
    /// What the trust page of a conda channel shows to the actor.
    ///
    /// # Errors
    /// The [`Denial`](crate::access::Denial) of a channel that the actor may not read, the same as for an unknown one;
    /// [`Error::NotFound`] for a Python channel.
    pub async fn trust_page(&self, actor: &Actor, channel: &str) -> Result<TrustPage, Error> {
        let channel = self.access.visible_channel(actor, channel).await?;
        self.access.permit(actor, Read { channel: Arc::clone(&channel) })?;
        if channel.format != ChannelFormat::Conda {
            return Err(Error::NotFound("only conda channels are signed".into()));
        }
        let role = role_in(actor, &channel);
        let trust = match (channel.signing, self.trust().await?) {
            (Signing::Off, _) | (_, None) => None,
            (_, Some(trust)) => Some(self.channel_trust(&trust, &channel, role.is_some()).await?),
        };
        Ok(TrustPage { channel, role, trust })
    }

    async fn channel_trust(
        &self,
        trust: &Trust,
        channel: &Channel,
        is_member: bool,
    ) -> Result<ChannelTrust, Error> {
        let mut snapshot = self.store.snapshot().await?;
        let mut publisher_keys = snapshot.publisher_key_views(channel.id).await?;
        if !is_member {
            publisher_keys.iter_mut().for_each(|key| key.added_by = None);
        }
        let resigning = match trust.present().filter(|_| channel.signing == Signing::Server) {
            Some(key) => Some(snapshot.signing_progress(channel.id, &key).await?),
            None => None,
        };
        drop(snapshot);
        let now = self.clock.now();
        Ok(ChannelTrust {
            development: trust.development.is_some(),
            roots: trust.roots.values().rev().map(root_summary).collect(),
            root_term: root_term(trust, now),
            key_manager: key_manager(trust, now),
            server_keys: trust.package_keys.clone(),
            publisher_keys,
            resigning: resigning.filter(|progress| progress.records > 0),
        })
    }

    /// Whether packages are signed under a root whose key is on the server. Where that cannot be read nothing is published,
    /// which is told elsewhere.
    pub async fn has_development_root(&self) -> bool {
        match self.trust().await {
            Ok(trust) => trust.is_some_and(|trust| trust.development.is_some()),
            Err(cause) => {
                tracing::error!(%cause, "what is trusted cannot be read");
                false
            }
        }
    }
}

fn key_manager(trust: &Trust, now: Timestamp) -> KeyManagerView {
    let (made_at, expires_at) = (trust.key_manager_row.made_at, trust.key_manager_row.expires_at);
    let half = (expires_at - made_at) / 2;
    KeyManagerView {
        version: trust.key_manager.version(),
        made_at,
        renewed_at: made_at + half,
        expires_at,
        term: key_manager_term(trust, now),
        threshold: trust.key_manager.package_managers().threshold(),
    }
}

pub(super) fn root_term(trust: &Trust, now: Timestamp) -> Term {
    term(trust.root.role().expiration, ROOT_WARNING, now)
}

pub(super) fn key_manager_term(trust: &Trust, now: Timestamp) -> Term {
    let (made_at, expires_at) = (trust.key_manager_row.made_at, trust.key_manager_row.expires_at);
    term(expires_at, (expires_at - made_at) / 2 - RENEWAL_DELAY, now)
}

fn term(expires_at: Timestamp, warning: TimeDelta, now: Timestamp) -> Term {
    match expires_at - now {
        left if left <= TimeDelta::zero() => Term::Over,
        left if left < warning => Term::Short,
        _ => Term::Good,
    }
}

impl Trust {
    /// Of the signatures of a project's files those that count in the channel, by file.
    pub(crate) fn signed_by(
        &self,
        channel: &Channel,
        made: Vec<FileSigner>,
    ) -> HashMap<FileId, Vec<SignedBy>> {
        let mut by_file: HashMap<FileId, Vec<SignedBy>> = HashMap::new();
        for FileSigner { file, signer } in made {
            if let Some(publisher) = self.counts(channel, &signer) {
                let signed = SignedBy { key: signer.key, publisher, at: signer.signed_at };
                by_file.entry(file).or_default().push(signed);
            }
        }
        by_file
    }

    /// Whose a signature is, if it counts: the name of a publisher's key, or nothing for the server's own.
    fn counts(&self, channel: &Channel, signer: &RecordSigner) -> Option<Option<String>> {
        match (channel.signing, signer.publisher) {
            (Signing::Server, false) => {
                self.package_keys.iter().any(|own| own.key == signer.key).then_some(None)
            }
            (Signing::Publisher, true) => self.publisher_name(channel.id, &signer.key).map(Some),
            _ => None,
        }
    }

    fn publisher_name(&self, channel: ChannelId, key: &KeyBytes) -> Option<String> {
        let mut keys = self.publishers.iter();
        Some(keys.find(|known| known.channel == channel && known.key == *key)?.name.clone())
    }

    /// Whether the newest root's key is on the server.
    pub(crate) const fn is_development(&self) -> bool {
        self.development.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_ends_this_very_moment_is_over() {
        let now = Timestamp::default();
        for (left, expected) in [(-1, Term::Over), (0, Term::Over), (59, Term::Short), (60, Term::Good)] {
            assert_eq!(term(now + TimeDelta::days(left), ROOT_WARNING, now), expected, "{left}");
        }
    }
}

//! The life of a root, without files and people: its successors, the signatures that are carried together, and which of
//! them are missing.

use std::collections::BTreeSet;

use bonded_model::Timestamp;

use crate::{Delegation, DelegationError, Envelope, PublicKey, RoleError, RootRole, openpgp};

/// What the successor of a root does differently. The default changes nothing but its time.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Root keys that come.
    pub add: BTreeSet<PublicKey>,
    /// Root keys that go.
    pub remove: BTreeSet<PublicKey>,
    /// How many root keys sign from now on.
    pub threshold: Option<u32>,
    /// Who signs key managers from now on.
    pub key_mgr: Option<Delegation>,
}

/// The successor of a root: the next version, with the changes.
///
/// # Errors
/// When the changes do not fit what is there, or leave fewer keys than have to sign.
pub fn successor(
    old: &RootRole,
    changes: &Changes,
    timestamp: Timestamp,
    expiration: Timestamp,
) -> Result<RootRole, ChangeError> {
    let keys = old.root.pubkeys();
    if let Some(key) = changes.remove.iter().find(|key| !keys.contains(key)) {
        return Err(ChangeError::NotThere(*key));
    }
    if let Some(key) = changes.add.iter().find(|key| keys.contains(key)) {
        return Err(ChangeError::There(*key));
    }
    if expiration <= timestamp {
        return Err(ChangeError::Expiration);
    }
    let keys = keys.difference(&changes.remove).chain(&changes.add).copied();
    Ok(RootRole {
        version: old.version.checked_add(1).ok_or(ChangeError::Version)?,
        timestamp,
        expiration,
        root: Delegation::new(keys, changes.threshold.unwrap_or(old.root.threshold()))?,
        key_mgr: changes.key_mgr.clone().unwrap_or_else(|| old.key_mgr.clone()),
    })
}

/// Takes over the signatures of a copy of the same root that was signed elsewhere, also in place of one by the same key that
/// does not hold. Gives the keys that are new.
///
/// # Errors
/// When it is another root, or holds a signature that does not hold.
pub fn merge(into: &mut Envelope, other: &Envelope) -> Result<BTreeSet<PublicKey>, MergeError> {
    if into.signed() != other.signed() {
        return Err(MergeError::OtherRoot);
    }
    if let Some((key, _)) =
        other.signatures().iter().find(|(key, made)| !openpgp::verify(other.signed(), key, made))
    {
        return Err(MergeError::Invalid(*key));
    }
    let holds = |key: &PublicKey| {
        into.signatures().get(key).is_some_and(|made| openpgp::verify(into.signed(), key, made))
    };
    let new: BTreeSet<_> = other.signatures().keys().filter(|key| !holds(key)).copied().collect();
    for key in &new {
        into.add(*key, other.signatures()[key].clone());
    }
    Ok(new)
}

/// How far the signing of a root has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What the root says.
    pub role: RootRole,
    /// The keys of the root before it, where that is known.
    pub old: Option<Progress>,
    /// Its own keys.
    pub new: Progress,
    /// Keys that belong to neither, or whose signature does not hold. Clients complain about them.
    pub strangers: BTreeSet<PublicKey>,
}

/// Which keys of a delegation have signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many have to.
    pub threshold: u32,
    /// Those that did.
    pub signed: BTreeSet<PublicKey>,
    /// Those that did not.
    pub missing: BTreeSet<PublicKey>,
}

impl Progress {
    fn of(envelope: &Envelope, delegation: &Delegation) -> Self {
        let signed = RootRole::signers(envelope, delegation);
        let missing = delegation.pubkeys().difference(&signed).copied().collect();
        Self { threshold: delegation.threshold(), signed, missing }
    }

    /// How many signatures are missing still.
    pub fn needed(&self) -> usize {
        usize::try_from(self.threshold).unwrap_or(usize::MAX).saturating_sub(self.signed.len())
    }
}

impl Status {
    /// Looks at a root, and at the one before it where that is at hand.
    ///
    /// # Errors
    /// When the envelope holds no root.
    pub fn of(envelope: &Envelope, old: Option<&RootRole>) -> Result<Self, RoleError> {
        let role = RootRole::read(envelope)?;
        let old = old.map(|old| Progress::of(envelope, &old.root));
        let new = Progress::of(envelope, &role.root);
        let known = |key: &&PublicKey| {
            new.signed.contains(*key) || old.as_ref().is_some_and(|old| old.signed.contains(*key))
        };
        let strangers = envelope.signatures().keys().filter(|key| !known(key)).copied().collect();
        Ok(Self { role, old, new, strangers })
    }

    /// Whether enough keys have signed: of its own, and of the root before it where that is known.
    pub fn is_complete(&self) -> bool {
        self.new.needed() == 0 && self.old.as_ref().is_none_or(|old| old.needed() == 0)
    }
}

/// Why a root has no such successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// A key goes that is none.
    #[error("{0} is no root key: there is nothing to take away")]
    NotThere(PublicKey),
    /// A key comes that is there.
    #[error("{0} is a root key already")]
    There(PublicKey),
    /// Too few keys.
    #[error(transparent)]
    Delegation(#[from] DelegationError),
    /// It would be over before it begins.
    #[error("the root would expire before it is made")]
    Expiration,
    /// There is no higher version.
    #[error("the root has the last version that there is")]
    Version,
}

/// Why signatures cannot be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// What was signed differs.
    #[error("this is another root: what was signed there is not what is signed here")]
    OtherRoot,
    /// Damaged, or made up.
    #[error("the signature by {0} does not hold: ask for it again")]
    Invalid(PublicKey),
}

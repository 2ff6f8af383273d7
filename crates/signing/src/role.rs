//! What roots and key managers have in common: their members, and who may sign what.

use std::collections::BTreeSet;

use bonded_model::Timestamp;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::PublicKey;

/// The version of the format that is written.
pub(crate) const SPEC_VERSION: &str = "0.6.0";
/// Moments, in whole seconds of UTC.
const MOMENT: &str = "%Y-%m-%dT%H:%M:%SZ";

/// Which keys may sign for a role, and how many of them have to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Listed")]
pub struct Delegation {
    pubkeys: BTreeSet<PublicKey>,
    threshold: u32,
}

impl Delegation {
    /// Delegates to `threshold` of the keys.
    ///
    /// # Errors
    /// When the threshold is zero or more than there are keys.
    pub fn new(
        pubkeys: impl IntoIterator<Item = PublicKey>,
        threshold: u32,
    ) -> Result<Self, DelegationError> {
        let pubkeys: BTreeSet<_> = pubkeys.into_iter().collect();
        let keys = pubkeys.len();
        if threshold == 0 || usize::try_from(threshold).is_ok_and(|needed| needed > keys) {
            return Err(DelegationError::Threshold { threshold, keys });
        }
        Ok(Self { pubkeys, threshold })
    }

    /// The keys.
    pub const fn pubkeys(&self) -> &BTreeSet<PublicKey> {
        &self.pubkeys
    }

    /// How many of them have to sign.
    pub const fn threshold(&self) -> u32 {
        self.threshold
    }

    /// Whether so many signers are enough.
    pub(crate) fn is_met_by(&self, signers: &BTreeSet<PublicKey>) -> bool {
        u32::try_from(signers.len()).is_ok_and(|valid| valid >= self.threshold)
    }
}

/// A delegation as it is written.
#[derive(Deserialize)]
struct Listed {
    pubkeys: Vec<PublicKey>,
    threshold: u32,
}

impl TryFrom<Listed> for Delegation {
    type Error = DelegationError;

    fn try_from(listed: Listed) -> Result<Self, DelegationError> {
        let count = listed.pubkeys.len();
        let delegation = Self::new(listed.pubkeys, listed.threshold)?;
        if delegation.pubkeys.len() == count { Ok(delegation) } else { Err(DelegationError::Twice) }
    }
}

/// Why keys cannot be delegated to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DelegationError {
    /// Nobody or everybody could sign, or too few could.
    #[error("{threshold} of {keys} keys cannot sign: the threshold lies between 1 and the number of keys")]
    Threshold {
        /// Signatures that are needed.
        threshold: u32,
        /// Keys that could make them.
        keys: usize,
    },
    /// A key stands twice in the list.
    #[error("a key is listed twice")]
    Twice,
}

/// The members of every role; `D` are its delegations.
#[derive(Serialize, Deserialize)]
pub(crate) struct Signed<D> {
    pub(crate) r#type: String,
    pub(crate) version: u64,
    pub(crate) metadata_spec_version: String,
    #[serde(with = "moment")]
    pub(crate) timestamp: Timestamp,
    #[serde(with = "moment")]
    pub(crate) expiration: Timestamp,
    pub(crate) delegations: D,
}

impl<D: for<'de> Deserialize<'de>> Signed<D> {
    /// Reads the canonical bytes of a role of that type. Members that this version does not know are let be.
    pub(crate) fn read(canonical: &[u8], r#type: &'static str) -> Result<Self, RoleError> {
        let kind: Kind = serde_json::from_slice(canonical)?;
        if kind.r#type != r#type {
            return Err(RoleError::Type { expected: r#type, found: kind.r#type });
        }
        if !kind.metadata_spec_version.starts_with("0.6.") {
            return Err(RoleError::Specification(kind.metadata_spec_version));
        }
        let signed: Self = serde_json::from_slice(canonical)?;
        if signed.version == 0 {
            return Err(RoleError::VersionZero);
        }
        Ok(signed)
    }
}

#[derive(Deserialize)]
struct Kind {
    r#type: String,
    metadata_spec_version: String,
}

/// Why what is signed is not the role that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// A member is missing or is not what the format says.
    #[error("the signed part is not what the format says: {0}")]
    Members(#[from] serde_json::Error),
    /// A key manager in place of a root, for example.
    #[error("this is signed metadata of the type {found:?}, and {expected:?} is expected")]
    Type {
        /// What was asked for.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// A format of another time.
    #[error("the metadata follows version {0:?} of the specification; this program knows 0.6")]
    Specification(String),
    /// Versions begin at 1.
    #[error("the metadata has version 0; the first version is 1")]
    VersionZero,
}

/// Moments as the format writes them, and in no other way.
mod moment {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{MOMENT, NaiveDateTime, Timestamp};

    pub(super) fn serialize<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&moment.format(MOMENT))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = NaiveDateTime::parse_from_str(&text, MOMENT).ok().map(|moment| moment.and_utc());
        let exact = moment.filter(|moment| moment.format(MOMENT).to_string() == text);
        exact.ok_or_else(|| D::Error::custom("a moment is written as 2026-01-31T23:59:59Z"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(byte: u8) -> PublicKey {
        PublicKey::from([byte; 32])
    }

    fn read(signed: &serde_json::Value) -> Result<Signed<serde_json::Value>, RoleError> {
        Signed::read(&serde_json::to_vec(signed).unwrap(), "root")
    }

    fn root() -> serde_json::Value {
        json!({
            "type": "root", "version": 1, "metadata_spec_version": "0.6.0", "delegations": {},
            "timestamp": "2026-01-01T00:00:00Z", "expiration": "2027-01-01T00:00:00Z",
        })
    }

    #[test]
    fn a_threshold_that_nobody_or_everybody_meets_is_refused() {
        assert!(Delegation::new([key(1)], 1).is_ok());
        assert!(Delegation::new([key(1)], 0).is_err());
        assert!(Delegation::new([key(1), key(1)], 2).is_err());
        assert!(Delegation::new([], 0).is_err());
        let listed = json!({ "pubkeys": [key(1), key(1)], "threshold": 1 });
        assert!(serde_json::from_value::<Delegation>(listed).is_err());
    }

    #[test]
    fn a_role_of_another_type_version_or_specification_is_refused() {
        assert!(read(&root()).is_ok());
        for (member, value) in [
            ("type", json!("key_mgr")),
            ("version", json!(0)),
            ("version", json!(1.0)),
            ("version", json!("1")),
            ("version", json!(-1)),
            ("metadata_spec_version", json!("1.0.0")),
            ("expiration", json!("2027-01-01")),
            ("expiration", json!("2027-01-01T00:00:00+00:00")),
            ("expiration", json!("2027-1-1T0:0:0Z")),
            ("expiration", json!("2027-02-30T00:00:00Z")),
        ] {
            let mut changed = root();
            changed[member] = value.clone();
            assert!(read(&changed).is_err(), "{member}: {value}");
        }
    }
}

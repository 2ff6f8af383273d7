//! Keys, roots and key managers of a registry.

use bonded_model::{Random, Timestamp};
use bonded_signing::{Delegation, KeyManagerRole, RootRole, SigningKey};
use chrono::Duration;

/// The moment at which the tests happen.
pub(crate) fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

/// A key of its own for each number.
pub(crate) fn key(number: u64) -> SigningKey {
    SigningKey::generate(&Random::seeded(number * 1000))
}

/// What a root says; its keys are numbers.
#[derive(Clone, Copy)]
pub(crate) struct Root<'a> {
    pub(crate) version: u64,
    pub(crate) keys: &'a [u64],
    pub(crate) threshold: u32,
    pub(crate) key_manager: u64,
    pub(crate) days: i64,
}

/// Roots 1: two of three.
pub(crate) const FIRST: Root<'static> =
    Root { version: 1, keys: &[1, 2, 3], threshold: 2, key_manager: 10, days: 365 };

impl Root<'_> {
    pub(crate) fn signed_by(self, signers: &[u64]) -> Vec<u8> {
        let role = RootRole {
            version: self.version,
            timestamp: now() - Duration::days(1),
            expiration: now() + Duration::days(self.days),
            root: delegation(self.keys, self.threshold),
            key_mgr: delegation(&[self.key_manager], 1),
        };
        let mut envelope = role.to_envelope().unwrap();
        for signer in signers {
            envelope.sign_root(&key(*signer), now());
        }
        envelope.to_bytes().unwrap()
    }
}

/// What a key manager says.
#[derive(Clone, Copy)]
pub(crate) struct Manager<'a> {
    pub(crate) version: u64,
    pub(crate) packages: &'a [u64],
    pub(crate) threshold: u32,
    pub(crate) days: i64,
}

pub(crate) const MANAGER: Manager<'static> = Manager { version: 1, packages: &[20], threshold: 1, days: 31 };

impl Manager<'_> {
    pub(crate) fn signed_by(self, signer: u64) -> Vec<u8> {
        let role = KeyManagerRole {
            version: self.version,
            timestamp: now() - Duration::days(1),
            expiration: now() + Duration::days(self.days),
            pkg_mgr: delegation(self.packages, self.threshold),
        };
        let mut envelope = role.to_envelope().unwrap();
        envelope.sign(&key(signer));
        envelope.to_bytes().unwrap()
    }
}

fn delegation(keys: &[u64], threshold: u32) -> Delegation {
    Delegation::new(keys.iter().map(|number| key(*number).public()), threshold).unwrap()
}

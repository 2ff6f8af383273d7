//! Visits of people: half-way and complete sign-ins, and the browsers that are remembered.

use std::net::IpAddr;

use super::Factors;
use crate::Timestamp;
use crate::ids::{DeviceId, SessionId, UserId};
use crate::secret::SecretHash;

/// What a browser says of itself, for its owner to recognize it. Nothing is decided by it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Client {
    /// Its address.
    pub address: Option<IpAddr>,
    /// Its `User-Agent`, cut to 300 characters.
    pub agent: String,
}

/// How a person proved who they are, from weak to strong. What only a stolen password or a relayed code would give is
/// less than a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProofKind {
    /// The password alone.
    Password,
    /// A code of the authenticator app.
    Totp,
    /// A security key or passkey.
    Key,
    /// A recovery code: for those who lost the rest, and burnt by its use.
    RecoveryCode,
}

crate::text_enum!(ProofKind {
    Password = "password",
    Totp = "totp",
    Key = "key",
    RecoveryCode = "recovery-code",
});

impl ProofKind {
    /// The strongest that an account with these factors can give at any time.
    pub const fn strongest(factors: Factors) -> Self {
        match factors {
            Factors { key: true, .. } => Self::Key,
            Factors { totp: true, .. } => Self::Totp,
            Factors { .. } => Self::Password,
        }
    }
}

/// That a person proved who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proof {
    /// How.
    pub kind: ProofKind,
    /// When.
    pub at: Timestamp,
}

/// A signed-in browser, as it stands in the database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRow {
    /// Its id: what people end, and what logs and audit events name.
    pub id: SessionId,
    /// The hash of the browser's secret.
    pub browser: SecretHash,
    /// Who is signed in.
    pub user: UserId,
    /// When the sign-in happened.
    pub created_at: Timestamp,
    /// When it was last used, within five minutes.
    pub seen_at: Timestamp,
    /// When it ends however much it is used.
    pub expires_at: Timestamp,
    /// The last proof.
    pub proof: Proof,
    /// Where it was last seen.
    pub client: Client,
}

/// What a half-way sign-in waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SignInStage {
    /// A second factor.
    Factor,
    /// A confirmation by mail, because a code came from a new place.
    Place,
}

crate::text_enum!(SignInStage { Factor = "factor", Place = "place" });

/// A half-way sign-in: the password was right, but more is needed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignIn {
    /// The hash of the browser's secret.
    pub browser: SecretHash,
    /// Who is signing in.
    pub user: UserId,
    /// What it waits for.
    pub stage: SignInStage,
    /// What was proved so far.
    pub proof: ProofKind,
    /// The local path to go on with.
    pub next: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A remembered browser, as it stands in the database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The hash of the device's secret.
    pub secret: SecretHash,
    /// Whose it is.
    pub user: UserId,
    /// When it was first confirmed.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

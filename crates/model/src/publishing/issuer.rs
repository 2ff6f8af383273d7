//! Who issues identity tokens.

use crate::Timestamp;
use crate::ids::IssuerId;

/// The kind of an issuer: which claims its tokens carry, and what they mean.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// GitHub Actions, at github.com or on a GitHub Enterprise Server.
    GitHub,
    /// GitLab CI, at gitlab.com or self-managed.
    GitLab,
    /// Google Cloud service accounts.
    Google,
    /// ActiveState builds.
    ActiveState,
    /// Buildkite pipelines.
    Buildkite,
    /// CircleCI jobs.
    CircleCi,
    /// Forgejo or Gitea Actions.
    Forgejo,
    /// Any other issuer: publishers say which claims must have which values.
    Other,
}

crate::text_enum!(Provider {
    GitHub = "github",
    GitLab = "gitlab",
    Google = "google",
    ActiveState = "activestate",
    Buildkite = "buildkite",
    CircleCi = "circleci",
    Forgejo = "forgejo",
    Other = "other",
});

/// How an issuer signs (RFC 7518, RFC 8037). Pinned for each issuer: what a token says of itself never chooses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Algorithm {
    /// RSA, PKCS #1 v1.5, with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

crate::text_enum!(Algorithm { Rs256 = "RS256", Es256 = "ES256", EdDsa = "EdDSA" });

/// An issuer that the administrators of the instance know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issuer {
    /// Its id: what publishers are tied to, so that no issuer is ever taken for another.
    pub id: IssuerId,
    /// Its URL, exactly as the claim `iss` has it.
    pub url: String,
    /// Its kind.
    pub provider: Provider,
    /// What people call it.
    pub name: String,
    /// Whether its tokens are accepted now.
    pub enabled: bool,
    /// How it signs.
    pub algorithm: Algorithm,
    /// Whether it may stand at a private address, where the server would otherwise ask nobody.
    pub private_network: bool,
    /// Where its projects are, without a slash at the end; `None` where its URL tells. A GitLab server can let another host
    /// issue its tokens.
    pub server: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// The signing keys of an issuer, as far as they were fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuerKeys {
    /// The JSON Web Key Set (RFC 7517) as it came last; `None` before the first one.
    pub jwks: Option<String>,
    /// When it came.
    pub fetched_at: Option<Timestamp>,
    /// When somebody last tried to fetch it.
    pub tried_at: Option<Timestamp>,
}

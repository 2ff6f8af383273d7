//! What verifies, what does not, and why.

mod altered;
mod attacks;
mod forms;
mod logs;
mod mutations;
mod published;

use bonded_model::{Sha256, Timestamp};
use chrono::DateTime;
use serde_json::Value;

use crate::test_signer::{Identity, TestSigstore};
use crate::{Refused, Signer, Subject, Verified, Verifier};

const COMMIT: &str = "8f3c1d2b4a5e6f708192a3b4c5d6e7f8091a2b3c";
const CHANNEL: &str = "https://packages.test/team";

/// A private Sigstore with a verifier that trusts it, a file, and who must have signed it.
struct World {
    sigstore: TestSigstore,
    verifier: Verifier,
    wheel: Subject,
    package: Subject,
    identity: Identity,
    signer: Signer,
    at: Timestamp,
}

impl World {
    fn new() -> Self {
        let sigstore = TestSigstore::new();
        let verifier = Verifier::from_trusted_root(&sigstore.trusted_root()).unwrap();
        let sha256 = Sha256::of(b"bytes");
        Self {
            sigstore,
            verifier,
            wheel: Subject { name: "widgets-1.0-py3-none-any.whl".into(), sha256 },
            package: Subject { name: "widgets-1.0-h0_0.conda".into(), sha256 },
            identity: Identity::github("acme/widgets", "release.yml", "refs/tags/v1", COMMIT),
            signer: github("acme/widgets", "release.yml"),
            at: DateTime::from_timestamp(1_760_000_000, 0).unwrap(),
        }
    }

    fn attestation(&self) -> String {
        self.sigstore.python(&self.identity, &self.wheel.name, self.wheel.sha256, self.at)
    }

    fn bundle(&self) -> String {
        self.sigstore.conda(&self.identity, &self.package.name, self.package.sha256, Some(CHANNEL), self.at)
    }

    fn python(&self, attestation: &str) -> std::result::Result<Verified, Refused> {
        self.verifier.python(attestation, &self.wheel, &self.signer)
    }

    fn conda(&self, bundle: &str) -> std::result::Result<Verified, Refused> {
        self.verifier.conda(bundle, &self.package, &[CHANNEL.to_owned()], &self.signer)
    }

    /// The good bundle with a change in it.
    fn altered(&self, change: impl FnOnce(&mut Value)) -> std::result::Result<Verified, Refused> {
        let mut bundle: Value = serde_json::from_str(&self.bundle()).unwrap();
        change(&mut bundle);
        self.conda(&bundle.to_string())
    }
}

fn github(repository: &str, workflow: &str) -> Signer {
    Signer::GitHub {
        issuer: "https://token.actions.githubusercontent.com".into(),
        repository_url: format!("https://github.com/{repository}"),
        repository_id: None,
        workflow: format!(".github/workflows/{workflow}"),
    }
}

/// The text of a refusal, which holds those words.
#[track_caller]
fn refused(result: std::result::Result<Verified, Refused>, words: &str) {
    let text = result.expect_err("it was accepted").to_string();
    assert!(text.contains(words), "{text:?} does not say {words:?}");
}

//! A case: a bundle, what it signs, and who must have signed it.

use std::error::Error;
use std::fs::read_to_string;
use std::path::Path;

use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::types::{Bundle, DerPublicKey};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, Verifier};

use crate::{digests, log};

const ISSUER: &str = "https://token.actions.githubusercontent.com";
const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) bundle: String,
    artifact: Vec<u8>,
    root: Option<String>,
    key: Option<String>,
    identity: String,
    issuer: String,
}

impl Case {
    /// Reads a folder as the suite lays it out: what is not there is as in most cases.
    pub(crate) fn read(folder: &Path) -> Self {
        let read = |name: &str| read_to_string(folder.join(name)).ok().map(|text| text.trim().to_owned());
        let artifact =
            std::fs::read(folder.join("artifact")).or_else(|_| std::fs::read(folder.join("../a.txt")));
        Self {
            bundle: read_to_string(folder.join("bundle.sigstore.json")).unwrap(),
            artifact: artifact.unwrap(),
            root: read("trusted_root.json"),
            key: read("key.pub"),
            identity: read("identity").unwrap_or_else(|| IDENTITY.into()),
            issuer: read("issuer").unwrap_or_else(|| ISSUER.into()),
        }
    }

    /// What the library says.
    pub(crate) fn verify(&self) -> Outcome<Bundle> {
        digests::install();
        let root = TrustedRoot::from_json(self.root.as_deref().unwrap_or(SIGSTORE_PRODUCTION_TRUSTED_ROOT))?;
        let (verifier, bundle) = (Verifier::new(&root)?, Bundle::from_json(&self.bundle)?);
        digests::set_artifact(&self.artifact);
        let artifact = self.artifact.as_slice();
        if let Some(key) = &self.key {
            let policy = PublicKeyVerificationPolicy::new(DerPublicKey::from_pem(key)?);
            verifier.verify(artifact, &bundle, &policy)?;
        } else {
            let policy = VerificationPolicy::new(self.identity.as_str(), self.issuer.as_str());
            verifier.verify(artifact, &bundle, &policy)?;
        }
        Ok(bundle)
    }

    /// The same, and then what Bonded says of the log.
    pub(crate) fn verify_as_bonded(&self) -> Outcome<Bundle> {
        let bundle = self.verify()?;
        log::check(&bundle)?;
        Ok(bundle)
    }
}

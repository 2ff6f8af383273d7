//! Goes through the bundles of the Sigstore project's conformance suite: `conformance FOLDER`, a copy of that repository.
//!
//! What must fail has to fail. What must verify has to, if it signs a statement: attestations do; bundles that sign a digest
//! are refused here, whoever made them.
#![expect(clippy::print_stdout, reason = "the person at the terminal reads what came of each case")]

use std::error::Error;
use std::fs::read_to_string;
use std::path::Path;
use std::process::ExitCode;

use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::types::{Bundle, DerPublicKey, SignatureContent};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, Verifier};

const ISSUER: &str = "https://token.actions.githubusercontent.com";
const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // Puts ring under the library, as everywhere in this house.
    bonded_attestations::Verifier::public_good()?;
    let suite = std::env::args().nth(1).ok_or("name a copy of the conformance suite")?;
    let (mut cases, mut wrong) = (0, 0);
    for entry in std::fs::read_dir(Path::new(&suite).join("test/assets/bundle-verify"))? {
        let case = entry?.path();
        if !case.is_dir() {
            continue;
        }
        let must_fail = case.to_string_lossy().ends_with("_fail") || !signs_a_statement(&case);
        let result = verify(&case);
        let ended = if result.is_err() == must_fail { "as it must" } else { "WRONG" };
        let text = result.map_or_else(|error| error.to_string(), |()| "verified".to_owned());
        println!("{ended}: {}: {text}", case.display());
        cases += 1;
        wrong += usize::from(ended == "WRONG");
    }
    println!("{cases} cases, {wrong} wrong");
    Ok(if cases > 0 && wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn bundle(case: &Path) -> Result<Bundle, Box<dyn Error>> {
    Ok(Bundle::from_json(&read_to_string(case.join("bundle.sigstore.json"))?)?)
}

fn signs_a_statement(case: &Path) -> bool {
    bundle(case).is_ok_and(|bundle| matches!(bundle.content, SignatureContent::DsseEnvelope(_)))
}

fn verify(case: &Path) -> Result<(), Box<dyn Error>> {
    let read = |name: &str| read_to_string(case.join(name)).ok().map(|text| text.trim().to_owned());
    let root = read("trusted_root.json");
    let root = TrustedRoot::from_json(root.as_deref().unwrap_or(SIGSTORE_PRODUCTION_TRUSTED_ROOT))?;
    let (verifier, bundle) = (Verifier::new(&root)?, bundle(case)?);
    let artifact = std::fs::read(case.join("artifact")).or_else(|_| std::fs::read(case.join("../a.txt")))?;
    if let Some(key) = read("key.pub") {
        let policy = PublicKeyVerificationPolicy::new(DerPublicKey::from_pem(&key)?);
        verifier.verify(artifact.as_slice(), &bundle, &policy)?;
        return Ok(());
    }
    let (identity, issuer) = (read("identity"), read("issuer"));
    let policy =
        VerificationPolicy::new(identity.as_deref().unwrap_or(IDENTITY), issuer.as_deref().unwrap_or(ISSUER));
    verifier.verify(artifact.as_slice(), &bundle, &policy)?;
    Ok(())
}

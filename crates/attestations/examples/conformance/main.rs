//! Goes through the bundles of the Sigstore project's conformance suite: `conformance FOLDER`, a copy of that repository.
//!
//! What must fail has to fail, and what must verify has to verify, whether a bundle signs a statement or a file's digest.
//! (Bonded itself accepts statements alone. Here the digests are let in, or most of the suite would prove nothing.) Of what
//! verifies, Bonded's own rule on the log is asked too: it may refuse more than the suite does, and such cases are named.
#![expect(clippy::print_stdout, reason = "the person at the terminal reads what came of each case")]

mod digests;
#[path = "../../src/log.rs"]
mod log;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::read_to_string;
use std::path::Path;
use std::process::ExitCode;

use bonded_attestations::Refused;
use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::types::{Bundle, DerPublicKey, SignatureContent};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, Verifier};

const ISSUER: &str = "https://token.actions.githubusercontent.com";
const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<ExitCode> {
    digests::install()?;
    let suite = std::env::args().nth(1).ok_or("name a copy of the conformance suite")?;
    let mut counts = BTreeMap::<_, usize>::new();
    for entry in std::fs::read_dir(Path::new(&suite).join("test/assets/bundle-verify"))? {
        let case = entry?.path();
        if case.is_dir() {
            let (kind, ended, text) = judge(&case);
            println!("{ended}: {kind}: {}: {text}", case.file_name().unwrap_or_default().display());
            *counts.entry((kind, ended)).or_default() += 1;
        }
    }
    for ((kind, ended), count) in &counts {
        println!("{count} cases, {kind}: {ended}");
    }
    let wrong = counts.keys().any(|(_, ended)| *ended == "WRONG");
    Ok(if counts.is_empty() || wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What the case's bundle signs, how the case ended, and what was said.
fn judge(case: &Path) -> (&'static str, &'static str, String) {
    let must_fail = case.to_string_lossy().ends_with("_fail");
    let kind = match bundle(case).map(|bundle| bundle.content) {
        Ok(SignatureContent::DsseEnvelope(_)) => "statement",
        Ok(_) => "digest",
        Err(_) => "no bundle",
    };
    match (verify(case), must_fail) {
        (Ok(Ok(())), false) => (kind, "verifies, as it must", String::new()),
        (Ok(Err(refused)), false) => (kind, "verifies, and Bonded asks for more", refused.to_string()),
        (Err(error), true) => (kind, "fails, as it must", error.to_string()),
        // Bonded's own rule is not what the case is about, but it is what would have helped.
        (Ok(Err(refused)), true) => (kind, "fails by Bonded's own rule alone", refused.to_string()),
        (Ok(Ok(())), true) => (kind, "WRONG", "verified".into()),
        (Err(error), false) => (kind, "WRONG", error.to_string()),
    }
}

fn bundle(case: &Path) -> Outcome<Bundle> {
    Ok(Bundle::from_json(&read_to_string(case.join("bundle.sigstore.json"))?)?)
}

/// What the library says, and then what Bonded says of the log.
fn verify(case: &Path) -> Outcome<Result<(), Refused>> {
    let read = |name: &str| read_to_string(case.join(name)).ok().map(|text| text.trim().to_owned());
    let root = read("trusted_root.json");
    let root = TrustedRoot::from_json(root.as_deref().unwrap_or(SIGSTORE_PRODUCTION_TRUSTED_ROOT))?;
    let (verifier, bundle) = (Verifier::new(&root)?, bundle(case)?);
    let artifact = std::fs::read(case.join("artifact")).or_else(|_| std::fs::read(case.join("../a.txt")))?;
    digests::set_artifact(&artifact);
    if let Some(key) = read("key.pub") {
        let policy = PublicKeyVerificationPolicy::new(DerPublicKey::from_pem(&key)?);
        verifier.verify(artifact.as_slice(), &bundle, &policy)?;
    } else {
        let (identity, issuer) = (read("identity"), read("issuer"));
        let policy = VerificationPolicy::new(
            identity.as_deref().unwrap_or(IDENTITY),
            issuer.as_deref().unwrap_or(ISSUER),
        );
        verifier.verify(artifact.as_slice(), &bundle, &policy)?;
    }
    Ok(log::check(&bundle))
}

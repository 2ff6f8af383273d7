//! The cases of the Sigstore project's conformance suite, where a copy of it is at hand: what must fail fails, and what
//! must verify verifies. They test the library as it is used here: over ring, without network.

use std::path::{Path, PathBuf};

use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::types::{Bundle, DerPublicKey, SignatureContent};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, Verifier};

const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

fn cases() -> Vec<PathBuf> {
    let root = std::env::var("SIGSTORE_CONFORMANCE").expect("SIGSTORE_CONFORMANCE names a copy of the suite");
    let folder = Path::new(&root).join("test/assets/bundle-verify");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    cases
}

fn read(case: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(case.join(name)).ok()
}

fn verify(case: &Path) -> Result<(), Box<dyn std::error::Error>> {
    crate::provider::install();
    let root = read(case, "trusted_root.json");
    let root = TrustedRoot::from_json(root.as_deref().unwrap_or(SIGSTORE_PRODUCTION_TRUSTED_ROOT))?;
    let verifier = Verifier::new(&root)?;
    let bundle = Bundle::from_json(&read(case, "bundle.sigstore.json").unwrap_or_default())?;
    let artifact = std::fs::read(case.join("artifact")).or_else(|_| std::fs::read(case.join("../a.txt")))?;
    if let Some(key) = read(case, "key.pub") {
        verifier.verify(
            artifact.as_slice(),
            &bundle,
            &PublicKeyVerificationPolicy::new(DerPublicKey::from_pem(&key)?),
        )?;
        return Ok(());
    }
    let identity = read(case, "identity").map_or(IDENTITY.to_owned(), |text| text.trim().to_owned());
    let issuer = read(case, "issuer");
    let issuer = issuer.as_deref().map_or("https://token.actions.githubusercontent.com", str::trim);
    verifier.verify(artifact.as_slice(), &bundle, &VerificationPolicy::new(identity.as_str(), issuer))?;
    Ok(())
}

#[test]
#[ignore = "needs a copy of the conformance suite, named by SIGSTORE_CONFORMANCE"]
fn every_case_ends_as_the_suite_says() {
    let cases = cases();
    assert!(cases.len() > 50, "only {} cases were found", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        match (verify(&case), name.ends_with("_fail")) {
            (Ok(()), true) => wrong.push(format!("{name}: verified")),
            (Err(error), false) => wrong.push(format!("{name}: {error}")),
            (Err(error), true) => println!("{name}: {error}"),
            (Ok(()), false) => println!("{name}: verified"),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the library lets pass although one of the proofs is missing, our own check refuses.
#[test]
#[ignore = "needs a copy of the conformance suite, named by SIGSTORE_CONFORMANCE"]
fn what_must_verify_and_is_an_attestation_has_both_proofs() {
    for case in cases() {
        let Some(Ok(bundle)) = read(&case, "bundle.sigstore.json").map(|text| Bundle::from_json(&text))
        else {
            continue;
        };
        if verify(&case).is_ok() && matches!(bundle.content, SignatureContent::DsseEnvelope(_)) {
            crate::log::check(&bundle).unwrap();
        }
    }
}

//! Attestations that were really published, under the public-good root.

use bonded_model::publishing::{Provider, Source};
use sigstore_verify::trust_root::SIGSTORE_STAGING_TRUSTED_ROOT;

use crate::{Predicate, Refused, Signer, Subject, Verified, Verifier};

use super::{github, refused};

const PUBLISH: &str =
    include_str!("../../tests/data/pypi-attestations/pypi_attestations-0.0.19.tar.gz.publish.attestation");
const PROVENANCE: &str =
    include_str!("../../tests/data/pypi-attestations/pypi_attestations-0.0.19.tar.gz.slsa.attestation");
const GITLAB: &str =
    include_str!("../../tests/data/pypi-attestations/gitlab_oidc_project-0.0.3.tar.gz.publish.attestation");
const CIRCLECI: &str = include_str!(
    "../../tests/data/pypi-attestations/circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl.publish.attestation"
);
const GOOGLE: &str =
    include_str!("../../tests/data/pypi-attestations/gcb_attestation_test-0.0.0.tar.gz.provenance");
const STAGING: &str = include_str!(
    "../../tests/data/pypi-attestations/spt3g-1.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl.publish.attestation"
);
const CONDA: &str = include_str!("../../tests/data/sigstore-verify/conda-attestation.sigstore.json");
const CONDA_REKOR2: &str =
    include_str!("../../tests/data/sigstore-verify/conda-attestation-rekor2.sigstore.json");

fn subject(name: &str, sha256: &str) -> Subject {
    Subject { name: name.into(), sha256: sha256.parse().unwrap() }
}

fn sdist() -> Subject {
    subject(
        "pypi_attestations-0.0.19.tar.gz",
        "9bb1add04b1b4e182be6b0b80931593f7a291eb49d69b4fd728a5d4cbcdc4bd3",
    )
}

fn python(attestation: &str, file: &Subject, signer: &Signer) -> Result<Verified, Refused> {
    Verifier::public_good().unwrap().python(attestation, file, signer)
}

fn package() -> Subject {
    subject(
        "signed-package-2.1.0-hb0f4dca_0.conda",
        "54303491a8418fbed24344b513546182c29b43bf282ceb433af65e2299f9271f",
    )
}

fn conda(bundle: &str, channel: &str, signer: &Signer) -> Result<Verified, Refused> {
    Verifier::public_good().unwrap().conda(bundle, &package(), &[channel.to_owned()], signer)
}

#[test]
fn a_publication_by_github_verifies() {
    let verified =
        python(PUBLISH, &sdist(), &github("trailofbits/pypi-attestations", "release.yml")).unwrap();
    assert_eq!(verified.predicate, Predicate::PythonPublish);
    assert_eq!(verified.signed_at.to_rfc3339(), "2024-12-04T23:14:01+00:00");
    let certificate = verified.certificate;
    assert_eq!(certificate.commit.as_deref(), Some("08802efe1f8e5fec4ad842d6b8ce97656092ee72"));
    assert_eq!(certificate.git_ref.as_deref(), Some("refs/tags/v0.0.19"));
    assert!(certificate.run_url.unwrap().ends_with("/actions/runs/12169989787/attempts/1"));
}

#[test]
fn a_provenance_by_github_verifies() {
    let verified =
        python(PROVENANCE, &sdist(), &github("trailofbits/pypi-attestations", "release.yml")).unwrap();
    assert_eq!(verified.predicate, Predicate::SlsaProvenance);
}

#[test]
fn a_publication_by_gitlab_verifies() {
    let file = subject(
        "gitlab_oidc_project-0.0.3.tar.gz",
        "c1ca9b0d85df1606451098233018534497bf584362e10e4a8c21dfaea92c02a8",
    );
    let signer = |ci_file: &str| Signer::GitLab {
        issuer: "https://gitlab.com".into(),
        project_url: "https://gitlab.com/facutuesca/gitlab-oidc-project".into(),
        project_id: Some("55235664".into()),
        ci_file: ci_file.into(),
    };
    python(GITLAB, &file, &signer(".gitlab-ci.yml")).unwrap();
    refused(python(GITLAB, &file, &signer("other.yml")), "the workflow");
}

#[test]
fn a_publication_by_circleci_verifies() {
    let file = subject(
        "circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl",
        "8cb34da1e27336f11a2c43f3f9c7433bd76f24f470c904724f06ad7f131d9e9f",
    );
    let signer = |definition: &str| Signer::CircleCi {
        issuer: "https://oidc.circleci.com".into(),
        project: "fdd9283f-e619-46af-8f9c-851f7d3e8b2b".into(),
        pipeline_definition: definition.into(),
    };
    python(CIRCLECI, &file, &signer("8e4f8ab2-8d7c-4827-9f15-de076d6d647f")).unwrap();
    refused(python(CIRCLECI, &file, &signer("8e4f8ab2-8d7c-4827-9f15-de076d6d6470")), "the pipeline");
}

#[test]
fn the_identity_of_a_circleci_job_is_the_one_that_its_certificate_names() {
    let issuer = "https://oidc.circleci.com/org/a64b0a19-f221-4291-b000-8d24bd842b72";
    let source = Source {
        workflow: Some("8e4f8ab2-8d7c-4827-9f15-de076d6d647f".into()),
        repository_id: Some("fdd9283f-e619-46af-8f9c-851f7d3e8b2b".into()),
        ..Source::new(Provider::CircleCi, issuer, "org/…")
    };
    let file = subject(
        "circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl",
        "8cb34da1e27336f11a2c43f3f9c7433bd76f24f470c904724f06ad7f131d9e9f",
    );
    python(CIRCLECI, &file, &Signer::of(&source).unwrap()).unwrap();
}

#[test]
fn a_publication_by_google_verifies() {
    let provenance: serde_json::Value = serde_json::from_str(GOOGLE).unwrap();
    let attestation = provenance["attestation_bundles"][0]["attestations"][0].to_string();
    let file = subject(
        "gcb_attestation_test-0.0.0.tar.gz",
        "461317362419124b6012e855423a9078d6de8aed3e74fa78cc74d669b23dc6cf",
    );
    let signer =
        |email: &str| Signer::Email { issuer: "https://accounts.google.com".into(), email: email.into() };
    python(&attestation, &file, &signer("919436158236-compute@developer.gserviceaccount.com")).unwrap();
    refused(
        python(&attestation, &file, &signer("somebody@developer.gserviceaccount.com")),
        "identity mismatch",
    );
}

#[test]
fn a_publication_in_a_conda_channel_verifies() {
    let target = "https://prefix.dev/sigstore-example";
    let verified = conda(CONDA, target, &github("prefix-dev/sigstore-example", "action.yaml")).unwrap();
    assert_eq!(verified.predicate, Predicate::CondaPublish { target_channel: Some(target.into()) });
    refused(
        conda(CONDA, "https://packages.test/team", &github("prefix-dev/sigstore-example", "action.yaml")),
        "is for the channel",
    );
}

#[test]
fn an_entry_of_a_log_of_version_2_verifies_with_a_timestamp() {
    let signer =
        Signer::Email { issuer: "https://github.com/login/oauth".into(), email: "jku@goto.fi".into() };
    let staging = Verifier::from_trusted_root(SIGSTORE_STAGING_TRUSTED_ROOT).unwrap();
    let conda = |bundle: &str| {
        staging.conda(bundle, &package(), &["https://example.com/my-channel".to_owned()], &signer)
    };
    conda(CONDA_REKOR2).unwrap();
    let mut bundle: serde_json::Value = serde_json::from_str(CONDA_REKOR2).unwrap();
    bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"] = serde_json::json!([]);
    refused(conda(&bundle.to_string()), "timestamp");
    let mut bundle: serde_json::Value = serde_json::from_str(CONDA_REKOR2).unwrap();
    bundle["verificationMaterial"]["tlogEntries"][0].as_object_mut().unwrap().remove("inclusionProof");
    refused(conda(&bundle.to_string()), "inclusion proof is missing");
}

#[test]
fn another_instance_of_sigstore_is_not_trusted() {
    let file = subject(
        "spt3g-1.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "d2772f9a5199f05ed1be8d9aa78b879e51772e3ead9d73fe8057257b1aec7cf8",
    );
    let signer = Signer::Email {
        issuer: "https://github.com/login/oauth".into(),
        email: "william@yossarian.net".into(),
    };
    refused(python(STAGING, &file, &signer), "does not verify");
}

#[test]
fn another_repository_or_workflow_or_issuer_is_refused() {
    let ours = |issuer: &str, repository: &str, workflow: &str| Signer::GitHub {
        issuer: issuer.into(),
        repository_url: repository.into(),
        repository_id: None,
        workflow: format!(".github/workflows/{workflow}"),
    };
    let (issuer, url) =
        ("https://token.actions.githubusercontent.com", "https://github.com/trailofbits/pypi-attestations");
    python(PUBLISH, &sdist(), &ours(issuer, url, "release.yml")).unwrap();
    for (signer, words) in [
        (ours("https://github.acme.test/_services/token", url, "release.yml"), "issuer mismatch"),
        (
            ours(issuer, "https://github.com/trailofbits/pypi-attestation", "release.yml"),
            "the source repository",
        ),
        (ours(issuer, "https://github.com/evil/pypi-attestations", "release.yml"), "the source repository"),
        (ours(issuer, url, "tests.yml"), "the workflow"),
        (ours(issuer, url, "release.yml@refs/tags/v0.0.19"), "the workflow"),
        (ours(issuer, url, ""), "the workflow"),
    ] {
        refused(python(PUBLISH, &sdist(), &signer), words);
    }
}

#[test]
fn a_file_of_another_name_or_with_other_bytes_is_refused() {
    let signer = github("trailofbits/pypi-attestations", "release.yml");
    let mut file = sdist();
    file.name = "pypi_attestations-0.0.20.tar.gz".into();
    refused(python(PUBLISH, &file, &signer), "not the uploaded file");
    let mut file = sdist();
    file.sha256 = bonded_model::Sha256::of(b"other");
    refused(python(PUBLISH, &file, &signer), "digest");
}

#[test]
fn any_changed_byte_of_a_published_attestation_is_refused() {
    let signer = github("trailofbits/pypi-attestations", "release.yml");
    let verifier = Verifier::public_good().unwrap();
    let mut attestation: serde_json::Value = serde_json::from_str(PUBLISH).unwrap();
    let places = [
        "/verification_material/certificate",
        "/verification_material/transparency_entries/0/canonicalizedBody",
        "/verification_material/transparency_entries/0/inclusionPromise/signedEntryTimestamp",
        "/verification_material/transparency_entries/0/inclusionProof/rootHash",
        "/verification_material/transparency_entries/0/inclusionProof/hashes/3",
        "/verification_material/transparency_entries/0/inclusionProof/logIndex",
        "/verification_material/transparency_entries/0/inclusionProof/treeSize",
        "/verification_material/transparency_entries/0/integratedTime",
        "/verification_material/transparency_entries/0/logIndex",
        "/verification_material/transparency_entries/0/logId/keyId",
        "/envelope/statement",
        "/envelope/signature",
    ];
    for place in places {
        let value = attestation.pointer_mut(place).unwrap();
        let good = value.as_str().unwrap().to_owned();
        let middle = good.len() / 2;
        let changed = if good.as_bytes()[middle] == b'1' { "2" } else { "1" };
        *value = format!("{}{changed}{}", &good[..middle], &good[middle + 1..]).into();
        assert!(verifier.python(&attestation.to_string(), &sdist(), &signer).is_err(), "{place}");
        *attestation.pointer_mut(place).unwrap() = good.into();
    }
    verifier.python(&attestation.to_string(), &sdist(), &signer).unwrap();
}

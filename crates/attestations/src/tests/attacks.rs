//! Bundles that a dishonest signer, log or authority would make: signed anew, with one thing wrong.

use serde_json::json;

use super::{CHANNEL, World, github, refused};
use crate::test_signer::{Flaw, Identity, TestSigstore};
use crate::{Predicate, Refused, Signer, Verified};

impl World {
    pub(super) fn flawed(&self, flaw: Flaw) -> Result<Verified, Refused> {
        let uri = Predicate::CondaPublish { target_channel: None }.uri();
        let statement =
            crate::test_signer::statement(&self.package.name, self.package.sha256, uri, &json!({}));
        self.conda(&self.sigstore.flawed(&self.identity, &statement, self.at, flaw).to_string())
    }

    fn signed_by(&self, identity: &Identity) -> Result<Verified, Refused> {
        let text = self.sigstore.conda(identity, &self.package.name, self.package.sha256, None, self.at);
        self.conda(&text)
    }
}

#[test]
fn an_expired_certificate_verifies_when_the_log_saw_it_in_time() {
    World::new().flawed(Flaw::None).unwrap();
}

#[test]
fn logged_after_the_certificate_ended() {
    refused(World::new().flawed(Flaw::LoggedTooLate), "does not verify");
}

#[test]
fn logged_before_the_certificate_began() {
    refused(World::new().flawed(Flaw::LoggedTooEarly), "does not verify");
}

#[test]
fn a_certificate_that_no_log_saw() {
    refused(World::new().flawed(Flaw::NoSct), "SCT");
}

#[test]
fn the_timestamp_of_another_certificate() {
    refused(World::new().flawed(Flaw::ForeignSct), "SCT");
}

#[test]
fn a_certificate_that_is_not_for_signing_code() {
    refused(World::new().flawed(Flaw::NotForCode), "does not verify");
}

#[test]
fn signed_by_another_key_than_the_certificates() {
    refused(World::new().flawed(Flaw::ForeignKey), "signature");
}

#[test]
fn signed_as_another_payload_type() {
    refused(World::new().flawed(Flaw::ForeignPayloadType), "payload type");
}

#[test]
fn signed_tomorrow() {
    let mut world = World::new();
    world.at = chrono::DateTime::from_timestamp(4_000_000_000, 0).unwrap();
    assert!(world.conda(&world.bundle()).is_err());
}

#[test]
fn an_authority_that_is_not_trusted() {
    let world = World::new();
    let stranger = TestSigstore::new();
    let text =
        stranger.conda(&world.identity, &world.package.name, world.package.sha256, Some(CHANNEL), world.at);
    refused(world.conda(&text), "does not verify");
}

#[test]
fn another_identity() {
    let world = World::new();
    let run = |repository: &str, workflow: &str| {
        world.signed_by(&Identity::github(repository, workflow, "refs/tags/v1", super::COMMIT))
    };
    run("acme/widgets", "release.yml").unwrap();
    refused(run("evil/widgets", "release.yml"), "the source repository");
    refused(run("acme/widgets2", "release.yml"), "the source repository");
    refused(run("acme/widgets", "tests.yml"), "the workflow");
    refused(run("acme/widgets", "release.yml@fake.yml"), "the workflow");
    refused(
        world.signed_by(&Identity::email("https://token.actions.githubusercontent.com", "a@acme.test")),
        "the source repository",
    );
}

#[test]
fn a_ref_that_looks_like_a_workflow() {
    let world = World::new();
    // The branch is named `x.yml@refs/heads/main`: the file that ran is evil.yml.
    let identity = Identity::github("acme/widgets", "evil.yml", "refs/heads/release.yml", super::COMMIT);
    refused(world.signed_by(&identity), "the workflow");
    // Neither a ref nor a commit to compare with.
    let identity = world.identity.clone().with(14, "").with(13, "");
    refused(world.signed_by(&identity), "the workflow");
}

#[test]
fn the_commit_may_stand_where_the_ref_does() {
    let world = World::new();
    let config = format!("https://github.com/acme/widgets/.github/workflows/release.yml@{}", super::COMMIT);
    world.signed_by(&world.identity.clone().with(18, &config)).unwrap();
}

#[test]
fn another_issuer_with_an_equal_repository() {
    let world = World::new();
    let mut identity = world.identity.clone();
    identity.issuer = "https://github.acme.test/_services/token".into();
    refused(world.signed_by(&identity), "issuer mismatch");
}

#[test]
fn the_same_project_on_another_gitlab() {
    let mut world = World::new();
    let gitlab =
        |server: &str| Identity::gitlab(server, "acme/widgets", "ci/release.yml", "refs/heads/main", "c0");
    world.signer = Signer::GitLab {
        issuer: "https://gitlab.acme.test".into(),
        project_url: "https://gitlab.acme.test/acme/widgets".into(),
        project_id: None,
        ci_file: "ci/release.yml".into(),
    };
    world.signed_by(&gitlab("https://gitlab.acme.test")).unwrap();
    refused(world.signed_by(&gitlab("https://gitlab.com")), "issuer mismatch");
}

#[test]
fn a_repository_that_took_over_the_name() {
    let mut world = World::new();
    if let Signer::GitHub { repository_id, .. } = &mut world.signer {
        *repository_id = Some("772247423".into());
    }
    world.signed_by(&world.identity.clone().with(15, "772247423")).unwrap();
    refused(world.signed_by(&world.identity.clone().with(15, "7")), "the id of the source repository");
}

#[test]
fn an_address_of_another_issuer_or_another_kind() {
    let mut world = World::new();
    world.signer =
        Signer::Email { issuer: "https://accounts.google.com".into(), email: "ci@acme.test".into() };
    world.signed_by(&Identity::email("https://accounts.google.com", "ci@acme.test")).unwrap();
    refused(world.signed_by(&Identity::email("https://other.test", "ci@acme.test")), "issuer mismatch");
    refused(world.signed_by(&Identity::email("https://accounts.google.com", "ci@acme.tesT")), "identity");
    refused(
        world.signed_by(&Identity::email("https://accounts.google.com", "https://x/ci@acme.test")),
        "identity",
    );
}

#[test]
fn a_provenance_may_come_from_another_workflow_of_the_repository_and_of_no_other() {
    let world = World::new();
    let by = |repository: &str| {
        let identity = Identity::github(repository, "build.yml", "refs/tags/v1", super::COMMIT);
        let text = world.sigstore.provenance(&identity, &world.wheel.name, world.wheel.sha256, world.at);
        world.verifier.python(&text, &world.wheel, &github("acme/widgets", "release.yml"))
    };
    by("acme/widgets").unwrap();
    refused(by("evil/widgets"), "the source repository");
}

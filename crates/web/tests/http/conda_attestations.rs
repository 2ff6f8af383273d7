//! Attestations of conda packages (CEP 27) and the sidecars in which they are served (CEP 50).

use bonded_model::Sha256;
use bonded_model::trust::Signing;
use bonded_testkit::app::Job;
use bonded_testkit::fixtures::Package;
use bonded_testkit::http::{Answer, Multipart};
use bonded_testkit::sigstore::{Identity, TestSigstore};
use bonded_testkit::{TestApp, with_app};
use serde_json::Value;

const SIGS: &str = "/main/noarch/rocket-1.0-0.conda.sigs";
const LATER: &str = "/api/bonded/v1/channels/main/attestations/noarch/rocket-1.0-0.conda";

/// A package that a run of acme/rocket publishes, beside an older one that its owner published.
struct Release<'a> {
    app: &'a TestApp,
    job: Job,
    package: Package,
}

impl<'a> Release<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let owner = app.publisher("main").await;
        app.upload_conda("main", &owner, &Package::noarch("rocket", "0.9")).await.expect(201);
        let job = app.job("acme/rocket", "main", "rocket").await;
        Self { app, job, package: Package::noarch("rocket", "1.0") }
    }

    fn channel(&self) -> String {
        format!("{}/main", self.app.base_url())
    }

    fn signed(&self, identity: &Identity, channel: Option<&str>) -> String {
        let sha256 = Sha256::of(&self.package.build());
        self.app.sigstore().conda(identity, &self.package.filename(), sha256, channel, self.app.now())
    }

    /// Each call signs anew, so no two are equal.
    fn good(&self) -> String {
        self.signed(&self.job.identity(), Some(&self.channel()))
    }

    async fn upload(&self, attestation: Option<&str>) -> Answer {
        let (bytes, name) = (self.package.build(), self.package.filename());
        let headers = [("Content-Disposition", "form-data; name=\"file\""), ("X-File-Name", &name)];
        let form = Multipart::new().part(&headers, &bytes);
        let form = match attestation {
            Some(text) => form.field("attestation", text),
            None => form,
        };
        self.app.post("/api/v1/upload/main").token(&self.job.token).form(form).await
    }

    async fn later(&self, attestation: &str) -> Answer {
        self.app.post(LATER).token(&self.job.token).body(attestation.to_owned()).await
    }

    /// What the record says in the shard and in the full index.
    async fn recorded(&self) -> Option<String> {
        self.app.settle().await;
        let repodata = self.app.subdir("main", "noarch").repodata().await;
        repodata["packages.conda"]["rocket-1.0-0.conda"]["attestations_sha256"].as_str().map(str::to_owned)
    }
}

with_app! {
    async fn an_attested_package_has_a_sidecar_that_its_record_names(app: TestApp) {
        let release = Release::new(&app).await;
        let bundle = release.good();
        release.upload(Some(&bundle)).await.expect(201);
        let answer = app.get(SIGS).await.expect(200);
        assert_eq!(answer.text(), format!("[{bundle}]"), "byte for byte");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, no-cache");
        let digest = Sha256::of(&answer.body).to_string();
        assert_eq!(release.recorded().await.as_deref(), Some(digest.as_str()));
        let fixed = app.get(&format!("{SIGS}.{digest}")).await.expect(200);
        assert_eq!(fixed.body, answer.body);
        assert_eq!(fixed.header("cache-control"), "public, max-age=31536000, immutable");
        app.get("/main/noarch/rocket-0.9-0.conda.sigs").await.expect(404);
    }

    async fn without_attestations_there_is_neither_sidecar_nor_digest(app: TestApp) {
        let release = Release::new(&app).await;
        release.upload(None).await.expect(201);
        app.get(SIGS).await.expect(404);
        app.get(&format!("{SIGS}.{}", Sha256::of(b"[]"))).await.expect(404);
        assert_eq!(release.recorded().await, None);
    }

    async fn attestations_that_come_later_are_added_and_what_was_served_stays(app: TestApp) {
        let release = Release::new(&app).await;
        release.upload(None).await.expect(201);
        let (first, second) = (release.good(), release.good());
        release.later(&first).await.expect(201);
        let before = app.get(SIGS).await.expect(200);
        release.later(&second).await.expect(201);
        let after = app.get(SIGS).await.expect(200);
        assert_eq!(after.text(), format!("[{first},{second}]"));
        let digest = Sha256::of(&after.body).to_string();
        assert_eq!(release.recorded().await.as_deref(), Some(digest.as_str()));
        let old = app.get(&format!("{SIGS}.{}", Sha256::of(&before.body))).await.expect(200);
        assert_eq!(old.body, before.body);
        release.later(&first).await.expect(200);
        release.upload(Some(&second)).await.expect(200);
        assert_eq!(app.get(SIGS).await.expect(200).body, after.body, "nothing is added twice");
        let third = release.good();
        release.upload(Some(&third)).await.expect(201);
        assert_eq!(app.get(SIGS).await.expect(200).text(), format!("[{first},{second},{third}]"));
    }

    async fn two_that_are_added_at_the_same_moment_both_survive(app: TestApp) {
        let release = Release::new(&app).await;
        release.upload(None).await.expect(201);
        let (one, other) = (release.good(), release.good());
        let (a, b) = tokio::join!(release.later(&one), release.later(&other));
        a.expect(201);
        b.expect(201);
        let answer = app.get(SIGS).await.expect(200);
        assert!(answer.text().contains(&one) && answer.text().contains(&other));
        assert_eq!(answer.json().as_array().expect("it is there").len(), 2);
        let digest = Sha256::of(&answer.body).to_string();
        assert_eq!(release.recorded().await.as_deref(), Some(digest.as_str()));
    }

    async fn a_withdrawn_package_keeps_its_attestations_and_takes_more(app: TestApp) {
        let release = Release::new(&app).await;
        release.upload(Some(&release.good())).await.expect(201);
        let admin = app.admin("root").await;
        let token = app.token(&admin, bonded_testkit::app::Grant::verbs(&[bonded_model::token::Verb::Yank])).await;
        let yank = "/api/bonded/v1/channels/main/projects/rocket/releases/1.0/yank";
        app.post(yank).token(&token).body(r#"{"reason":"x"}"#).await.expect(204);
        release.later(&release.good()).await.expect(201);
        let digest = Sha256::of(&app.get(SIGS).await.expect(200).body).to_string();
        assert_eq!(release.recorded().await.as_deref(), Some(digest.as_str()));
        app.delete(yank).token(&token).await.expect(204);
        assert_eq!(release.recorded().await.as_deref(), Some(digest.as_str()), "also when it comes back");
    }

    async fn attestations_that_do_not_hold(app: TestApp) {
        let release = Release::new(&app).await;
        let identity = release.job.identity();
        let (name, sha256, now) = (release.package.filename(), Sha256::of(&release.package.build()), app.now());
        let of = |name: &str, sha256: Sha256| app.sigstore().conda(&identity, name, sha256, None, now);
        let for_channel = |url: &str| release.signed(&identity, Some(url));
        let stranger = Identity::github("evil/rocket", "release.yml", "refs/tags/v1", "8f3c");
        let without = |member: &str| {
            let mut bundle: Value = serde_json::from_str(&release.good()).expect("it is there");
            bundle["verificationMaterial"]["tlogEntries"][0].as_object_mut().expect("it is there").remove(member).expect("it is there");
            bundle.to_string()
        };
        let cases = [
            ("the name of another file", of("other-1.0-0.conda", sha256)),
            ("the digest of another file", of(&name, Sha256::of(b"other"))),
            ("a channel with a slash at its end", for_channel(&format!("{}/", release.channel()))),
            ("another channel", for_channel(&format!("{}/other", app.base_url()))),
            ("a channel of another host", for_channel("https://packages.test/main")),
            ("no trusted publisher's identity", release.signed(&stranger, None)),
            ("another instance of Sigstore", TestSigstore::new().conda(&identity, &name, sha256, None, now)),
            ("no inclusion proof", without("inclusionProof")),
            ("no signed entry timestamp", without("inclusionPromise")),
            ("an attestation of a Python file", app.sigstore().python(&identity, &name, sha256, now)),
            ("two MiB", format!("{}{}", release.good(), " x".repeat(1 << 20))),
            ("nothing", String::new()),
        ];
        for (attack, attestation) in &cases {
            let before = app.counts().await;
            let answer = release.upload(Some(attestation)).await;
            assert_eq!(answer.status(), 422, "{attack}: {}", answer.text());
            assert_eq!(app.counts().await, before, "{attack} leaves something behind");
        }
        release.upload(None).await.expect(201);
        for (attack, attestation) in &cases {
            assert_eq!(release.later(attestation).await.status(), 422, "{attack}");
        }
        app.get(SIGS).await.expect(404);
    }

    async fn only_the_publisher_adds_and_only_to_what_is_there(app: TestApp) {
        let release = Release::new(&app).await;
        release.later(&release.good()).await.expect(404);
        release.upload(None).await.expect(201);
        let attestation = release.good();
        app.post(LATER).body(attestation.clone()).await.expect(401);
        let owner = app.publisher("main").await;
        app.post(LATER).token(&owner).body(attestation.clone()).await.expect(403);
        let admin = app.admin("root").await;
        let token = app.token(&admin, bonded_testkit::app::Grant::verbs(&[bonded_model::token::Verb::Publish])).await;
        let answer = app.post(LATER).token(&token).body(attestation.clone()).await.expect(422);
        assert!(answer.json()["detail"].as_str().expect("it is there").contains("trusted publisher only"));
        let other = app.job("acme/other", "main", "rocket").await;
        app.post(LATER).token(&other.token).body(attestation).await.expect(422);
        app.get(SIGS).await.expect(404);
    }

    async fn a_signed_channel_signs_the_record_that_names_the_sidecar(app: TestApp) {
        let release = Release::new(&app).await;
        let operator = app.operator();
        let channel = app.registry.channel_named(&operator, "main").await.expect("it is there");
        app.registry.set_signing(&operator, &channel, Signing::Server).await.expect("it is there");
        app.settle().await;
        release.upload(Some(&release.good())).await.expect(201);
        let digest = release.recorded().await.expect("a digest");
        release.later(&release.good()).await.expect(201);
        let newer = release.recorded().await.expect("a digest");
        assert_ne!(digest, newer);
        let repodata = app.subdir("main", "noarch").repodata().await;
        let signatures = &repodata["signatures"]["rocket-1.0-0.conda"];
        assert_eq!(signatures.as_object().map(serde_json::Map::len), Some(1), "{signatures}");
    }
}

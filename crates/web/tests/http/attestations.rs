//! Attestations of Python files (PEP 740): what is taken, what is refused, and what is served.

use bonded_model::{ChannelFormat, Sha256, Visibility};
use bonded_testkit::app::Job;
use bonded_testkit::fixtures::{Form, Wheel};
use bonded_testkit::http::Answer;
use bonded_testkit::sigstore::{Identity, TestSigstore};
use bonded_testkit::{TestApp, with_app};
use serde_json::{Value, json};

const INTEGRITY: &str = "application/vnd.pypi.integrity.v1+json";
const PROVENANCE: &str = "/pypi/integrity/rocket/1.0/rocket-1.0-py3-none-any.whl/provenance";

/// A wheel that a run of acme/rocket publishes, beside an older one that its owner published.
struct Release<'a> {
    app: &'a TestApp,
    job: Job,
    wheel: Wheel,
    sha256: Sha256,
}

impl<'a> Release<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let owner = app.publisher("pypi").await;
        app.upload_wheel("pypi", &owner, &Wheel::new("rocket", "0.9")).await.expect(200);
        let wheel = Wheel::new("rocket", "1.0");
        let sha256 = Sha256::of(&wheel.build());
        Self { app, job: app.job("acme/rocket", "pypi", "rocket").await, wheel, sha256 }
    }

    fn publication(&self, identity: &Identity) -> String {
        self.app.sigstore().python(identity, &self.wheel.filename(), self.sha256, self.app.now())
    }

    fn provenance(&self, identity: &Identity) -> String {
        self.app.sigstore().provenance(identity, &self.wheel.filename(), self.sha256, self.app.now())
    }

    fn good(&self) -> String {
        self.publication(&self.job.identity())
    }

    async fn send(&self, attestations: &str) -> Answer {
        self.send_as(&self.job.token, attestations).await
    }

    async fn send_as(&self, token: &str, attestations: &str) -> Answer {
        let form = Form::wheel(&self.wheel).set("attestations", attestations);
        self.app.upload("pypi", token, &form).await
    }

    async fn refused(&self, attestations: &str, words: &str) {
        let before = self.app.counts().await;
        let answer = self.send(attestations).await.expect(400);
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.starts_with("Invalid attestations supplied during upload: "), "{detail}");
        assert!(detail.contains(words), "{detail:?} does not say {words:?}");
        assert_eq!(self.app.counts().await, before, "{words} leaves something behind");
    }
}

with_app! {
    async fn attestations_are_kept_byte_for_byte_and_served_with_their_publisher(app: TestApp) {
        let release = Release::new(&app).await;
        app.get(PROVENANCE).await.expect(404);
        let publication = release.good().replacen("{\"version\":1,", "{ \"version\" : 1,\n ", 1);
        let provenance = release.provenance(&release.job.identity());
        release.send(&format!("[{publication}, {provenance}]")).await.expect(200);
        let answer = app.get(PROVENANCE).await.expect(200);
        assert_eq!(answer.header("content-type"), INTEGRITY);
        assert!(answer.text().contains(&publication) && answer.text().contains(&provenance));
        let object = answer.json();
        assert_eq!(object["version"], 1);
        let publisher = json!({
            "kind": "GitHub", "repository": "acme/rocket", "workflow": "release.yml", "environment": null,
        });
        assert_eq!(object["attestation_bundles"][0]["publisher"], publisher);
        assert_eq!(object["attestation_bundles"][0]["attestations"].as_array().expect("it is there").len(), 2);
        assert_eq!(object["attestation_bundles"].as_array().expect("it is there").len(), 1);
        assert_eq!(app.get(&PROVENANCE.replacen("/pypi", "", 1)).await.expect(200).body, answer.body);
    }

    async fn pages_of_anybody_may_read_what_anybody_may_read(app: TestApp) {
        let release = Release::new(&app).await;
        release.send(&format!("[{}]", release.good())).await.expect(200);
        assert_eq!(app.get(PROVENANCE).await.expect(200).header("access-control-allow-origin"), "*");
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let owner = app.publisher("inner").await;
        app.upload_wheel("inner", &owner, &Wheel::new("rocket", "0.9")).await.expect(200);
        let job = app.job("acme/rocket", "inner", "rocket").await;
        let form = Form::wheel(&release.wheel).set("attestations", &format!("[{}]", release.good()));
        app.upload("inner", &job.token, &form).await.expect(200);
        let inner = app.get(&PROVENANCE.replacen("pypi", "inner", 1)).token(&owner).await.expect(200);
        assert_eq!(inner.header("access-control-allow-origin"), "");
    }

    async fn index_pages_say_where_the_provenance_is(app: TestApp) {
        let release = Release::new(&app).await;
        release.send(&format!("[{}]", release.good())).await.expect(200);
        let url = format!("{}{PROVENANCE}", app.base_url());
        let page = app.get("/pypi/simple/rocket/").header("accept", "application/vnd.pypi.simple.v1+json").await;
        let files = page.expect(200).json()["files"].clone();
        assert_eq!(files[0]["provenance"], Value::Null);
        assert_eq!(files[1]["provenance"], json!(url));
        let html = app.get("/pypi/simple/rocket/").await.expect(200);
        assert_eq!(html.text().matches("data-provenance=").count(), 1);
        assert!(html.text().contains(&format!("data-provenance=\"{url}\"")), "{}", html.text());
    }

    async fn what_the_caller_accepts_decides_the_form(app: TestApp) {
        let release = Release::new(&app).await;
        release.send(&format!("[{}]", release.good())).await.expect(200);
        let asked = |accept: &'static str| app.get(PROVENANCE).header("accept", accept);
        assert_eq!(asked("application/json").await.expect(200).header("content-type"), "application/json");
        assert_eq!(asked("*/*").await.expect(200).header("content-type"), INTEGRITY);
        let refused = asked("text/html").await.expect(406);
        assert!(refused.json()["detail"].as_str().expect("it is there").contains(INTEGRITY));
    }

    async fn only_the_right_path_leads_to_a_provenance(app: TestApp) {
        let release = Release::new(&app).await;
        release.send(&format!("[{}]", release.good())).await.expect(200);
        for path in [
            "/pypi/integrity/rocket/1.1/rocket-1.0-py3-none-any.whl/provenance",
            "/pypi/integrity/other/1.0/rocket-1.0-py3-none-any.whl/provenance",
            "/pypi/integrity/rocket/0.9/rocket-0.9-py3-none-any.whl/provenance",
            "/pypi/integrity/rocket/1.0/rocket.txt/provenance",
        ] {
            let answer = app.get(path).await.expect(404);
            assert!(answer.json()["detail"].as_str().expect("it is there").starts_with("No provenance available"), "{path}");
        }
    }

    async fn a_private_channel_hides_its_provenance(app: TestApp) {
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let path = PROVENANCE.replacen("pypi", "inner", 1);
        app.get(&path).await.expect(401);
    }

    async fn fields_that_are_no_list_of_attestations(app: TestApp) {
        let release = Release::new(&app).await;
        let good = release.good();
        for (field, words) in [
            ("[]".to_owned(), "the list is empty"),
            ("{}".to_owned(), "no JSON array"),
            ("x".to_owned(), "no JSON array"),
            (format!("[{good}"), "no JSON array"),
            (format!("[{good},{good},{good}]"), "3 were sent"),
            (format!("[{good},{good}]"), "the same predicate type"),
            ("[1]".to_owned(), "form"),
            (format!("[{{\"x\":\"{}\"}}]", "y".repeat(300_000)), "bytes"),
        ] {
            release.refused(&field, words).await;
        }
        release.send(&format!("[{good}]")).await.expect(200);
    }

    async fn attestations_that_do_not_hold(app: TestApp) {
        let release = Release::new(&app).await;
        let (name, sha256, now) = (release.wheel.filename(), release.sha256, app.now());
        let identity = release.job.identity();
        let run = |repository: &str, workflow: &str| {
            release.publication(&Identity::github(repository, workflow, "refs/tags/v1", "8f3c"))
        };
        let of = |name: &str, sha256: Sha256| app.sigstore().python(&identity, name, sha256, now);
        let mut unproven: Value = serde_json::from_str(&release.good()).expect("it is there");
        unproven["verification_material"]["transparency_entries"][0].as_object_mut().expect("it is there").remove("inclusionPromise");
        for (attestation, words) in [
            (run("evil/rocket", "release.yml"), "another identity"),
            (run("acme/rocket", "tests.yml"), "another identity"),
            (of("rocket-1.1-py3-none-any.whl", sha256), "not the uploaded file"),
            (of(&name, Sha256::of(b"other")), "digest"),
            (TestSigstore::new().python(&identity, &name, sha256, now), "does not verify"),
            (app.sigstore().conda(&identity, &name, sha256, None, now), "form"),
            (unproven.to_string(), "inclusion promise"),
        ] {
            release.refused(&format!("[{attestation}]"), words).await;
        }
        app.get(PROVENANCE).await.expect(404);
    }

    async fn a_person_cannot_attest(app: TestApp) {
        let release = Release::new(&app).await;
        let admin = app.admin("root").await;
        let token = app.token(&admin, bonded_testkit::app::Grant::verbs(&[bonded_model::token::Verb::Publish])).await;
        let answer = release.send_as(&token, &format!("[{}]", release.good())).await.expect(400);
        assert!(answer.json()["detail"].as_str().expect("it is there").contains("trusted publisher only"));
        release.send_as(&token, "").await.expect(200);
    }

    async fn a_deleted_file_has_no_provenance(app: TestApp) {
        let release = Release::new(&app).await;
        release.send(&format!("[{}]", release.good())).await.expect(200);
        let admin = app.admin("root").await;
        let token = app.token(&admin, bonded_testkit::app::Grant::verbs(&[bonded_model::token::Verb::Delete])).await;
        let path = format!("/api/bonded/v1/channels/pypi/projects/rocket/files/{}", release.wheel.filename());
        app.delete(&path).token(&token).await.expect(204);
        app.get(PROVENANCE).await.expect(404);
    }
}

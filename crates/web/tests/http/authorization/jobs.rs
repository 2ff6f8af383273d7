//! Callers that are CI jobs.

use bonded_model::Sha256;
use bonded_model::publishing::Provider;
use bonded_registry::publishers::NewPublisher;
use bonded_testkit::TestApp;
use bonded_testkit::fixtures::Package;
use bonded_testkit::issuer::{TestIssuer, with};
use serde_json::json;

use super::callers::Callers;
use super::requests::{PACKAGE, PROJECT};
use crate::publishing::world::config;

/// Lets a job attest the owner's package in each conda channel.
pub(super) async fn attest(app: &TestApp) {
    let package = Package::noarch(PACKAGE, "1.0");
    let (file, sha256) = (package.filename(), Sha256::of(&package.build()));
    for channel in ["public-conda", "private-conda"] {
        let job = app.job("acme/rocket", channel, PACKAGE).await;
        let url = format!("{}/{channel}", app.base_url());
        let statement = app.sigstore().conda(&job.identity(), &file, sha256, Some(&url), app.now());
        let path = format!("/api/bonded/v1/channels/{channel}/attestations/noarch/{file}");
        app.post(&path).token(&job.token).body(statement).await.expect(201);
    }
}

impl Callers {
    /// Jobs whose tokens are for the owner's project, and for the other one, in every channel.
    pub(super) async fn add_jobs(&mut self, app: &TestApp) {
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let issuer = TestIssuer::start().await;
        let known = app.trust(&issuer, Provider::GitHub).await;
        for (caller, workflow, python, conda) in
            [("job", "release.yml", PROJECT, PACKAGE), ("other-job", "other.yml", "other", "other")]
        {
            for (channel, project) in [
                ("public-python", python),
                ("private-python", python),
                ("public-conda", conda),
                ("private-conda", conda),
            ] {
                let permit = registry.operator_manages_project(&app.operator(), channel, project).await;
                let new = NewPublisher { issuer: known.id, config: config(json!({ "workflow": workflow })) };
                let permit = permit.expect("the operator may");
                registry.add_publisher(&permit, &origin, new).await.expect("it is added");
            }
            let file = format!("acme/rocket/.github/workflows/{workflow}@refs/tags/v1.0");
            let workflow = json!({ "workflow_ref": file, "job_workflow_ref": file });
            let claims = with(issuer.claims("localhost", app.now()), workflow);
            let minted = registry.exchange(&issuer.sign(&claims), &origin).await.expect("it is exchanged");
            self.header(caller, minted.token.expose().to_owned());
        }
    }
}

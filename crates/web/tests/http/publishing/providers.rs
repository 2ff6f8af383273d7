//! Identities of other providers than GitHub, through the database.

use std::collections::BTreeMap;

use bonded_model::publishing::{Issuer, Provider, Publisher};
use bonded_registry::publishers::NewPublisher;
use bonded_testkit::issuer::{PublisherConfig, TestIssuer, gitlab, with};
use bonded_testkit::{TestApp, with_app};
use serde_json::{Value, json};

use super::world::{AUDIENCE, World};

/// Another issuer that is believed.
struct Beside<'a> {
    world: &'a World<'a>,
    issuer: TestIssuer,
    known: Issuer,
}

impl<'a> Beside<'a> {
    async fn new(app: &TestApp, world: &'a World<'a>, provider: Provider) -> Self {
        let issuer = TestIssuer::start().await;
        let known = app.trust(&issuer, provider).await;
        Self { world, issuer, known }
    }

    /// Adds a publisher of this issuer to a project in `pypi`.
    async fn publisher(&self, project: &str, fields: &[(&str, &str)]) -> Publisher {
        let fields: BTreeMap<_, _> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let config = PublisherConfig::from_fields(self.known.provider, &fields).expect("a configuration");
        let registry = &self.world.app.registry;
        let permit = registry.operator_manages_project(&self.world.app.operator(), "pypi", project).await;
        let (permit, new) =
            (permit.expect("the operator may"), NewPublisher { issuer: self.known.id, config });
        registry.add_publisher(&permit, &registry.local_origin(), new).await.expect("it is added")
    }

    async fn row(&self, publisher: &Publisher) -> Publisher {
        let mut reader = self.world.app.registry.store.read().await.expect("a connection");
        reader.publisher(publisher.id).await.expect("a row").expect("it is there")
    }

    /// A token of an issuer that nobody knows the kind of.
    fn other(&self, changes: Value) -> String {
        let plain = self.issuer.claims(AUDIENCE, self.world.app.now());
        let kept =
            ["iss", "aud", "exp", "iat", "nbf", "jti"].map(|name| (name.to_owned(), plain[name].clone()));
        self.issuer.sign(&with(Value::Object(kept.into_iter().collect()), changes))
    }

    fn gitlab(&self, changes: Value) -> String {
        let now = self.world.app.now();
        let claims = with(self.issuer.claims(AUDIENCE, now), json!({}));
        let jti = json!({ "jti": claims["jti"] });
        self.issuer.sign(&with(with(gitlab(self.issuer.url(), AUDIENCE, now), jti), changes))
    }
}

async fn minted(world: &World<'_>, identity: &str) -> String {
    let body = world.exchange(identity).await.expect(200).json();
    body["token"].as_str().expect("a token").to_owned()
}

with_app! {
    async fn a_pipeline_of_gitlab_publishes_and_its_ids_are_fixed(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        let beside = Beside::new(&app, &world, Provider::GitLab).await;
        let publisher = beside.publisher("rocket", &[("namespace", "acme/tools"), ("project", "rocket")]).await;
        let token = minted(&world, &beside.gitlab(json!({}))).await;
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200);
        let row = beside.row(&publisher).await;
        assert!(row.config.contains(r#""namespace_id":"72""#) && row.config.contains(r#""project_id":"20""#));
        assert_eq!(row.lookup, "acme/tools/rocket");
        let (code, text) = world.refused(&beside.gitlab(json!({ "project_id": "21" }))).await;
        assert_eq!(code, "invalid-publisher");
        assert!(text.contains("acme/tools/rocket, .gitlab-ci.yml") && text.contains("received '21'"), "{text}");
        assert!(beside.row(&publisher).await.last_refusal.expect("it is kept").contains("received '21'"));
        let (_, text) = world.refused(&beside.gitlab(json!({ "pipeline_source": "merge_request_event" }))).await;
        assert!(text.contains("'merge_request_event'"), "{text}");
        assert!(beside.row(&publisher).await.last_refusal.expect("it is kept").contains("merge_request_event"));
        minted(&world, &beside.gitlab(json!({}))).await;
    }

    async fn rules_of_an_issuer_are_told_to_the_jobs_that_they_are_about_alone(app: TestApp) {
        let world = World::new(&app).await;
        for project in ["rocket", "secret"] {
            world.project(project).await;
        }
        let beside = Beside::new(&app, &world, Provider::Other).await;
        let rocket = beside.publisher("rocket", &[("rules", "sub = job:acme/rocket\nbranch ^= release/")]).await;
        let secret = beside.publisher("secret", &[("rules", "sub = job:hush/hush\nbranch ^= hidden/")]).await;
        let job = |sub: &str, branch: &str| beside.other(json!({ "sub": sub, "branch": branch }));
        let token = minted(&world, &job("job:acme/rocket", "release/1")).await;
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200);
        assert_eq!(world.upload(&token, "secret", "1.0").await, 403);
        let (code, text) = world.refused(&job("job:mallory/x", "hidden/1")).await;
        assert_eq!(code, "invalid-publisher");
        assert!(text.contains("no publisher is configured") && !text.contains("hush"), "{text}");
        let (_, text) = world.refused(&job("job:acme/rocket", "main")).await;
        assert!(text.contains("begins with 'release/'") && !text.contains("hush"), "{text}");
        for publisher in [&rocket, &secret] {
            assert_eq!(beside.row(publisher).await.last_refusal, None, "what others say of themselves is not kept");
        }
    }

    async fn one_subject_of_an_issuer_uses_up_no_tries_of_another(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        let beside = Beside::new(&app, &world, Provider::Other).await;
        beside.publisher("rocket", &[("rules", "sub = job:acme/rocket")]).await;
        let mut last = 0;
        for _ in 0..51 {
            last = world.exchange(&beside.other(json!({ "sub": "job:mallory/x" }))).await.status();
        }
        assert_eq!(last, 429);
        minted(&world, &beside.other(json!({ "sub": "job:acme/rocket" }))).await;
    }
}

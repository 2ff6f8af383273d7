//! Issuers beside the world's own.

use std::collections::BTreeMap;

use bonded_model::Timestamp;
use bonded_model::publishing::{Issuer, Provider, Publisher};
use bonded_registry::publishers::NewPublisher;
use bonded_testkit::TestApp;
use bonded_testkit::issuer::{PublisherConfig, TestIssuer, gitlab, with};
use serde_json::{Value, json};

use super::world::{AUDIENCE, World};

/// Another issuer that is believed.
pub(super) struct Beside<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) issuer: TestIssuer,
    pub(super) known: Issuer,
}

impl<'a> Beside<'a> {
    pub(super) async fn new(app: &TestApp, world: &'a World<'a>, provider: Provider) -> Self {
        let issuer = TestIssuer::start().await;
        let known = app.trust(&issuer, provider).await;
        Self { world, issuer, known }
    }

    /// Adds a publisher of this issuer to a project in `pypi`.
    pub(super) async fn publisher(&self, project: &str, fields: &[(&str, &str)]) -> Publisher {
        let fields: BTreeMap<_, _> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let config = PublisherConfig::from_fields(self.known.provider, &fields).expect("a configuration");
        let registry = &self.world.app.registry;
        let permit = registry.operator_manages_project(&self.world.app.operator(), "pypi", project).await;
        let (permit, new) =
            (permit.expect("the operator may"), NewPublisher { issuer: self.known.id, config });
        registry.add_publisher(&permit, &registry.local_origin(), new).await.expect("it is added")
    }

    pub(super) async fn row(&self, publisher: &Publisher) -> Publisher {
        let mut reader = self.world.app.registry.store.read().await.expect("a connection");
        reader.publisher(publisher.id).await.expect("a row").expect("it is there")
    }

    /// A token of an issuer that nobody knows the kind of.
    pub(super) fn other(&self, changes: Value) -> String {
        let plain = self.issuer.claims(AUDIENCE, self.world.app.now());
        let kept =
            ["iss", "aud", "exp", "iat", "nbf", "jti"].map(|name| (name.to_owned(), plain[name].clone()));
        self.issuer.sign(&with(Value::Object(kept.into_iter().collect()), changes))
    }

    /// A token of a job as this provider describes it.
    pub(super) fn job(&self, sample: fn(&str, &str, Timestamp) -> Value, changes: Value) -> String {
        let now = self.world.app.now();
        let jti = json!({ "jti": self.issuer.claims(AUDIENCE, now)["jti"] });
        self.issuer.sign(&with(with(sample(self.issuer.url(), AUDIENCE, now), jti), changes))
    }

    pub(super) fn gitlab(&self, changes: Value) -> String {
        self.job(gitlab, changes)
    }
}

/// The token that a job gets for this identity.
pub(super) async fn minted(world: &World<'_>, identity: &str) -> String {
    let body = world.exchange(identity).await.expect(200).json();
    body["token"].as_str().expect("a token").to_owned()
}

//! An issuer, projects with trusted publishers, and jobs.

use std::collections::BTreeMap;

use bonded_model::actor::Origin;
use bonded_model::audit::AuditRow;
use bonded_model::people::{Client, Policy};
use bonded_model::publishing::{Issuer, Provider, Publisher};
use bonded_model::user::{ChannelRole, User};
use bonded_registry::people::{Session, Visit};
use bonded_registry::publishers::NewPublisher;
use bonded_testkit::TestApp;
use bonded_testkit::fixtures::{Form, Wheel};
use bonded_testkit::http::Answer;
use bonded_testkit::issuer::{PublisherConfig, TestIssuer, with};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// What identity tokens are for.
pub(super) const AUDIENCE: &str = "localhost";

/// An app that believes an issuer, with a user `ada` who may publish in `pypi`.
pub(super) struct World<'a> {
    pub(super) app: &'a TestApp,
    pub(super) issuer: TestIssuer,
    pub(super) known: Issuer,
    pub(super) ada: User,
    ada_token: String,
}

impl<'a> World<'a> {
    pub(super) async fn new(app: &'a TestApp) -> Self {
        let administers = app.registry.operator_administers(&app.operator()).expect("the operator may");
        let origin = app.registry.local_origin();
        app.registry.set_policy(&administers, &origin, Policy::NOTHING).await.expect("the policy is set");
        let issuer = TestIssuer::start().await;
        let known = app.trust(&issuer, Provider::GitHub).await;
        let ada = app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        let verbs = bonded_testkit::app::Grant::verbs(bonded_model::token::Verb::ALL);
        let ada_token = app.token(&ada, verbs).await;
        Self { app, issuer, known, ada, ada_token }
    }

    /// The same with the project `rocket` of ada's, and a publisher for it.
    pub(super) async fn with_rocket(app: &'a TestApp) -> (Self, Publisher) {
        let world = Self::new(app).await;
        world.project("rocket").await;
        let publisher = world.publisher("rocket", json!({})).await;
        (world, publisher)
    }

    /// A project of ada's in `pypi`.
    pub(super) async fn project(&self, name: &str) {
        self.app.upload_wheel("pypi", &self.ada_token, &Wheel::new(name, "0.1")).await.expect(200);
    }

    /// Adds a publisher to a project in `pypi`: `acme/rocket`, `release.yml`, with these fields in place of others.
    pub(super) async fn publisher(&self, project: &str, fields: Value) -> Publisher {
        let registry = &self.app.registry;
        let permit = registry.operator_manages_project(&self.app.operator(), "pypi", project).await;
        let new = self.new_publisher(fields);
        let permit = permit.expect("the operator may");
        registry.add_publisher(&permit, &registry.local_origin(), new).await.expect("it is added")
    }

    pub(super) fn new_publisher(&self, fields: Value) -> NewPublisher {
        NewPublisher { issuer: self.known.id, config: config(fields) }
    }

    /// The claims of a job, with these in place of others.
    pub(super) fn claims(&self, changes: Value) -> Value {
        with(self.issuer.claims(AUDIENCE, self.app.now()), changes)
    }

    /// An identity token of a job.
    pub(super) fn identity(&self, changes: Value) -> String {
        self.issuer.sign(&self.claims(changes))
    }

    /// Exchanges an identity token.
    pub(super) async fn exchange(&self, identity: &str) -> Answer {
        let body = json!({ "token": identity }).to_string();
        self.app.post("/_/oidc/mint-token").body(body).await
    }

    /// The code and the description of a refusal.
    pub(super) async fn refused(&self, identity: &str) -> (String, String) {
        let answer = self.exchange(identity).await.expect(422);
        assert_eq!(answer.header("cache-control"), "no-store");
        let body = answer.json();
        assert_eq!(body["message"], "Token request failed");
        let text = |name: &str| body["errors"][0][name].as_str().expect("a text").to_owned();
        (text("code"), text("description"))
    }

    /// The code of the refusal of a job with these claims.
    pub(super) async fn code(&self, changes: Value) -> String {
        self.refused(&self.identity(changes)).await.0
    }

    /// The token that a job with these claims gets.
    pub(super) async fn minted(&self, changes: Value) -> String {
        let body = self.exchange(&self.identity(changes)).await.expect(200).json();
        body["token"].as_str().expect("a token").to_owned()
    }

    /// The status of an upload to `pypi`.
    pub(super) async fn upload(&self, token: &str, project: &str, version: &str) -> u16 {
        let form = Form::wheel(&Wheel::new(project, version)).multipart();
        self.app.post("/pypi/legacy/").basic("__token__", token).form(form).await.status()
    }

    /// Somebody in a browser, who proved just now who they are.
    pub(super) async fn visit(&self, user: &User) -> (Visit, Session) {
        let cookie = self.app.signed_in(user, TimeDelta::zero()).await.cookie();
        let (_, secret) = cookie.split_once('=').expect("a cookie");
        let origin = Origin { address: Some([192, 0, 2, 7].into()), ..self.app.registry.local_origin() };
        let browser = secret.parse().expect("a secret");
        let visit = Visit { origin, client: Client::default(), browser, device: None };
        let session = self.app.registry.session(&visit).await.expect("the database answers");
        (visit, session.expect("a session"))
    }

    /// Registers a pending publisher in `pypi`.
    pub(super) async fn register(&self, user: &User, name: &str, fields: Value) -> Result<Publisher, String> {
        let (visit, session) = self.visit(user).await;
        let (fresh, new) = (session.fresh().expect("a fresh proof"), self.new_publisher(fields));
        let registered = self.app.registry.register_publisher(&fresh, &visit, "pypi", name, new).await;
        registered.map_err(|error| error.to_string())
    }

    /// Everything on record with this tag.
    pub(super) async fn recorded(&self, tag: &str) -> Vec<AuditRow> {
        let mut reader = self.app.registry.store.read().await.expect("a connection");
        let rows = reader.audit_rows(0, 10_000).await.expect("the log");
        rows.into_iter().filter(|row| row.tag == tag).collect()
    }

    /// The subjects of the mails that were sent, sorted.
    pub(super) async fn mails(&self) -> Vec<String> {
        self.app.settle().await;
        let files = std::fs::read_dir(self.app.outbox()).into_iter().flatten().flatten();
        let subject = |file: std::fs::DirEntry| {
            let mail = std::fs::read_to_string(file.path()).expect("a mail");
            let line = mail.lines().find(|line| line.starts_with("Subject: ")).expect("a subject");
            line.to_owned()
        };
        let mut subjects: Vec<String> = files.map(subject).collect();
        subjects.sort();
        subjects
    }

    pub(super) async fn has_mail(&self, part: &str) -> bool {
        self.mails().await.iter().any(|subject| subject.contains(part))
    }
}

/// A workflow of GitHub's, with these fields in place of others.
pub(crate) fn config(fields: Value) -> PublisherConfig {
    let all = with(
        json!({ "owner": "acme", "owner_id": "65", "repository": "rocket", "workflow": "release.yml" }),
        fields,
    );
    let fields: BTreeMap<String, String> = serde_json::from_value(all).expect("texts");
    PublisherConfig::from_fields(Provider::GitHub, &fields).expect("a configuration")
}

//! Jobs of continuous integration that are trusted publishers, and what they sign.

use bonded_attestations::test_signer::{Identity, TestSigstore};
use bonded_model::ids::{IssuerId, PublisherId, TokenId};
use bonded_model::publishing::{
    Algorithm, Grant, Granted, Issuer, Provider, Publisher, PublisherPlace, PublisherToken, Source,
};
use bonded_model::token::ApiToken;
use bonded_registry::Error;
use chrono::TimeDelta;

use super::TestApp;

const ISSUER: &str = "https://token.actions.githubusercontent.com";
const WORKFLOW: &str = ".github/workflows/release.yml";
const GIT_REF: &str = "refs/tags/v1";
const COMMIT: &str = "8f3c1d2b4a5e6f708192a3b4c5d6e7f8091a2b3c";

/// A run of GitHub Actions.
#[derive(Clone, Debug)]
pub struct Job {
    /// What its identity token says.
    pub source: Source,
    /// The secret of the token that it got.
    pub token: String,
}

impl Job {
    /// The identity for which its certificates are made.
    pub fn identity(&self) -> Identity {
        let repository = self.source.repository.as_deref().unwrap_or_default();
        Identity::github(repository, "release.yml", GIT_REF, COMMIT)
    }
}

#[expect(
    clippy::missing_panics_doc,
    reason = "everything here panics when it cannot be done: tests end then"
)]
impl TestApp {
    /// The Sigstore that it trusts.
    pub fn sigstore(&self) -> &TestSigstore {
        &self.sigstore
    }

    /// A run of the workflow `release.yml` of that repository, with a token for a project that is there.
    pub async fn job(&self, repository: &str, channel: &str, project: &str) -> Job {
        let (now, random) = (self.now(), self.registry.random.clone());
        let secret = ApiToken::generate(&random);
        let channel =
            self.registry.channel_named(&self.operator(), channel).await.expect("the channel is there");
        let job = Job { source: source(repository), token: secret.expose().to_owned() };
        let (source, project, hash) = (job.source.clone(), project.to_owned(), secret.hash());
        let write = self.registry.store.write(move |tx| {
            Box::pin(async move {
                let project =
                    tx.project_by_name(channel.id, &project).await?.expect("the project is there").id;
                let new = issuer(IssuerId::generate(now, &random), now);
                let issuer = if tx.insert_issuer(&new).await? {
                    new.id
                } else {
                    tx.issuer_by_url(ISSUER).await?.expect("the issuer is there").id
                };
                let publisher = Publisher {
                    id: PublisherId::generate(now, &random),
                    issuer,
                    place: PublisherPlace::Project { channel: channel.id, project },
                    config: "{}".into(),
                    lookup: source.repository.clone().unwrap_or_default(),
                    created_at: now,
                    created_by: None,
                    last_used_at: None,
                    last_source: None,
                    last_refused_at: None,
                    last_refusal: None,
                };
                tx.insert_publisher(&publisher).await?;
                let grant =
                    Grant { publisher: publisher.id, channel: channel.id, to: Granted::Project(project) };
                let token = PublisherToken {
                    id: TokenId::generate(now, &random),
                    issuer,
                    issuer_enabled: true,
                    source,
                    grants: vec![grant],
                    created_at: now,
                    expires_at: now + TimeDelta::minutes(15),
                    burnt_at: None,
                };
                tx.insert_publisher_token(&token, &hash).await?;
                Ok::<_, Error>(())
            })
        });
        write.await.expect("the token is made");
        job
    }
}

fn source(repository: &str) -> Source {
    let (url, subject) =
        (format!("https://github.com/{repository}"), format!("repo:{repository}:ref:{GIT_REF}"));
    Source {
        repository: Some(repository.into()),
        repository_url: Some(url.clone()),
        git_ref: Some(GIT_REF.into()),
        commit: Some(COMMIT.into()),
        workflow: Some(WORKFLOW.into()),
        run: Some("1".into()),
        run_url: Some(format!("{url}/actions/runs/1")),
        event: Some("push".into()),
        ..Source::new(Provider::GitHub, ISSUER, subject)
    }
}

fn issuer(id: IssuerId, now: bonded_model::Timestamp) -> Issuer {
    Issuer {
        id,
        url: ISSUER.into(),
        provider: Provider::GitHub,
        name: "GitHub".into(),
        enabled: true,
        algorithm: Algorithm::Rs256,
        private_network: false,
        server: None,
        created_at: now,
    }
}

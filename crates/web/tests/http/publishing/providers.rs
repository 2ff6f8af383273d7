//! Identities of other providers than GitHub, through the database.

use bonded_model::Timestamp;
use bonded_model::publishing::Provider;
use bonded_testkit::issuer::{activestate, buildkite, circleci, forgejo, google};
use bonded_testkit::with_app;
use serde_json::{Value, json};

use super::beside::{Beside, minted};
use super::world::World;

/// A provider: its claims, a publisher of them, and changes that make the job another one.
type Sample<'a> = (Provider, fn(&str, &str, Timestamp) -> Value, &'a [(&'a str, &'a str)], Vec<Value>);

fn samples() -> [Sample<'static>; 5] {
    let id = "00000000-0000-4000-8000-00000000000f";
    [
        (
            Provider::Google,
            google,
            &[("email", "publisher@rocket-1.iam.gserviceaccount.com"), ("sub", "113000000000000000001")],
            vec![
                json!({ "email_verified": false }),
                json!({ "sub": "2" }),
                json!({ "email": "a@b.example" }),
            ],
        ),
        (
            Provider::ActiveState,
            activestate,
            &[
                ("organization", "acme"),
                ("project", "rocket"),
                ("actor_id", "00000000-1000-8000-0000-000000000003"),
            ],
            vec![json!({ "builder": "another" }), json!({ "actor_id": id }), json!({ "project": "rocket2" })],
        ),
        (
            Provider::Buildkite,
            buildkite,
            &[("organization", "acme"), ("pipeline", "rocket"), ("branch", "main"), ("step", "publish")],
            vec![
                json!({ "build_branch": "evil" }),
                json!({ "step_key": "test" }),
                json!({ "pipeline_slug": "x" }),
            ],
        ),
        (
            Provider::CircleCi,
            circleci,
            &[
                ("organization_id", "76a31a5d-0000-4000-8000-000000000001"),
                ("project_id", "8cf45f1a-0000-4000-8000-000000000002"),
                ("vcs_origin", "github.com/acme/rocket"),
            ],
            vec![
                json!({ "oidc.circleci.com/vcs-origin": "github.com/mallory/rocket" }),
                json!({ "oidc.circleci.com/vcs-origin": null }),
                json!({ "oidc.circleci.com/project-id": id }),
                json!({ "oidc.circleci.com/ssh-rerun": true }),
            ],
        ),
        (
            Provider::Forgejo,
            forgejo,
            &[("owner", "acme"), ("repository", "rocket"), ("workflow", ".forgejo/workflows/release.yml")],
            vec![
                json!({ "event_name": "pull_request" }),
                json!({ "repository": "mallory/rocket", "repository_owner": "mallory" }),
                json!({ "workflow_ref": "acme/rocket/.forgejo/workflows/evil.yml@refs/heads/main" }),
            ],
        ),
    ]
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

    async fn jobs_of_every_provider_publish_and_those_that_are_not_the_publishers_do_not(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        for (number, (provider, sample, fields, others)) in samples().into_iter().enumerate() {
            let beside = Beside::new(&app, &world, provider).await;
            let none = world.refused(&beside.job(sample, json!({}))).await;
            assert_eq!(none.0, "invalid-publisher", "{provider}: {}", none.1);
            let publisher = beside.publisher("rocket", fields).await;
            for changes in others {
                let (code, text) = world.refused(&beside.job(sample, changes.clone())).await;
                assert_eq!(code, "invalid-publisher", "{provider} {changes}: {text}");
            }
            let token = minted(&world, &beside.job(sample, json!({}))).await;
            assert_eq!(world.upload(&token, "rocket", &format!("2.{number}")).await, 200, "{provider}");
            let source = beside.row(&publisher).await.last_source.expect("it was used");
            assert_eq!((source.provider, source.issuer.as_str()), (provider, beside.issuer.url()));
        }
    }

    async fn a_publisher_with_an_id_beside_one_without_is_no_twin_where_uses_fix_none(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        let beside = Beside::new(&app, &world, Provider::Buildkite).await;
        let slugs = [("organization", "acme"), ("pipeline", "rocket")];
        let id = "00000000-0000-4000-8000-00000000000f";
        let loose = beside.publisher("rocket", &slugs).await;
        let strict = beside.publisher("rocket", &[&slugs[..], &[("organization_id", id)]].concat()).await;
        assert_ne!(loose.id, strict.id);
        let beside = Beside::new(&app, &world, Provider::CircleCi).await;
        let [.., (_, _, fields, _), _] = samples();
        let loose = beside.publisher("rocket", fields).await;
        let strict = beside.publisher("rocket", &[fields, &[("context_id", id)]].concat()).await;
        assert_ne!(loose.id, strict.id);
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

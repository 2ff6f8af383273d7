//! Reusable workflows: the job is written in another file than the one that was started.

use bonded_testkit::with_app;
use serde_json::{Value, json};

use super::world::World;

const FILE: &str = "acme/shared/.github/workflows/publish.yml";

/// A job of a reusable workflow, called by `caller`.
fn called(end: &str, caller: &str) -> Value {
    json!({ "job_workflow_ref": format!("{FILE}@{end}"), "workflow_ref": caller })
}

/// The workflow file of `acme/rocket`, as a run at its tag names it.
fn own(file: &str) -> String {
    format!("acme/rocket/.github/workflows/{file}@refs/tags/v1.0")
}

with_app! {
    async fn a_reusable_workflow_publishes_at_the_commit_that_was_read_and_at_no_other(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        let read = "0a".repeat(20);
        world.publisher("rocket", json!({ "reusable": format!("{FILE}@{read}") })).await;
        let token = world.minted(called(&read, &own("release.yml"))).await;
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200);
        for end in ["0b".repeat(20), "refs/tags/v1".into(), "refs/heads/main".into()] {
            let (code, text) = world.refused(&world.identity(called(&end, &own("release.yml")))).await;
            assert_eq!(code, "invalid-publisher", "{end}");
            assert!(text.contains("job_workflow_ref") && text.contains(&read), "{text}");
        }
        assert_eq!(world.code(json!({})).await, "invalid-publisher", "the job is in no reusable workflow");
        assert_eq!(world.code(called(&read, &own("other.yml"))).await, "invalid-publisher", "another caller");
    }

    async fn any_workflow_of_the_repository_calls_a_reusable_one_where_none_is_named(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        world.publisher("rocket", json!({ "workflow": "", "reusable": FILE })).await;
        for (version, caller) in [("1.0", "release.yml"), ("1.1", "nightly.yml")] {
            let token = world.minted(called("refs/tags/v1", &own(caller))).await;
            assert_eq!(world.upload(&token, "rocket", version).await, 200, "{caller}");
        }
        let (code, text) = world.refused(&world.identity(json!({}))).await;
        assert_eq!(code, "invalid-publisher", "the job is in no reusable workflow");
        assert!(text.contains("any workflow, through acme/shared"), "{text}");
        let foreign = "mallory/rocket/.github/workflows/release.yml@refs/tags/v1.0";
        assert_eq!(world.code(called("refs/tags/v1", foreign)).await, "invalid-publisher", "a file from elsewhere");
    }

    async fn whoever_calls_the_reusable_workflow_of_others_publishes_nothing_of_theirs(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        world.publisher("rocket", json!({ "workflow": "", "reusable": FILE })).await;
        for (owner, id) in [("mallory", "66"), ("acme", "66")] {
            let caller = format!("{owner}/rocket/.github/workflows/release.yml@refs/tags/v1.0");
            let mut claims = called("refs/tags/v1", &caller);
            claims["repository"] = json!(format!("{owner}/rocket"));
            claims["repository_owner"] = json!(owner);
            claims["repository_owner_id"] = json!(id);
            assert_eq!(world.code(claims).await, "invalid-publisher", "{owner} {id}");
        }
    }
}

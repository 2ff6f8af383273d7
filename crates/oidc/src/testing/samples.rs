//! The claims of real tokens, with names of nobody. Times are those of an hour that begins at `now`.

use bonded_model::Timestamp;
use serde_json::{Value, json};

/// The same claims with others in place of some; `null` takes a claim away.
#[must_use]
pub fn with(mut claims: Value, changes: Value) -> Value {
    if let (Some(claims), Value::Object(changes)) = (claims.as_object_mut(), changes) {
        for (name, value) in changes {
            match value {
                Value::Null => claims.remove(&name),
                value => claims.insert(name, value),
            };
        }
    }
    claims
}

fn times(issuer: &str, audience: &str, now: Timestamp) -> Value {
    let now = now.timestamp();
    json!({"iss": issuer, "aud": audience, "iat": now, "nbf": now - 300, "exp": now + 3_600})
}

/// A job of GitHub Actions: `acme/rocket`, `release.yml` at `refs/tags/v1.0`, in the environment `release`.
pub fn github(issuer: &str, audience: &str, now: Timestamp) -> Value {
    let run = now.timestamp_micros();
    let claims = json!({
        "jti": format!("c8a3f5d2-7a0f-4b60-9b5e-{run:012x}"),
        "sub": "repo:acme/rocket:environment:release",
        "environment": "release",
        "ref": "refs/tags/v1.0",
        "sha": "0123456789abcdef0123456789abcdef01234567",
        "repository": "acme/rocket",
        "repository_owner": "acme",
        "repository_owner_id": "65",
        "run_id": "17000000001",
        "run_number": "10",
        "run_attempt": "1",
        "repository_visibility": "public",
        "repository_id": "74",
        "actor_id": "12",
        "actor": "wile",
        "workflow": "Release",
        "head_ref": "",
        "base_ref": "",
        "event_name": "push",
        "ref_protected": "true",
        "ref_type": "tag",
        "workflow_ref": "acme/rocket/.github/workflows/release.yml@refs/tags/v1.0",
        "workflow_sha": "0123456789abcdef0123456789abcdef01234567",
        "job_workflow_ref": "acme/rocket/.github/workflows/release.yml@refs/tags/v1.0",
        "job_workflow_sha": "0123456789abcdef0123456789abcdef01234567",
        "runner_environment": "github-hosted",
        "check_run_id": "49000000001",
    });
    with(claims, times(issuer, audience, now))
}

/// A job of GitLab CI: `acme/tools/rocket` at `refs/heads/main`, in the environment `release`.
pub fn gitlab(issuer: &str, audience: &str, now: Timestamp) -> Value {
    let host = issuer.trim_start_matches("https://").trim_start_matches("http://");
    let claims = json!({
        "namespace_id": "72",
        "namespace_path": "acme/tools",
        "project_id": "20",
        "project_path": "acme/tools/rocket",
        "user_id": "1",
        "user_login": "wile",
        "user_email": "wile@acme.example",
        "user_access_level": "maintainer",
        "pipeline_id": "574",
        "pipeline_source": "push",
        "job_id": "302",
        "ref": "main",
        "ref_type": "branch",
        "ref_path": "refs/heads/main",
        "ref_protected": "true",
        "environment": "release",
        "environment_protected": "true",
        "deployment_tier": "production",
        "runner_id": 1,
        "runner_environment": "self-hosted",
        "sha": "714a629c0b401fdce83e847fc9589983fc6f46bc",
        "project_visibility": "public",
        "ci_config_ref_uri": format!("{host}/acme/tools/rocket//.gitlab-ci.yml@refs/heads/main"),
        "ci_config_sha": "714a629c0b401fdce83e847fc9589983fc6f46bc",
        "jti": format!("235b3a54-b797-45c7-ae9a-{:012x}", now.timestamp_micros()),
        "sub": "project_path:acme/tools/rocket:ref_type:branch:ref:main",
    });
    with(claims, times(issuer, audience, now))
}

/// A service account of Google Cloud.
pub fn google(issuer: &str, audience: &str, now: Timestamp) -> Value {
    let claims = json!({
        "azp": "113000000000000000001",
        "email": "publisher@rocket-1.iam.gserviceaccount.com",
        "email_verified": true,
        "sub": "113000000000000000001",
    });
    with(claims, times(issuer, audience, now))
}

/// A build of ActiveState.
pub fn activestate(issuer: &str, audience: &str, now: Timestamp) -> Value {
    let claims = json!({
        "jti": format!("{:x}", now.timestamp_micros()),
        "sub": "org:acme:project:rocket",
        "actor": "wile",
        "actor_id": "00000000-1000-8000-0000-000000000003",
        "artifact_id": "00000000-1000-8000-0000-000000000001",
        "builder": "pypi-publisher",
        "ingredient": "rocket",
        "organization": "acme",
        "organization_id": "00000000-1000-8000-0000-000000000004",
        "project": "rocket",
        "project_id": "00000000-1000-8000-0000-000000000005",
        "project_path": "acme/rocket",
        "project_visibility": "public",
    });
    with(claims, times(issuer, audience, now))
}

/// A job of Buildkite: the pipeline `acme/rocket` on the branch `main`.
pub fn buildkite(issuer: &str, audience: &str, now: Timestamp) -> Value {
    let claims = json!({
        "sub": "organization:acme:pipeline:rocket:ref:refs/heads/main:commit:750339bffa630404607f73dd8ed2f2c4de3670c7:step:publish",
        "organization_slug": "acme",
        "pipeline_slug": "rocket",
        "build_number": 175,
        "build_branch": "main",
        "build_tag": null,
        "build_commit": "750339bffa630404607f73dd8ed2f2c4de3670c7",
        "step_key": "publish",
        "job_id": "018485f6-1f53-4f18-9b53-72428db4d239",
        "agent_id": "018485f6-eec2-4b61-a7be-0e35ef563df0",
        "build_source": "webhook",
        "runner_environment": "self-hosted",
    });
    with(claims, times(issuer, audience, now))
}

/// A job of CircleCI.
pub fn circleci(issuer: &str, audience: &str, now: Timestamp) -> Value {
    let organization = "76a31a5d-0000-4000-8000-000000000001";
    let project = "8cf45f1a-0000-4000-8000-000000000002";
    let claims = json!({
        "sub": format!(
            "org/{organization}/project/{project}/user/59f1cd3a-0000-4000-8000-000000000003/vcs-origin/\
             github.com/acme/rocket/vcs-ref/refs/heads/main"
        ),
        "oidc.circleci.com/project-id": project,
        "oidc.circleci.com/context-ids": ["a74579f1-0000-4000-8000-000000000004"],
        "oidc.circleci.com/vcs-origin": "github.com/acme/rocket",
        "oidc.circleci.com/vcs-ref": "refs/heads/main",
        "oidc.circleci.com/ssh-rerun": false,
    });
    with(claims, times(issuer, audience, now))
}

/// A job of Forgejo Actions: `acme/rocket`, `.forgejo/workflows/release.yml` at `refs/heads/main`.
pub fn forgejo(issuer: &str, audience: &str, now: Timestamp) -> Value {
    let claims = json!({
        "actor": "wile",
        "event_name": "push",
        "ref": "refs/heads/main",
        "ref_protected": "true",
        "ref_type": "branch",
        "repository": "acme/rocket",
        "repository_owner": "acme",
        "run_attempt": "1",
        "run_id": "43",
        "run_number": "43",
        "sha": "76cb2978acb72029ac23277a6192eea1707c6a2c",
        "sub": "repo:acme/rocket:ref:refs/heads/main",
        "workflow": "release.yml",
        "workflow_ref": "acme/rocket/.forgejo/workflows/release.yml@refs/heads/main",
    });
    with(claims, times(issuer, audience, now))
}

//! Events of Actions, GitHub's and those modelled on it, that people without rights in a repository can cause.

/// Some run a stranger's code (`pull_request` and its kind), some run the repository's own code on what a stranger wrote,
/// and `workflow_run` follows on any of these with more rights than they had, as events of checks, statuses and deployments do.
pub(super) const STRANGERS: &[&str] = &[
    "check_run",
    "check_suite",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "issue_comment",
    "issues",
    "pull_request",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "status",
    "watch",
    "workflow_run",
];

//! One module for each provider: its configuration, what identities are found by, which claims are checked.

pub mod activestate;
pub mod buildkite;
pub mod circleci;
pub mod forgejo;
pub mod github;
pub mod gitlab;
pub mod google;
pub mod other;
mod strangers;
mod workflow;

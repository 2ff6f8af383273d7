//! What is asked of people who sign in.

use askama::Template;

use crate::Shell;

/// Who needs which factor.
#[derive(Clone)]
pub struct Rule {
    /// `nobody`, `publishers` or `everybody`.
    pub second_factor: &'static str,
    /// Whether only security keys and passkeys are enough.
    pub phishing_resistant: bool,
}

/// The rule of one channel.
#[derive(Clone)]
pub struct ChannelRule {
    /// The channel.
    pub name: String,
    /// What it asks of its members.
    pub rule: Rule,
}

/// `/admin/policy`. The forms post `second_factor` and, where checked, `phishing_resistant=yes` to the same path or to
/// `/admin/policy/{channel}`.
#[derive(Clone, Template)]
#[template(path = "admin/policy.html")]
pub struct Policy {
    /// What all pages share.
    pub shell: Shell,
    /// The rule of the whole registry.
    pub instance: Rule,
    /// The rules of the channels, by name.
    pub channels: Vec<ChannelRule>,
}

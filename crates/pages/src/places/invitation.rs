//! The answer to an invitation to a role.

use askama::Template;
use bonded_model::Timestamp;

use crate::paths::segment;
use crate::{Shell, filters};

/// What the viewer can do with an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Accept or decline it.
    Open,
    /// Nothing before signing in; without an account, after signing up, where that is possible.
    SignIn {
        /// Whether an account can be made with the link.
        sign_up: bool,
    },
    /// Nothing: it is for somebody else.
    NotYours,
}

/// `/invitations/accept?key=`. The form posts `key`, or `invitation` where there is no link, and `answer` (`accept` or
/// `decline`) to the path without the query.
#[derive(Clone, Template)]
#[template(path = "places/invitation.html")]
pub struct InvitationPage {
    /// What all pages share.
    pub shell: Shell,
    /// The link's secret; empty where the viewer came without a link.
    pub key: String,
    /// Its id, where there is no link.
    pub id: String,
    /// Who sent it.
    pub by: String,
    /// What it offers, such as "maintainer of the project acme in the channel pypi".
    pub offer: String,
    /// Whether a project changes hands: all others lose their roles in it.
    pub transfer: bool,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What the viewer can do.
    pub answer: Answer,
}

impl InvitationPage {
    /// Where to sign in, coming back here.
    fn sign_in(&self) -> String {
        format!("/login?next={}", segment(&format!("/invitations/accept?key={}", self.key)))
    }

    /// Where to make an account with the link.
    fn sign_up(&self) -> String {
        format!("/account/new?key={}", segment(&self.key))
    }
}

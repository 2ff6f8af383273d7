//! What can be set for a channel or a project.

use askama::Template;

use super::{Head, Status};
use crate::{Field, Shell, filters};

/// Which credentials may publish.
#[derive(Clone, Default)]
pub struct Switches {
    /// Trusted publishers alone.
    pub trusted_publishers_only: bool,
    /// No token without an expiry.
    pub tokens_need_expiry: bool,
    /// The longest life of a token in days; empty for any.
    pub longest_token_life: Field,
}

/// Who may create projects in a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Creation {
    /// Publishers, by uploading.
    Publishers,
    /// Administrators of the channel.
    Admins,
}

/// `/channels/{channel}/settings`. The form posts `create_projects` (`publishers` or `admins`), `longest_token_life` and,
/// where ticked, `trusted_publishers_only=yes` and `tokens_need_expiry=yes` to the same path.
#[derive(Clone, Template)]
#[template(path = "places/channel_settings.html")]
pub struct ChannelSettings {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// Who may create projects.
    pub creation: Creation,
    /// Which credentials may publish.
    pub switches: Switches,
    /// What the channel asks of its members when they sign in, in a sentence.
    pub sign_in_rule: String,
    /// Whether the viewer may change that rule.
    pub sets_rule: bool,
}

/// `/projects/{channel}/{project}/settings`. The switches are posted to the same path as those of a channel, `status` and
/// `reason` to `status` below the project.
#[derive(Clone, Template)]
#[template(path = "places/project_settings.html")]
pub struct ProjectSettings {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// Which credentials may publish.
    pub switches: Switches,
    /// What the channel switches on, each as a phrase.
    pub from_channel: Vec<String>,
    /// The status that is chosen in the form.
    pub status: Status,
    /// Why.
    pub reason: Field,
    /// Whether the viewer may put it into quarantine and take it out.
    pub quarantines: bool,
}

impl ChannelSettings {
    fn by_publishers(&self) -> bool {
        self.creation == Creation::Publishers
    }
}

impl ProjectSettings {
    /// The statuses to choose from.
    fn choices(&self) -> Vec<Status> {
        let all = [Status::Active, Status::Archived, Status::Deprecated, Status::Quarantined];
        all.into_iter().filter(|status| *status != Status::Quarantined || self.quarantines).collect()
    }

    /// Whether only somebody else can change the status.
    fn locked(&self) -> bool {
        self.head.standing.status == Status::Quarantined && !self.quarantines
    }
}

//! What stands above each page of a channel, a project or a group.

use bonded_model::Timestamp;

use crate::paths::segment;

/// How a project stands (PEP 792).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Status {
    /// It is looked after.
    #[default]
    Active,
    /// Nothing more is published.
    Archived,
    /// Something else should be used.
    Deprecated,
    /// Nothing of it is served.
    Quarantined,
}

impl Status {
    /// The word that forms send.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
            Self::Deprecated => "deprecated",
            Self::Quarantined => "quarantined",
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Archived => "Archived",
            Self::Deprecated => "Deprecated",
            Self::Quarantined => "In quarantine",
        }
    }

    pub(crate) const fn tone(self) -> &'static str {
        match self {
            Self::Active => "done",
            Self::Archived => "info",
            Self::Deprecated => "warning",
            Self::Quarantined => "error",
        }
    }

    /// What it means for whoever uses the project.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Active => "This project is looked after.",
            Self::Archived => "This project is archived: nothing more is published. All files stay.",
            Self::Deprecated => "This project is deprecated: its owners advise to use something else.",
            Self::Quarantined => {
                "This project is in quarantine: the administrators of the channel have doubts about it. Nothing of it \
                 can be installed or downloaded until they lift it."
            }
        }
    }
}

/// How a project stands, why, and since when.
#[derive(Clone, Default)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// Why, in the words of whoever set it; may be empty.
    pub reason: String,
    /// When it was set.
    pub since: Option<Timestamp>,
}

/// What a page belongs to.
#[derive(Clone)]
pub enum Subject {
    /// A channel.
    Channel,
    /// A project, in the channel of that name.
    Project(String),
    /// A group of users.
    Group,
}

/// The pages of a channel or project.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tab {
    /// Its projects or releases.
    Overview,
    /// Who signs the packages of a conda channel.
    Trust,
    /// Who holds a role.
    People,
    /// The identities of CI jobs that may publish.
    Publishers,
    /// The tokens that can publish.
    Tokens,
    /// What can be set.
    Settings,
    /// What happened.
    Activity,
}

impl Tab {
    /// Those that every place has for those who look after it.
    pub const ALL: [Self; 6] =
        [Self::Overview, Self::People, Self::Publishers, Self::Tokens, Self::Settings, Self::Activity];

    const fn end(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Trust => "/trust",
            Self::People => "/people",
            Self::Publishers => "/publishers",
            Self::Tokens => "/tokens",
            Self::Settings => "/settings",
            Self::Activity => "/activity",
        }
    }
}

/// What stands above each page of a channel, a project or a group.
#[derive(Clone)]
pub struct Head {
    /// What the page belongs to.
    pub subject: Subject,
    /// Its name.
    pub name: String,
    /// Python, else conda; not asked of groups.
    pub python: bool,
    /// Whether only those with a role see it.
    pub private: bool,
    /// How a project stands.
    pub standing: Standing,
    /// The pages that are open to the viewer.
    pub tabs: Vec<Tab>,
    /// The page that is shown.
    pub here: Tab,
}

impl Head {
    /// Its local path.
    pub fn path(&self) -> String {
        let name = segment(&self.name);
        match &self.subject {
            Subject::Channel => format!("/channels/{name}"),
            Subject::Project(channel) => format!("/projects/{}/{name}", segment(channel)),
            Subject::Group => format!("/groups/{name}"),
        }
    }

    /// A local path below it.
    pub(crate) fn below(&self, end: &str) -> String {
        self.path() + end
    }

    /// The page about the signatures of the channel.
    pub(crate) fn trust_path(&self) -> String {
        format!("/channels/{}{}", segment(self.channel()), Tab::Trust.end())
    }

    pub(crate) fn tab_path(&self, tab: &Tab) -> String {
        self.below(tab.end())
    }

    pub(crate) const fn tab_words(&self, tab: &Tab) -> &'static str {
        match (tab, &self.subject) {
            (Tab::Overview, Subject::Channel) => "Projects",
            (Tab::Overview, Subject::Project(_)) => "Releases",
            (Tab::Overview, Subject::Group) => "Members",
            (Tab::Trust, _) => "Trust",
            (Tab::People, _) => "People",
            (Tab::Publishers, _) => "Publishers",
            (Tab::Tokens, _) => "Tokens",
            (Tab::Settings, _) => "Settings",
            (Tab::Activity, _) => "Activity",
        }
    }

    /// The places around it: local paths and their words.
    pub(crate) fn around(&self) -> Vec<(String, &str)> {
        match &self.subject {
            Subject::Channel => vec![("/channels".to_owned(), "Channels")],
            Subject::Project(channel) => vec![
                ("/channels".to_owned(), "Channels"),
                (format!("/channels/{}", segment(channel)), channel.as_str()),
            ],
            Subject::Group => vec![("/groups".to_owned(), "Groups")],
        }
    }

    pub(crate) const fn is_project(&self) -> bool {
        matches!(self.subject, Subject::Project(_))
    }

    pub(crate) const fn is_group(&self) -> bool {
        matches!(self.subject, Subject::Group)
    }

    /// The channel that it is or that it lies in.
    pub fn channel(&self) -> &str {
        match &self.subject {
            Subject::Project(channel) => channel,
            Subject::Channel | Subject::Group => &self.name,
        }
    }

    /// What it is called in a sentence.
    pub(crate) const fn kind(&self) -> &'static str {
        match self.subject {
            Subject::Channel => "channel",
            Subject::Project(_) => "project",
            Subject::Group => "group",
        }
    }
}

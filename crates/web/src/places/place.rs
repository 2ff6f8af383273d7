//! A channel or one of its projects: what their pages have in common.

use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_pages::places::{Head, Tab};
use bonded_registry::people::{Cleared, Session};
use bonded_registry::roles::{ChannelPeople, ProjectPeople};

use super::head::{self, channel_path, project_path};
use crate::App;
use crate::browser::{Refusal, Visitor};

/// A channel, or one of its projects, by name.
pub(super) struct Place {
    pub(super) channel: String,
    pub(super) project: Option<String>,
}

/// Who has which role in a place, and what is asked there.
pub(super) enum PeopleOf {
    Channel(ChannelPeople),
    Project(ProjectPeople),
}

impl Place {
    pub(super) const fn channel(channel: String) -> Self {
        Self { channel, project: None }
    }

    pub(super) fn project((channel, project): (String, String)) -> Self {
        Self { channel, project: Some(project) }
    }

    /// The local path of its page.
    pub(super) fn path(&self) -> String {
        match &self.project {
            Some(project) => project_path(&self.channel, project),
            None => channel_path(&self.channel),
        }
    }

    /// The local path of one of its pages.
    pub(super) fn below(&self, end: &str) -> String {
        self.path() + end
    }

    /// Who has which role, for those who look after the place.
    pub(super) async fn people(
        &self,
        app: &App,
        visitor: &Visitor,
        session: &Session,
    ) -> Result<PeopleOf, Refusal> {
        let back = self.path();
        let cleared = session.cleared().map_err(|error| visitor.refuse(error, &back))?;
        let found = match &self.project {
            None => of_channel(app, &cleared, &self.channel).await,
            Some(project) => of_project(app, &cleared, &self.channel, project).await,
        };
        found.map_err(|error| visitor.refuse(error, &back))
    }
}

async fn of_channel(
    app: &App,
    cleared: &Cleared<'_>,
    channel: &str,
) -> Result<PeopleOf, bonded_registry::Error> {
    let permit = app.inspect_channel(cleared, channel).await?;
    Ok(PeopleOf::Channel(app.channel_people(&permit).await?))
}

async fn of_project(
    app: &App,
    cleared: &Cleared<'_>,
    channel: &str,
    project: &str,
) -> Result<PeopleOf, bonded_registry::Error> {
    let permit = app.inspect_project(cleared, channel, project).await?;
    Ok(PeopleOf::Project(app.project_people(&permit).await?))
}

impl PeopleOf {
    /// What stands above a page for those who look after the place.
    pub(super) fn head(&self, here: Tab) -> Head {
        match self {
            Self::Channel(people) => head::of_channel(&people.channel, Some(ChannelRole::Admin), here),
            Self::Project(people) => head::of_project(&people.channel, &people.project, true, here),
        }
    }

    pub(super) const fn is_project(&self) -> bool {
        matches!(self, Self::Project(_))
    }
}

/// The values of roles as forms send them.
pub(super) const OWNER: &str = ProjectRole::Owner.as_str();

//! Whose publishers a page is about.

use bonded_pages::places::{Head, PublisherRow, Tab};
use bonded_registry::people::{Cleared, Session};
use bonded_registry::publishers::PublisherView;

use super::super::groups;
use super::super::place::Place;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::publishers::{Seen, rows};

/// A project, a channel or a group, by name.
pub(super) enum Of {
    Place(Place),
    Group(String),
}

/// The publishers of a place, as somebody sees them who may.
pub(super) struct Found {
    pub(super) head: Head,
    pub(super) publishers: Vec<PublisherRow>,
    pub(super) reserves: Option<bool>,
    /// Whether the viewer may change them.
    pub(super) manages: bool,
}

impl Of {
    pub(super) const fn channel(channel: String) -> Self {
        Self::Place(Place::channel(channel))
    }

    pub(super) fn project(place: (String, String)) -> Self {
        Self::Place(Place::project(place))
    }

    /// The local path of the list.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Place(place) => place.below("/publishers"),
            Self::Group(name) => groups::path(name) + "/publishers",
        }
    }

    /// The permit to look, and what it shows.
    pub(super) async fn found(
        &self,
        app: &App,
        visitor: &Visitor,
        session: &Session,
    ) -> Result<Found, Refusal> {
        let back = self.path();
        let cleared = session.cleared().map_err(|error| visitor.refuse(error, &back))?;
        match self {
            Self::Place(place) => {
                let head = place.people(app, visitor, session).await?.head(Tab::Publishers);
                let found = of_place(app, &cleared, place).await;
                let (publishers, reserves) = found.map_err(|error| visitor.refuse(error, &back))?;
                Ok(Found { head, publishers, reserves, manages: true })
            }
            Self::Group(name) => {
                let found = of_group(app, &cleared, name).await;
                found.map_err(|error| visitor.refuse(error, &back))
            }
        }
    }
}

async fn of_place(
    app: &App,
    cleared: &Cleared<'_>,
    place: &Place,
) -> Result<(Vec<PublisherRow>, Option<bool>), bonded_registry::Error> {
    if let Some(project) = &place.project {
        let permit = app.inspect_project(cleared, &place.channel, project).await?;
        let publishers = app.project_publishers(&permit).await?;
        // Those of the channel and of groups are changed where they were added.
        let own = |view: &PublisherView| view.publisher.place.project().is_some();
        let (own, reaching): (Vec<_>, Vec<_>) = publishers.into_iter().partition(own);
        let mut publishers = rows(own, Seen::Place, true);
        publishers.extend(rows(reaching, Seen::Place, false));
        return Ok((publishers, None));
    }
    let permit = app.inspect_channel(cleared, &place.channel).await?;
    let publishers = rows(app.channel_publishers(&permit).await?, Seen::Place, true);
    Ok((publishers, Some(app.reserves_pending(&permit).await?)))
}

async fn of_group(app: &App, cleared: &Cleared<'_>, name: &str) -> Result<Found, bonded_registry::Error> {
    let permit = app.inspect_group(cleared, name).await?;
    let details = app.group(&permit).await?;
    let manages = details.manages;
    let publishers = rows(app.group_publishers(&permit).await?, Seen::Elsewhere, manages);
    let head = groups::head(details.group.name.to_string(), Tab::Publishers);
    Ok(Found { head, publishers, reserves: None, manages })
}

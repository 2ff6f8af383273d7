//! Where a token reaches, in forms: boxes for channels and projects, and a field for those who look after more projects than
//! anybody lists.

use bonded_model::user::ChannelRole;
use bonded_pages::Field;
use bonded_pages::account::Choice;
use bonded_registry::Error;
use bonded_registry::people::{HeldRole, Session};
use bonded_registry::tokens::ScopeByName;

use super::form::{Boxes, Wrong, choice, ticked, wrong};
use crate::App;
use crate::browser::Refusal;
use crate::problem::Problem;

/// The name of a place's box.
pub(super) fn box_of(place: &str) -> String {
    if place.contains('/') { format!("project:{place}") } else { format!("channel:{place}") }
}

/// Whether any place is ticked or typed.
pub(super) fn named(boxes: &Boxes, typed: &str) -> bool {
    ticked(boxes, "channel:").chain(ticked(boxes, "project:")).next().is_some() || !typed.trim().is_empty()
}

/// The places that are ticked or typed, as all that a token reaches. A project beside its whole channel would limit
/// nothing, so it is refused unless the token `holds` both already.
pub(super) fn limited(boxes: &Boxes, typed: &str, holds: &[String]) -> Result<ScopeByName, Error> {
    let channels: Vec<_> = ticked(boxes, "channel:").map(str::to_owned).collect();
    let mut projects = Vec::new();
    for place in ticked(boxes, "project:") {
        let Some(project) = place.split_once('/') else { continue };
        check_beside(&channels, project, "scope", holds)?;
        projects.push(project);
    }
    if !typed.trim().is_empty() {
        let project =
            typed.trim().split_once('/').filter(|(channel, name)| !channel.is_empty() && !name.is_empty());
        let unclear = || wrong("project", "write the channel and the project, such as pypi/hello");
        let project = project.ok_or_else(unclear)?;
        check_beside(&channels, project, "project", &[])?;
        projects.push(project);
    }
    let projects =
        projects.into_iter().map(|(channel, name)| (channel.to_owned(), name.to_owned())).collect();
    Ok(ScopeByName::Limited { channels, projects })
}

fn check_beside(
    channels: &[String],
    (channel, name): (&str, &str),
    field: &'static str,
    holds: &[String],
) -> Result<(), Error> {
    let place = format!("{channel}/{name}");
    if channels.iter().any(|whole| whole == channel) && !holds.contains(&place) {
        let text = format!("you ticked all of {channel}, and named {place} in it: choose one of the two");
        return Err(wrong(field, text));
    }
    Ok(())
}

/// What a person can choose from.
pub(super) struct Places {
    /// The channels that the person may see.
    pub(super) channels: Vec<String>,
    /// The projects that the person has a role in, as `channel/project`.
    pub(super) projects: Vec<String>,
    /// Whether there are projects besides that they may look after.
    names_others: bool,
}

impl Places {
    /// Looks them up.
    pub(super) async fn of(app: &App, session: &Session) -> Result<Self, Refusal> {
        let visible = app.access.visible_channels(&session.actor()).await.map_err(Problem::from)?;
        let roles = app.own_roles(session).await?;
        let names_others = session.user().admin
            || roles.iter().any(|role| matches!(role, HeldRole::Channel { role: ChannelRole::Admin, .. }));
        let projects = roles.into_iter().filter_map(|role| match role {
            HeldRole::Project { channel, project, .. } => Some(format!("{channel}/{project}")),
            HeldRole::Administrator | HeldRole::Channel { .. } => None,
        });
        let channels = visible.iter().map(|channel| channel.name.to_string()).collect();
        Ok(Self { channels, projects: projects.collect(), names_others })
    }

    /// The field in which another project is named, for those who may look after some.
    pub(super) fn field(&self, typed: &str, wrong: &Wrong) -> Option<Field> {
        self.names_others.then(|| Field::of(typed).with_error(wrong.with("project")))
    }
}

/// The boxes of places.
pub(super) fn choices(places: &[String], boxes: &Boxes) -> Vec<Choice> {
    places.iter().map(|place| choice(box_of(place), place, "", boxes)).collect()
}

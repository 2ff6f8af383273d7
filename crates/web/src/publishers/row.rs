//! A trusted publisher in a list.

use bonded_model::publishing::PublisherPlace;
use bonded_pages::places::{PublisherRow, Refused};
use bonded_registry::publishers::PublisherView;

/// From where a list is seen: what goes without saying there is not said.
#[derive(Clone, Copy)]
pub(crate) enum Seen {
    /// From the place itself: a project or a channel.
    Place,
    /// From a group or an account, which reach into several channels.
    Elsewhere,
}

/// The publishers as a list shows them; whether the viewer may change them.
pub(crate) fn rows(views: Vec<PublisherView>, seen: Seen, changeable: bool) -> Vec<PublisherRow> {
    views.into_iter().map(|view| row(view, seen, changeable)).collect()
}

fn row(view: PublisherView, seen: Seen, changeable: bool) -> PublisherRow {
    let reach = reach(&view, seen);
    let publisher = view.publisher;
    let ends_at = match publisher.place {
        PublisherPlace::Pending { expires_at, .. } => Some(expires_at),
        PublisherPlace::Project { .. } | PublisherPlace::Prefix { .. } => None,
    };
    PublisherRow {
        id: publisher.id.to_string(),
        identity: view.identity,
        issuer: format!("{} ({})", view.issuer.name, view.issuer.url),
        reach,
        added_at: publisher.created_at,
        added_by: view.added_by.map_or_else(String::new, |name| name.to_string()),
        ends_at,
        used: publisher.last_used_at.map(|at| (at, publisher.last_source)),
        warnings: view.warnings.iter().map(|warning| warning.text().to_owned()).collect(),
        refused: publisher.last_refused_at.zip(publisher.last_refusal).map(|(at, text)| Refused {
            at,
            // One fact a line; in a CI log it is all one.
            text: text.replace("; ", "\n"),
        }),
        narrow_to: view.seen_environment,
        changeable,
    }
}

/// What it is for, in words.
fn reach(view: &PublisherView, seen: Seen) -> String {
    let channel = match seen {
        Seen::Place => String::new(),
        Seen::Elsewhere => format!(" in the channel {}", view.channel),
    };
    match &view.publisher.place {
        PublisherPlace::Project { .. } => String::new(),
        PublisherPlace::Prefix { prefix, .. } => {
            let group = match (&view.group, seen) {
                (Some(group), Seen::Place) => format!(", in the name of the group {group}"),
                _ => String::new(),
            };
            format!("Projects {prefix}*{channel}{group}")
        }
        PublisherPlace::Pending { name, .. } => {
            let by = match (&view.registrant, seen) {
                (Some(by), Seen::Place) => format!(", in the name of {by}"),
                _ => String::new(),
            };
            format!("The new project {name}{channel}{by}")
        }
    }
}

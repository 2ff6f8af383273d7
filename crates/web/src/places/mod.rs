//! The pages of channels, projects and groups: from forms to use cases and back. Nothing is decided here.

mod activity;
mod changes;
mod channels;
mod credentials;
mod delete;
mod groups;
mod head;
mod home;
mod invitations;
mod looker;
mod new_project;
mod people;
mod place;
mod project;
mod publishers;
mod search;
mod settings;
mod status;
mod trust;
mod yank;

use crate::routes::Routes;

/// Adds every page.
pub(crate) fn add(table: Routes) -> Routes {
    let everybody = [home::add, channels::add, search::add, project::add, trust::add];
    let people = [people::add, groups::add, invitations::add, new_project::add];
    let rest = [
        settings::add,
        status::add,
        yank::add,
        delete::add,
        credentials::add,
        activity::add,
        publishers::add,
    ];
    everybody.into_iter().chain(people).chain(rest).fold(table, |table, add| add(table))
}

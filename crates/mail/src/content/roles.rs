//! Mails about roles.

use bonded_model::Timestamp;
use bonded_model::user::UserName;

use super::{Content, greeting, who};
use crate::message::{By, Instance};
use crate::rendered::one_line;

pub(super) fn offered(
    instance: &Instance,
    by: &By,
    place: &str,
    role: &str,
    link: &str,
    expires_at: Timestamp,
) -> Content {
    Content::new(
        "You are invited to a role",
        [format!(
            "{} is a registry for Python and conda packages. You were invited there by {}.",
            instance.name,
            who(by)
        )],
    )
    .fact("Where", one_line(place))
    .fact("Role", role)
    .action("Look at the invitation", link, expires_at)
    .closing("If you did not expect this, do nothing. Without your consent you get no role.")
}

pub(super) fn project_offered(
    instance: &Instance,
    by: &By,
    place: &str,
    link: &str,
    expires_at: Timestamp,
) -> Content {
    Content::new(
        "A project is offered to you",
        [format!(
            "on the package registry {}, {} wants to hand a project over to you. If you accept, you own it alone: all \
             other roles in it end.",
            instance.name,
            who(by)
        )],
    )
    .fact("Project", one_line(place))
    .action("Look at the offer", link, expires_at)
    .closing("If you did not expect this, do nothing. Without your consent nothing changes.")
}

pub(super) fn given(instance: &Instance, user: &UserName, by: &By, place: &str, role: &str) -> Content {
    Content::new(
        "You have a new role",
        [greeting(user), format!("you were given a role on {} by {}.", instance.name, who(by))],
    )
    .fact("Where", one_line(place))
    .fact("Role", role)
    .closing(format!("Your roles are listed at {}/account.", instance.base_url))
}

pub(super) fn removed(instance: &Instance, user: &UserName, by: &By, place: &str) -> Content {
    Content::new(
        "A role of yours ended",
        [greeting(user), format!("a role of yours on {} was ended by {}.", instance.name, who(by))],
    )
    .fact("Where", one_line(place))
    .closing("If you do not know why, ask whoever did it.")
}

pub(super) fn transferred(instance: &Instance, user: &UserName, place: &str, to: &UserName) -> Content {
    Content::new(
        "A project of yours was handed over",
        [
            greeting(user),
            format!(
                "a project that you owned on {} belongs to {to} now, who accepted it. All other roles in it ended.",
                instance.name
            ),
        ],
    )
    .fact("Project", one_line(place))
    .closing(format!("If you did not want this, speak to an administrator of {} at once.", instance.name))
}

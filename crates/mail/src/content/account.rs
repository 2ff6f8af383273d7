//! Mails about accounts.

use bonded_model::Timestamp;
use bonded_model::user::UserName;

use super::{Content, greeting, who};
use crate::message::{By, Instance};

pub(super) fn invitation(instance: &Instance, by: &By, link: &str, expires_at: Timestamp) -> Content {
    Content::new(
        "You are invited",
        [format!(
            "{} is a registry for Python and conda packages. You were invited to make an account there by {}.",
            instance.name,
            who(by)
        )],
    )
    .action("Make your account", link, expires_at)
    .closing("If you did not expect this, do nothing. Without you there will be no account.")
}

pub(super) fn deleted(instance: &Instance, user: &UserName, by: &By) -> Content {
    Content::new(
        "Your account was deleted",
        [
            greeting(user),
            format!(
                "your account on {} was deleted by {}. Your tokens do not work any more, and your name will not be given \
                 to anybody else. What you published stays.",
                instance.name,
                who(by)
            ),
        ],
    )
    .closing(format!("If you did not want this, speak to an administrator of {} at once.", instance.name))
}

pub(super) fn suspended(instance: &Instance, user: &UserName) -> Content {
    Content::new(
        "Your account was suspended",
        [
            greeting(user),
            format!(
                "an administrator of {} suspended your account. You are signed out, and your tokens do not work until it is \
                 reinstated.",
                instance.name
            ),
        ],
    )
    .closing("If you do not know why, ask the administrator.")
}

pub(super) fn reinstated(instance: &Instance, user: &UserName) -> Content {
    Content::new(
        "Your account was reinstated",
        [
            greeting(user),
            format!(
                "your account on {} is in force again. You can sign in, and your tokens work.",
                instance.name
            ),
        ],
    )
}

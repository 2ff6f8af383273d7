//! Mails about the recovery of an account whose owner is locked out.

use bonded_model::Timestamp;
use bonded_model::user::UserName;

use super::{Action, Content, greeting, moment, who};
use crate::message::{By, Instance};

pub(super) fn requested(
    instance: &Instance,
    user: &UserName,
    by: &By,
    due_at: Option<Timestamp>,
    link: &str,
) -> Content {
    let when = match due_at {
        Some(due_at) => format!("on {}, or earlier if a second administrator agrees", moment(due_at)),
        None => "as soon as a second administrator agrees".to_owned(),
    };
    let mut content = Content::new(
        "Your account is going to be recovered",
        [
            greeting(user),
            format!(
                "{} asked for your account on {} to be recovered, because its owner seems to be locked out.",
                who(by),
                instance.name
            ),
            format!(
                "This takes effect {when}. Then your password, your authenticator app, your keys, your recovery codes and \
                 your sessions are gone, and your primary address gets a link to set a new password."
            ),
            "If you asked for this, wait.".to_owned(),
        ],
    )
    .closing(format!(
        "If you did not ask for it, cancel it now. You can do so with the link above, or signed in at \
         {}/account/security.",
        instance.base_url
    ));
    let note = "The link works until the recovery takes effect.".to_owned();
    content.action = Some(Action { label: "Cancel the recovery", link: link.to_owned(), note });
    content
}

pub(super) fn cancelled(instance: &Instance, user: &UserName, by: &By) -> Content {
    Content::new(
        "The recovery of your account was cancelled",
        [
            greeting(user),
            format!(
                "the recovery of your account on {} was cancelled by {}. Your password, your keys and everything else \
                 stay as they are.",
                instance.name,
                who(by)
            ),
        ],
    )
    .closing(format!(
        "If you are locked out and did not cancel it yourself, speak to an administrator of {}.",
        instance.name
    ))
}

pub(super) fn completed(
    instance: &Instance,
    user: &UserName,
    by: &By,
    link: Option<(&str, Timestamp)>,
) -> Content {
    let next = match link {
        Some(_) => "Set a new password with the link below. Then add an authenticator app or a key again.",
        None => "The link to set a new password went to your primary address.",
    };
    let content = Content::new(
        "Your account was recovered",
        [
            greeting(user),
            format!(
                "your account on {} was recovered by {}. Your password, your authenticator app, your keys, your recovery \
                 codes and your sessions are gone.",
                instance.name,
                who(by)
            ),
            next.to_owned(),
        ],
    )
    .closing(format!(
        "If you did not ask for this, speak to another administrator of {} at once.",
        instance.name
    ));
    match link {
        Some((link, expires_at)) => content.action("Set a new password", link, expires_at),
        None => content,
    }
}

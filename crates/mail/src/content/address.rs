//! Mails about e-mail addresses.

use bonded_model::Timestamp;
use bonded_model::user::{Email, UserName};

use super::{Content, greeting, not_you};
use crate::message::Instance;

pub(super) fn verify(instance: &Instance, user: &UserName, link: &str, expires_at: Timestamp) -> Content {
    Content::new(
        "Confirm your e-mail address",
        [format!(
            "Somebody, probably you, gave this address for the account {user} on {}. Please confirm that it is yours.",
            instance.name
        )],
    )
    .action("Confirm this address", link, expires_at)
    .closing("If this was not you, do nothing. Without your confirmation the address is not used.")
}

/// To an address that is taken. It must not give away anything but to its owner, who knows it.
pub(super) fn in_use(instance: &Instance, user: &UserName) -> Content {
    Content::new(
        "This address is in use already",
        [
            greeting(user),
            format!(
                "somebody gave this address for an account on {}, but it belongs to your account {user} already. Nothing \
                 was changed.",
                instance.name
            ),
        ],
    )
    .closing(format!(
        "If this was you: you can sign in as {user} at {0}/login. If you do not know your password any more, you can \
         set a new one at {0}/account/reset.",
        instance.base_url
    ))
    .closing("If this was not you, you need not do anything.")
}

pub(super) fn added(instance: &Instance, user: &UserName, address: &Email) -> Content {
    Content::new(
        "An address was added to your account",
        [greeting(user), format!("an e-mail address was added to your account on {}.", instance.name)],
    )
    .fact("New address", address.as_str())
    .closing(not_you(instance))
}

pub(super) fn removed(instance: &Instance, user: &UserName, address: &Email) -> Content {
    Content::new(
        "An address was removed from your account",
        [greeting(user), format!("an e-mail address was removed from your account on {}.", instance.name)],
    )
    .fact("Removed address", address.as_str())
    .closing(not_you(instance))
}

pub(super) fn primary_changed(instance: &Instance, user: &UserName, address: &Email) -> Content {
    Content::new(
        "Your mail goes to another address now",
        [greeting(user), format!("from now on, {} writes to another of your addresses.", instance.name)],
    )
    .fact("Mail goes to", address.as_str())
    .closing(not_you(instance))
}

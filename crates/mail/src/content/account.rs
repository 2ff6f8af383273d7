//! Mails about accounts and their tokens.

use bonded_model::Timestamp;
use bonded_model::ids::TokenId;
use bonded_model::user::UserName;

use super::{Content, greeting, not_you, quoted, who};
use crate::message::{By, Instance};
use crate::rendered::one_line;

pub(super) fn token_issued(instance: &Instance, user: &UserName, token: &str, by: &By) -> Content {
    let content = Content::new(
        "There is a new API token",
        [
            greeting(user),
            format!("an API token that acts as you on {} was made by {}.", instance.name, who(by)),
        ],
    )
    .fact("Token", quoted(token));
    match by {
        By::Owner => content.closing(not_you(instance)),
        _ => content.closing(format!(
            "Your tokens are listed at {}/account/tokens. If you do not know what this one is for, ask whoever made it.",
            instance.base_url
        )),
    }
}

pub(super) fn token_rotated(instance: &Instance, user: &UserName, token: &str) -> Content {
    Content::new(
        "An API token has a new secret",
        [greeting(user), format!("an API token that acts as you on {} got a new secret.", instance.name)],
    )
    .fact("Token", quoted(token))
    .closing(not_you(instance))
}

pub(super) fn token_leaked(
    instance: &Instance,
    user: &UserName,
    token: &str,
    url: Option<&str>,
    managed: bool,
) -> Content {
    let base_url = &instance.base_url;
    let content = Content::new(
        "An API token of yours leaked",
        [
            greeting(user),
            format!(
                "an API token that acts as you on {} was found where others can read it. It does not work any more: \
                 whoever finds it there can do nothing with it.",
                instance.name
            ),
        ],
    )
    .fact("Token", quoted(token));
    let content = match url {
        Some(url) => content.fact("Found at", one_line(url)),
        None => content,
    };
    let made = if managed {
        format!(
            " This token could make others: revoke those at {base_url}/account/tokens that you do not know."
        )
    } else {
        String::new()
    };
    content.closing(format!(
        "Look at {base_url}/account/activity for what was done with it.{made} Whatever used the token needs a new one: make \
         it at {base_url}/account/tokens/new, and keep it out of what others can read."
    ))
}

pub(super) fn token_in_url(instance: &Instance, user: &UserName, token: &str, id: TokenId) -> Content {
    Content::new(
        "An API token of yours came in a URL",
        [
            greeting(user),
            format!(
                "somebody sent an API token that acts as you on {} in a URL, where it does not belong. It was \
                 refused. URLs stay behind in the logs of proxies and in the histories of shells: take the token for \
                 leaked.",
                instance.name
            ),
        ],
    )
    .fact("Token", quoted(token))
    .closing(format!(
        "Give it a new secret at {}/account/tokens/{id}, or revoke it there. In a URL belongs a channel token, which can do \
         nothing but read.",
        instance.base_url
    ))
}

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

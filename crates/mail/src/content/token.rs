//! Mails about API tokens.

use bonded_model::ids::TokenId;
use bonded_model::user::UserName;

use super::{Content, greeting, not_you, quoted, who};
use crate::message::{By, Instance};
use crate::rendered::one_line;

pub(super) fn issued(instance: &Instance, user: &UserName, token: &str, by: &By) -> Content {
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
        By::Token(manager) => content.closing(not_your_program(instance, manager)),
        _ => content.closing(format!(
            "Your tokens are listed at {}/account/tokens. If you do not know what this one is for, ask whoever made it.",
            instance.base_url
        )),
    }
}

pub(super) fn rotated(instance: &Instance, user: &UserName, token: &str, by: &By) -> Content {
    let (from, closing) = match by {
        By::Token(manager) => (format!(" from {}", who(by)), not_your_program(instance, manager)),
        _ => (String::new(), not_you(instance)),
    };
    Content::new(
        "An API token has a new secret",
        [
            greeting(user),
            format!("an API token that acts as you on {} got a new secret{from}.", instance.name),
        ],
    )
    .fact("Token", quoted(token))
    .closing(closing)
}

/// What to do when a token that manages others does what nobody meant it to do. A new password does not help against that.
fn not_your_program(instance: &Instance, manager: &str) -> String {
    format!(
        "If this was none of your programs, somebody else has the token {}. Revoke it at {}/account/tokens: what it made or \
         renewed ends with it.",
        quoted(manager),
        instance.base_url
    )
}

pub(super) fn leaked(
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
        " This token could make others: those that it made or renewed ended with it."
    } else {
        ""
    };
    content.closing(format!(
        "Look at {base_url}/account/activity for what was done with it.{made} Whatever used the token needs a new one: make \
         it at {base_url}/account/tokens/new, and keep it out of what others can read."
    ))
}

pub(super) fn in_url(instance: &Instance, user: &UserName, token: &str, id: TokenId) -> Content {
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

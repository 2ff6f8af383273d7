//! Mails about sign-ins.

use bonded_model::Timestamp;
use bonded_model::user::UserName;

use super::{Content, greeting, not_you};
use crate::message::Instance;

/// The link is bound to the browser that began the sign-in. The mail says why: a page that looks like ours could have
/// passed password and code on, and its victim would confirm the wrong sign-in.
pub(super) fn confirm_place(
    instance: &Instance,
    user: &UserName,
    link: &str,
    expires_at: Timestamp,
) -> Content {
    Content::new(
        "Confirm that you are signing in",
        [
            greeting(user),
            format!(
                "somebody, probably you, is signing in to {} from a place that we do not know yet. The password and the \
                 code were right.",
                instance.name
            ),
            "If it is you, open the link below in the same browser in which you are signing in. In any other browser it \
             does not work. So nobody can make you confirm a sign-in of theirs."
                .to_owned(),
        ],
    )
    .action("Go on with signing in", link, expires_at)
    .closing(format!(
        "If you are not signing in right now, do not open the link: somebody knows your password. Set a new one at \
         {}/account/password.",
        instance.base_url
    ))
    .closing(format!(
        "If the link says that it was opened in another browser although it was the same one, check that the address you \
         signed in at begins with {}/ and not with something that looks like it.",
        instance.base_url
    ))
}

pub(super) fn new_sign_in(instance: &Instance, user: &UserName) -> Content {
    Content::new(
        "You signed in from a new place",
        [
            greeting(user),
            format!(
                "somebody, probably you, signed in to {} from a place that we do not know yet.",
                instance.name
            ),
        ],
    )
    .closing(not_you(instance))
    .closing(format!(
        "Your password alone signs you in. A security key or an authenticator app makes that much safer: \
         {}/account/security",
        instance.base_url
    ))
}

//! Mails about passwords, second factors and recovery codes.

use bonded_model::Timestamp;
use bonded_model::user::UserName;

use super::{Content, greeting, not_you, quoted};
use crate::message::{Factor, Instance};

pub(super) fn reset_password(
    instance: &Instance,
    user: &UserName,
    link: &str,
    expires_at: Timestamp,
) -> Content {
    Content::new(
        "Set a new password",
        [
            greeting(user),
            format!("somebody, probably you, asked for a new password for your account on {}.", instance.name),
        ],
    )
    .action("Set a new password", link, expires_at)
    .closing(
        "Setting it signs you out everywhere. Your authenticator app and your keys stay as they are: you will need them \
         to sign in.",
    )
    .closing("If this was not you, do nothing. Your password stays as it is.")
}

pub(super) fn password_changed(instance: &Instance, user: &UserName) -> Content {
    Content::new(
        "Your password was changed",
        [
            greeting(user),
            format!(
                "your password on {} was changed. Everybody who was signed in with the old one is signed out.",
                instance.name
            ),
        ],
    )
    .closing(not_you(instance))
}

pub(super) fn factor_added(instance: &Instance, user: &UserName, factor: &Factor) -> Content {
    let subject = match factor {
        Factor::Totp => "An authenticator app was added",
        Factor::Key(_) => "A security key was added",
    };
    let added = format!(
        "{} was added to your account on {}. It can be used to sign in.",
        which(factor),
        instance.name
    );
    Content::new(subject, [greeting(user), added]).closing(not_you(instance))
}

pub(super) fn factor_removed(instance: &Instance, user: &UserName, factor: &Factor) -> Content {
    let subject = match factor {
        Factor::Totp => "Your authenticator app was removed",
        Factor::Key(_) => "A security key was removed",
    };
    let removed = format!(
        "{} was removed from your account on {}. It does not sign you in any more.",
        which(factor),
        instance.name
    );
    Content::new(subject, [greeting(user), removed]).closing(not_you(instance))
}

fn which(factor: &Factor) -> String {
    match factor {
        Factor::Totp => "an authenticator app".to_owned(),
        Factor::Key(name) => format!("the security key {}", quoted(name)),
    }
}

pub(super) fn recovery_codes_made(instance: &Instance, user: &UserName) -> Content {
    Content::new(
        "You have new recovery codes",
        [
            greeting(user),
            format!(
                "a new set of recovery codes for your account on {} is in force. Older codes do not work any more: throw \
                 them away.",
                instance.name
            ),
        ],
    )
    .closing(not_you(instance))
}

pub(super) fn recovery_code_used(instance: &Instance, user: &UserName, left: usize) -> Content {
    let left = match left {
        0 => format!(
            "That was the last one. Make new ones now, at {}/account/recovery-codes: without them you are locked out if \
             you lose your authenticator app and your keys.",
            instance.base_url
        ),
        1 => {
            format!("One code is left. Make new ones soon, at {}/account/recovery-codes.", instance.base_url)
        }
        left => format!("{left} codes are left. The one that was used does not work any more."),
    };
    let used = format!("one of your recovery codes for {} was used.", instance.name);
    Content::new("A recovery code was used", [greeting(user), used, left]).closing(not_you(instance))
}

//! What a page says after a redirect: `?done=word`, with words of ours only, so that a link can make no page say
//! something else.

use crate::notice::Notice;

/// The notice for a word of `?done=`.
pub fn done(word: &str) -> Option<Notice> {
    let text = match word {
        "signed-out" => "You are signed out.",
        "verified" => "The address is verified.",
        "verification-sent" => "We sent a message with a link. Open it to verify the address.",
        "password-set" => "Your new password is saved. You can sign in with it now.",
        "password-changed" => "Your password is changed. All other places are signed out.",
        "profile-saved" => "Your profile is saved.",
        "role-left" => "You left.",
        "email-added" => "We sent a message with a link to the new address. Open it to verify the address.",
        "email-removed" => "The address is removed.",
        "email-primary" => "Messages go to the new address from now on. We told the old one.",
        "codes-confirmed" => "Your recovery codes are confirmed. The old ones do not work any more.",
        "totp-added" => "Your authenticator app is set up.",
        "totp-removed" => "Your authenticator app is removed.",
        "key-added" => "Your key is added.",
        "key-renamed" => "Your key has a new name.",
        "key-removed" => "Your key is removed.",
        "token-narrowed" => "The token is narrowed. What it may not do any more is refused from now on.",
        "token-revoked" => {
            "The token is revoked. Whatever used it is refused from now on, and so is what it minted."
        }
        "session-ended" => "That place is signed out.",
        "sessions-ended" => "You are signed out everywhere.",
        "resent" => "We sent another link.",
        "account-deleted" => "Your account is deleted.",
        "recovery-cancelled" => "The recovery is cancelled. Nothing in the account was changed.",
        "invited" => "The invitation is on its way.",
        "withdrawn" => "The invitation is withdrawn. Its link does not work any more.",
        "suspended" => "The account is suspended. Its sessions and tokens do not work from now on.",
        "reinstated" => "The account works again.",
        "recovery-requested" => "The recovery is requested. The person was told by mail and can cancel it.",
        "recovery-approved" => "The recovery is approved and done. The person was told by mail.",
        "policy-saved" => "The rules are saved.",
        "yanked" => "The release is yanked. All owners of the project are told by mail.",
        "unyanked" => "The yank is taken back.",
        "file-deleted" => "The file is deleted.",
        "release-deleted" => "The release is deleted with its files.",
        "project-deleted" => "The project is deleted.",
        "project-created" => "The project is created. Its owner can publish the first release.",
        "status-saved" => "The status is saved. All owners of the project are told by mail.",
        "settings-saved" => "The settings are saved. They count at once.",
        "role-given" => "The role is given.",
        "role-removed" => "The role is taken away. It counts at once.",
        "role-invited" => "The invitation is on its way. It works for three days.",
        "project-offered" => "The offer is on its way. The project changes hands once it is accepted.",
        "token-cut" => "The token is cut off here. Its owner is told by mail.",
        "token-restored" => "The token is let in again.",
        "publisher-added" => "The trusted publisher is added. It can publish from now on.",
        "publisher-narrowed" => "The trusted publisher takes only jobs of that environment from now on.",
        "publisher-removed" => "The trusted publisher is removed. Its tokens do not work any more.",
        "publisher-registered" => "The trusted publisher is registered. Its first upload makes the project.",
        "pending-removed" => "The trusted publisher is removed.",
        "reserve-saved" => "The setting is saved. It counts at once.",
        "issuer-added" => "The issuer is added. Publishers can be made for it.",
        "issuer-on" => "Identity tokens of the issuer are accepted from now on.",
        "issuer-off" => "The issuer is switched off. No token that came through it works any more.",
        "issuer-saved" => "The issuer is saved.",
        "issuer-removed" => "The issuer is removed, with all its publishers.",
        "group-created" => "The group is created.",
        "group-removed" => "The group is removed. Its members lose what only the group let them do.",
        "accepted" => "You have accepted the invitation.",
        "declined" => "You have declined the invitation.",
        _ => return None,
    };
    Some(Notice::done(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_not_ours_say_nothing() {
        assert!(done("policy-saved").is_some());
        assert!(done("<b>Call this number</b>").is_none());
    }
}

//! Pages for what does not work any more, or not now.

use askama::Template;

use crate::Shell;

/// What a dead link was for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeadLinkKind {
    /// Confirming a new place.
    Place,
    /// Verifying an address.
    Verify,
    /// Choosing a new password.
    Reset,
    /// An invitation.
    Invitation,
    /// Setting up the first administrator.
    SetUp,
    /// Cancelling a recovery.
    Recovery,
    /// An invitation to a role.
    RoleInvitation,
}

impl DeadLinkKind {
    /// Why links die.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Place => "It was used already, or its 15 minutes are over, or a newer one was sent.",
            Self::Verify => "It was used already, or its six hours are over, or the address was removed.",
            Self::Reset => {
                "It was used already, or its six hours are over, or the password was changed in another way."
            }
            Self::Invitation => "It was used already, or it has expired, or it was withdrawn.",
            Self::SetUp => {
                "It was used already, or its 24 hours are over, or the server was started again and printed a new one."
            }
            Self::Recovery => "The recovery was cancelled already, or it has taken place.",
            Self::RoleInvitation => {
                "It was answered already, or its three days are over, or it was withdrawn, or what it was for is gone."
            }
        }
    }

    /// What the person can do.
    pub const fn what_next(self) -> &'static str {
        match self {
            Self::Place => "Sign in again, and we send a new link.",
            Self::Verify => {
                "If the address is not verified yet, sign in and have a new link sent from the page with your \
                 addresses."
            }
            Self::Reset => "Ask for a new link.",
            Self::Invitation | Self::RoleInvitation => "Ask the person who invited you for a new invitation.",
            Self::SetUp => {
                "Look into the output of the server for a newer link. If there is an administrator already, sign in."
            }
            Self::Recovery => {
                "Sign in to see how your account stands. If you cannot, and you did not ask for the recovery, speak \
                 to the people who run this registry at once."
            }
        }
    }

    /// A page that helps on, with the words of its link.
    pub const fn way_out(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Place | Self::SetUp | Self::Recovery => Some(("/login", "Sign in")),
            Self::Verify => Some(("/account/emails", "Your addresses")),
            Self::Reset => Some(("/account/reset", "Ask for a new link")),
            Self::Invitation | Self::RoleInvitation => None,
        }
    }
}

/// A link that was used, has expired or was replaced.
#[derive(Clone, Template)]
#[template(path = "sign_in/dead_link.html")]
pub struct DeadLink {
    /// What all pages share.
    pub shell: Shell,
    /// What it was for.
    pub kind: DeadLinkKind,
}

/// A limit was passed: goes with status 429 and `Retry-After`.
#[derive(Clone, Template)]
#[template(path = "sign_in/too_many.html")]
pub struct TooManyAttempts {
    /// What all pages share.
    pub shell: Shell,
    /// How many seconds to wait.
    pub retry_after: u64,
}

impl TooManyAttempts {
    /// The waiting time in words, rounded up.
    fn wait(&self) -> String {
        let (count, unit) = match self.retry_after {
            seconds @ 0..=90 => (seconds.max(1), "second"),
            seconds @ 91..=5400 => (seconds.div_ceil(60), "minute"),
            seconds => (seconds.div_ceil(3600), "hour"),
        };
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_are_rounded_up_to_words() {
        let wait = |retry_after| TooManyAttempts { shell: Shell::default(), retry_after }.wait();
        assert_eq!(wait(0), "1 second");
        assert_eq!(wait(90), "90 seconds");
        assert_eq!(wait(241), "5 minutes");
        assert_eq!(wait(86_000), "24 hours");
    }
}

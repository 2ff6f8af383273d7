//! What happened to accounts, in plain words.

use bonded_model::audit::PersonEvent as E;
use bonded_model::people::{Policy, ProofKind, SecondFactorFor};

use super::names::Names;
use crate::Error;

/// The event as a sentence.
pub(super) async fn of(names: &mut Names<'_>, channel: &str, event: &E) -> Result<String, Error> {
    let (who, whose) = match event.subject() {
        Some(user) => (names.who(user).await?, names.whose(user).await?),
        None => (String::new(), String::new()),
    };
    Ok(match event {
        E::SignedUp { name, .. } => format!("The account {name} was made by signing up."),
        E::ProfileChanged { .. } => format!("{whose} profile was changed."),
        E::AccountDeleted { name, .. } => format!("The account {name} was deleted."),
        E::AccountExpired { name, .. } => {
            format!("The account {name} was removed: nobody verified its address or came back to it.")
        }
        E::Suspended { .. } => format!("{whose} account was suspended."),
        E::Reinstated { .. } => format!("{whose} account works again."),
        E::EmailAdded { email, .. } => {
            format!("{whose} account got the e-mail address {}.", names.email(*email).await?)
        }
        E::EmailVerified { email, .. } => {
            format!("{whose} e-mail address {} was verified.", names.email(*email).await?)
        }
        E::PrimaryEmailSet { email, .. } => {
            format!("{whose} messages go to the e-mail address {} from now on.", names.email(*email).await?)
        }
        E::VerificationMailed { .. } => {
            format!("Another link to verify an e-mail address of {whose} account was mailed.")
        }
        E::EmailRemoved { .. } => format!("{whose} account lost an e-mail address."),
        E::PasswordSet { .. } => format!("{whose} password was set."),
        E::PasswordLinkMade { .. } => format!("{whose} account got a link to set a new password."),
        E::PasswordForgotten { .. } => {
            format!("A link to set {} password anew was asked for.", lower(&whose))
        }
        E::PasswordReset { .. } => format!("{whose} password was set with a mailed link."),
        E::SignedIn { with, .. } => format!("{who} signed in with {}.", proof(*with)),
        E::SecondFactorRefused { with, reason, .. } => {
            format!(
                "{whose} second step of signing in was refused, with {}: {}.",
                proof(*with),
                reason.trim_end_matches('.')
            )
        }
        E::SignInHeld { with, .. } => {
            format!(
                "A sign-in to {} account from a new place, with {}, waits for mail.",
                lower(&whose),
                proof(*with)
            )
        }
        E::PlaceConfirmed { .. } => format!("{who} confirmed a new place by mail."),
        E::SessionEnded { .. } => format!("{who} signed out in one place."),
        E::SessionsEnded { .. } => format!("{who} signed out everywhere."),
        E::Proved { with, .. } => format!("{whose} identity was proved again, with {}.", proof(*with)),
        E::TotpAdded { .. } => format!("{whose} account got an authenticator app."),
        E::TotpRemoved { .. } => format!("{whose} account lost its authenticator app."),
        E::KeyAdded { name, .. } => format!("{whose} account got the security key or passkey '{name}'."),
        E::KeyRenamed { name, .. } => {
            format!("{whose} security key or passkey is called '{name}' from now on.")
        }
        E::KeyRemoved { .. } => format!("{whose} account lost a security key or passkey."),
        E::RecoveryCodesMade { .. } => format!("{whose} account got new recovery codes, not confirmed yet."),
        E::RecoveryCodesConfirmed { .. } => format!("{whose} new recovery codes were confirmed."),
        E::RecoveryCodeUsed { left, .. } => {
            format!("One of {} recovery codes was used; {left} are left.", lower(&whose))
        }
        E::Invited => "Somebody was invited to make an account.".to_owned(),
        E::InvitationWithdrawn => "An invitation was withdrawn.".to_owned(),
        E::SetupLinkMade => "The server printed a link that makes the first administrator.".to_owned(),
        E::RecoveryRequested { .. } => {
            format!("A recovery of {} account was asked for: somebody is locked out.", lower(&whose))
        }
        E::RecoveryApproved { .. } => format!("The recovery of {} account was approved.", lower(&whose)),
        E::RecoveryCancelled { .. } => format!("The recovery of {} account was cancelled.", lower(&whose)),
        E::RecoveryCompleted { .. } => {
            format!("{whose} account was recovered: its password, second factors and sessions were removed.")
        }
        E::PolicySet { policy } => format!("In the whole registry, {}.", rule(*policy)),
        E::ChannelPolicySet { policy } => format!("In {channel}, {}.", rule(*policy)),
    })
}

/// In the middle of a sentence. Names of accounts stay as they are.
fn lower(whose: &str) -> &str {
    if whose == "Your" { "your" } else { whose }
}

const fn proof(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Password => "a password",
        ProofKind::Totp => "a code of the authenticator app",
        ProofKind::Key => "a security key or passkey",
        ProofKind::RecoveryCode => "a recovery code",
    }
}

fn rule(policy: Policy) -> String {
    let who = match policy.second_factor {
        SecondFactorFor::Nobody => return "nobody needs a second factor from now on".to_owned(),
        SecondFactorFor::Publishers => "everybody who may publish or administer",
        SecondFactorFor::Everybody => "everybody",
    };
    let what = if policy.phishing_resistant { "a security key or passkey" } else { "a second factor" };
    format!("{who} needs {what} from now on")
}

//! What happens to accounts. Addresses are named by their ids: the log is for ever, and a person may leave.

use crate::ids::{EmailId, KeyId, SessionId, UserId};
use crate::people::{Policy, ProofKind};

/// Something that happened to an account or to what is asked of accounts.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event")]
pub enum PersonEvent {
    /// Somebody made an account for themselves.
    #[serde(rename = "user:account:sign-up")]
    SignedUp {
        /// The new account.
        user: UserId,
        /// Its name.
        name: String,
    },
    /// The profile was changed.
    #[serde(rename = "user:profile:change")]
    ProfileChanged {
        /// Whose.
        user: UserId,
    },
    /// The account was deleted; its name is given to nobody again.
    #[serde(rename = "user:account:delete")]
    AccountDeleted {
        /// Which.
        user: UserId,
        /// Its name.
        name: String,
    },
    /// An unverified account that nobody came back to was removed.
    #[serde(rename = "user:account:expire")]
    AccountExpired {
        /// Which.
        user: UserId,
        /// Its name, which is free again.
        name: String,
    },
    /// The account was suspended: nothing that it owns works.
    #[serde(rename = "user:account:suspend")]
    Suspended {
        /// Which.
        user: UserId,
    },
    /// A suspension ended.
    #[serde(rename = "user:account:reinstate")]
    Reinstated {
        /// Which.
        user: UserId,
    },
    /// An address was added.
    #[serde(rename = "user:email:add")]
    EmailAdded {
        /// Whose.
        user: UserId,
        /// Which.
        email: EmailId,
    },
    /// Another link to verify an address was asked for.
    #[serde(rename = "user:email:remind")]
    VerificationMailed {
        /// Whose.
        user: UserId,
        /// Which.
        email: EmailId,
    },
    /// Somebody proved to receive mail at an address.
    #[serde(rename = "user:email:verify")]
    EmailVerified {
        /// Whose.
        user: UserId,
        /// Which.
        email: EmailId,
    },
    /// Mail goes to another address from now on.
    #[serde(rename = "user:email:primary")]
    PrimaryEmailSet {
        /// Whose.
        user: UserId,
        /// Which.
        email: EmailId,
    },
    /// An address was removed.
    #[serde(rename = "user:email:remove")]
    EmailRemoved {
        /// Whose.
        user: UserId,
        /// Which.
        email: EmailId,
    },
    /// The password was set, for the first time or anew, by somebody who is signed in or holds a set-up link.
    #[serde(rename = "user:password:set")]
    PasswordSet {
        /// Whose.
        user: UserId,
    },
    /// The operator made a link to set a new password, and hands it over.
    #[serde(rename = "user:password:link")]
    PasswordLinkMade {
        /// Whose.
        user: UserId,
    },
    /// A link to set a new password was asked for.
    #[serde(rename = "user:password:forget")]
    PasswordForgotten {
        /// Whose.
        user: UserId,
    },
    /// The password was set with a mailed link.
    #[serde(rename = "user:password:reset")]
    PasswordReset {
        /// Whose.
        user: UserId,
    },
    /// A browser was signed in.
    #[serde(rename = "user:session:begin")]
    SignedIn {
        /// Who.
        user: UserId,
        /// The session.
        session: SessionId,
        /// The strongest thing that was proved with.
        with: ProofKind,
    },
    /// The password was right, but the second factor was not.
    #[serde(rename = "user:session:refuse")]
    SecondFactorRefused {
        /// Whose.
        user: UserId,
        /// What was tried.
        with: ProofKind,
        /// Why it was refused.
        reason: String,
    },
    /// A sign-in from a new place waits for its confirmation by mail.
    #[serde(rename = "user:session:hold")]
    SignInHeld {
        /// Who.
        user: UserId,
        /// What was proved so far.
        with: ProofKind,
    },
    /// A new place was confirmed by mail.
    #[serde(rename = "user:device:confirm")]
    PlaceConfirmed {
        /// Whose.
        user: UserId,
    },
    /// A browser was signed out.
    #[serde(rename = "user:session:end")]
    SessionEnded {
        /// Whose.
        user: UserId,
        /// The session.
        session: SessionId,
    },
    /// Every browser was signed out.
    #[serde(rename = "user:session:end-all")]
    SessionsEnded {
        /// Whose.
        user: UserId,
    },
    /// A person proved again who they are, to do something dangerous.
    #[serde(rename = "user:session:prove")]
    Proved {
        /// Who.
        user: UserId,
        /// How.
        with: ProofKind,
    },
    /// An authenticator app was set up.
    #[serde(rename = "user:totp:add")]
    TotpAdded {
        /// Whose.
        user: UserId,
    },
    /// The authenticator app was removed.
    #[serde(rename = "user:totp:remove")]
    TotpRemoved {
        /// Whose.
        user: UserId,
    },
    /// A security key or passkey was added.
    #[serde(rename = "user:key:add")]
    KeyAdded {
        /// Whose.
        user: UserId,
        /// Which.
        key: KeyId,
        /// What its owner calls it.
        name: String,
    },
    /// A security key or passkey got another name.
    #[serde(rename = "user:key:rename")]
    KeyRenamed {
        /// Whose.
        user: UserId,
        /// Which.
        key: KeyId,
        /// The new name.
        name: String,
    },
    /// A security key or passkey was removed.
    #[serde(rename = "user:key:remove")]
    KeyRemoved {
        /// Whose.
        user: UserId,
        /// Which.
        key: KeyId,
    },
    /// New recovery codes were shown. They open nothing until one was typed back.
    #[serde(rename = "user:recovery-codes:create")]
    RecoveryCodesMade {
        /// Whose.
        user: UserId,
    },
    /// A recovery code was typed back: the new set works, the old one is gone.
    #[serde(rename = "user:recovery-codes:confirm")]
    RecoveryCodesConfirmed {
        /// Whose.
        user: UserId,
    },
    /// A recovery code was used.
    #[serde(rename = "user:recovery-codes:use")]
    RecoveryCodeUsed {
        /// Whose.
        user: UserId,
        /// How many are left.
        left: usize,
    },
    /// Somebody was invited to sign up.
    #[serde(rename = "instance:invitation:create")]
    Invited,
    /// An invitation was withdrawn.
    #[serde(rename = "instance:invitation:withdraw")]
    InvitationWithdrawn,
    /// The server printed a link that makes the first administrator.
    #[serde(rename = "instance:setup:link")]
    SetupLinkMade,
    /// An administrator asked for the recovery of a locked-out person's account.
    #[serde(rename = "user:recovery:request")]
    RecoveryRequested {
        /// Whose account.
        user: UserId,
    },
    /// A second administrator agreed to a recovery.
    #[serde(rename = "user:recovery:approve")]
    RecoveryApproved {
        /// Whose account.
        user: UserId,
    },
    /// A recovery was cancelled.
    #[serde(rename = "user:recovery:cancel")]
    RecoveryCancelled {
        /// Whose account.
        user: UserId,
    },
    /// A recovery took effect: factors, codes, password, sessions and remembered browsers are gone.
    #[serde(rename = "user:recovery:complete")]
    RecoveryCompleted {
        /// Whose account.
        user: UserId,
    },
    /// Other second factors are required in the instance from now on.
    #[serde(rename = "instance:policy:set")]
    PolicySet {
        /// What is required.
        policy: Policy,
    },
    /// Other second factors are required in the channel from now on.
    #[serde(rename = "channel:policy:set")]
    ChannelPolicySet {
        /// What is required.
        policy: Policy,
    },
}

impl PersonEvent {
    /// The person to whom it happened, if it happened to one.
    pub const fn subject(&self) -> Option<UserId> {
        match self {
            Self::SignedUp { user, .. }
            | Self::ProfileChanged { user }
            | Self::AccountDeleted { user, .. }
            | Self::AccountExpired { user, .. }
            | Self::Suspended { user }
            | Self::Reinstated { user }
            | Self::EmailAdded { user, .. }
            | Self::EmailVerified { user, .. }
            | Self::PrimaryEmailSet { user, .. }
            | Self::EmailRemoved { user, .. }
            | Self::VerificationMailed { user, .. }
            | Self::PasswordSet { user }
            | Self::PasswordLinkMade { user }
            | Self::PasswordForgotten { user }
            | Self::PasswordReset { user }
            | Self::SignedIn { user, .. }
            | Self::SecondFactorRefused { user, .. }
            | Self::SignInHeld { user, .. }
            | Self::PlaceConfirmed { user }
            | Self::SessionEnded { user, .. }
            | Self::SessionsEnded { user }
            | Self::Proved { user, .. }
            | Self::TotpAdded { user }
            | Self::TotpRemoved { user }
            | Self::KeyAdded { user, .. }
            | Self::KeyRenamed { user, .. }
            | Self::KeyRemoved { user, .. }
            | Self::RecoveryCodesMade { user }
            | Self::RecoveryCodesConfirmed { user }
            | Self::RecoveryCodeUsed { user, .. }
            | Self::RecoveryRequested { user }
            | Self::RecoveryApproved { user }
            | Self::RecoveryCancelled { user }
            | Self::RecoveryCompleted { user } => Some(*user),
            Self::Invited
            | Self::InvitationWithdrawn
            | Self::SetupLinkMade
            | Self::PolicySet { .. }
            | Self::ChannelPolicySet { .. } => None,
        }
    }
}

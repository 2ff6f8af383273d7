//! Every mail that Bonded writes, with its facts.

use std::fmt;

use bonded_model::ids::TokenId;
use bonded_model::people::Client;
use bonded_model::user::{Email, UserName};
use bonded_model::{ProjectStatus, Timestamp};

/// The instance that writes.
#[derive(Clone, Debug)]
pub struct Instance {
    /// What it calls itself.
    pub name: String,
    /// The URL under which people reach it, without a slash at its end.
    pub base_url: String,
}

/// Who did what the mail tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The owner of the account.
    Owner,
    /// An administrator of the instance.
    Administrator(UserName),
    /// Somebody who may do such a thing in one place.
    Person(UserName),
    /// A job whose identity a trusted publisher takes.
    Job,
    /// A token of the owner's that manages others, by its name.
    Token(String),
    /// Whoever runs the server, at its command line.
    Operator,
}

/// A second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Factor {
    /// The authenticator app.
    Totp,
    /// A security key or passkey, by the name that its owner gave it.
    Key(String),
}

/// What was done to a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectChange {
    /// A version was yanked.
    Yanked {
        /// The version.
        version: String,
        /// Why; may be empty.
        reason: String,
    },
    /// A yank was taken back.
    Unyanked {
        /// The version.
        version: String,
        /// Why; may be empty.
        reason: String,
    },
    /// A file was deleted.
    FileDeleted {
        /// Its name.
        file: String,
    },
    /// A version was deleted with all its files.
    ReleaseDeleted {
        /// The version.
        version: String,
    },
    /// The whole project was deleted.
    Deleted,
    /// A trusted publisher was added.
    PublisherAdded {
        /// What must be true of its identities, in words.
        identity: String,
    },
    /// A trusted publisher was removed.
    PublisherRemoved {
        /// What had to be true of its identities, in words.
        identity: String,
    },
    /// A trusted publisher that takes any environment was used from one, and not from the same the last time.
    EnvironmentSeen {
        /// What must be true of its identities, in words.
        identity: String,
        /// The environment.
        environment: String,
    },
    /// The short-lived token of a trusted publisher was found where others can read it, and ended.
    PublisherTokenLeaked {
        /// The run that had got it, in words.
        run: String,
        /// Where it was found.
        url: Option<String>,
    },
    /// From now on, trusted publishers alone publish to it.
    TrustedPublishersOnly,
    /// A version has files that no trusted publisher published, while an earlier one came from a trusted publisher.
    SourceLost {
        /// The version.
        version: String,
        /// The earlier version; the same one, if it is compared with the files that it had first.
        earlier: String,
        /// Where that came from.
        from: String,
    },
    /// A version comes from another source repository than an earlier one.
    SourceChanged {
        /// The version.
        version: String,
        /// The earlier version.
        earlier: String,
        /// Where that came from.
        from: String,
        /// Where this one comes from.
        to: String,
    },
    /// It was archived, deprecated, put into quarantine, or made active again.
    Status {
        /// Where it stands from now on.
        status: ProjectStatus,
        /// Why; may be empty.
        reason: String,
    },
}

/// What became of a trusted publisher for a project that does not exist yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PendingNews {
    /// It ends at this moment unless somebody uses it.
    EndsSoon(Timestamp),
    /// Nobody used it in time.
    Expired,
    /// Somebody else made a project of this name, or of one that can be mistaken for it.
    NameTaken,
    /// It was removed.
    Removed,
    /// It made the project.
    Fulfilled,
}

impl PendingNews {
    /// The word for the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::EndsSoon(_) => "ends soon",
            Self::Expired => "expired",
            Self::NameTaken => "name taken",
            Self::Removed => "removed",
            Self::Fulfilled => "fulfilled",
        }
    }
}

/// A mail. `user` is the account that it is about, `at` when it happened, and `client` where; links are whole URLs. Its
/// `Debug` form hides everything, since many mails hold a link that opens something.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields mean the same in every mail and are described once, above")]
pub enum Message {
    /// Whoever reads this mail is asked to confirm that the address belongs to the account.
    VerifyEmail { user: UserName, link: String, expires_at: Timestamp },
    /// Somebody signed up with, or added, an address that `user` has already.
    AddressInUse { user: UserName, at: Timestamp, client: Client },
    /// Somebody asked for a new password.
    ResetPassword { user: UserName, at: Timestamp, client: Client, link: String, expires_at: Timestamp },
    /// There is a new password.
    PasswordChanged { user: UserName, at: Timestamp, client: Client },
    /// There is a new authenticator app or key.
    FactorAdded { user: UserName, at: Timestamp, client: Client, factor: Factor },
    /// An authenticator app or key is gone.
    FactorRemoved { user: UserName, at: Timestamp, client: Client, factor: Factor },
    /// A new set of recovery codes is in force.
    RecoveryCodesMade { user: UserName, at: Timestamp, client: Client },
    /// A recovery code was used; so many are left.
    RecoveryCodeUsed { user: UserName, at: Timestamp, client: Client, left: usize },
    /// A sign-in from a new place waits for the link, which only the browser that began it can use.
    ConfirmPlace { user: UserName, at: Timestamp, client: Client, link: String, expires_at: Timestamp },
    /// A sign-in with the password alone, from a new place.
    NewSignIn { user: UserName, at: Timestamp, client: Client },
    /// There is a new API token; of the operator's there is no client.
    TokenIssued { user: UserName, at: Timestamp, client: Option<Client>, token: String, by: By },
    /// An API token has a new secret.
    TokenRotated { user: UserName, at: Timestamp, client: Client, token: String, by: By },
    /// An API token was found where it leaks, perhaps at `url`, and does not work any more.
    TokenLeaked { user: UserName, at: Timestamp, token: String, url: Option<String>, managed: bool },
    /// An API token came in a URL, although it can do more than read.
    TokenInUrl { user: UserName, at: Timestamp, client: Client, token: String, id: TokenId },
    /// Another address was added; to the primary one.
    AddressAdded { user: UserName, at: Timestamp, client: Client, address: Email },
    /// An address was removed; to the primary one and to the removed one.
    AddressRemoved { user: UserName, at: Timestamp, client: Client, address: Email },
    /// `address` is the primary one from now on; to the old one and to the new one.
    PrimaryAddressChanged { user: UserName, at: Timestamp, client: Client, address: Email },
    /// The account is going to be recovered: at `due_at`, or once a second administrator agrees. The link cancels it.
    RecoveryRequested { user: UserName, at: Timestamp, by: By, due_at: Option<Timestamp>, link: String },
    /// The recovery will not take place.
    RecoveryCancelled { user: UserName, at: Timestamp, by: By },
    /// The account was recovered: all proofs are gone, and the link sets a new password. The link is in the mail to the
    /// primary address alone.
    AccountRecovered {
        user: UserName,
        at: Timestamp,
        by: By,
        link: Option<String>,
        expires_at: Option<Timestamp>,
    },
    /// An invitation to sign up.
    Invitation { by: By, link: String, expires_at: Timestamp },
    /// An invitation to a role; `place` as in "the channel main".
    RoleOffered { by: By, place: String, role: String, link: String, expires_at: Timestamp },
    /// A project is offered, to be owned by nobody else.
    ProjectOffered { by: By, place: String, link: String, expires_at: Timestamp },
    /// A role was given to somebody who is known in the place.
    RoleGiven { user: UserName, at: Timestamp, by: By, place: String, role: String },
    /// A role was taken away.
    RoleRemoved { user: UserName, at: Timestamp, by: By, place: String },
    /// A project that `user` owned belongs to somebody else.
    ProjectTransferred { user: UserName, at: Timestamp, place: String, to: UserName },
    /// Something was done to a project that `user` owns.
    ProjectChanged {
        user: UserName,
        at: Timestamp,
        by: By,
        channel: String,
        project: String,
        change: ProjectChange,
    },
    /// News of a trusted publisher that `user` registered for a project that does not exist yet.
    PendingPublisher {
        user: UserName,
        at: Timestamp,
        channel: String,
        project: String,
        identity: String,
        news: PendingNews,
    },
    /// A token was cut off in a place, or that was taken back.
    TokenCut { user: UserName, at: Timestamp, by: By, token: String, place: String, cut: bool },
    /// The account is gone.
    AccountDeleted { user: UserName, at: Timestamp, by: By },
    /// The account was suspended.
    AccountSuspended { user: UserName, at: Timestamp },
    /// The account is in force again.
    AccountReinstated { user: UserName, at: Timestamp },
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message([redacted])")
    }
}

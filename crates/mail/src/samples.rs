//! One of each mail, for tests that look at all of them.

use bonded_model::ids::TokenId;
use bonded_model::people::Client;
use bonded_model::user::{Email, UserName};
use bonded_model::{ProjectStatus, Timestamp};

use crate::message::{By, Factor, Instance, Message, PendingNews, ProjectChange};

/// An instance.
pub fn instance() -> Instance {
    Instance { name: "Example Registry".to_owned(), base_url: "https://packages.example.org".to_owned() }
}

/// Every mail with the name of its case, and those that have several forms in each.
pub fn messages() -> Vec<(&'static str, Message)> {
    let (at, expires_at) = (moment(0), moment(6 * 3600));
    vec![
        ("verify-email", Message::VerifyEmail { user: ada(), link: link("account/verify"), expires_at }),
        ("address-in-use", Message::AddressInUse { user: ada(), at, client: client() }),
        (
            "reset-password",
            Message::ResetPassword {
                user: ada(),
                at,
                client: client(),
                link: link("account/reset/password"),
                expires_at,
            },
        ),
        ("password-changed", Message::PasswordChanged { user: ada(), at, client: client() }),
        ("totp-added", Message::FactorAdded { user: ada(), at, client: client(), factor: Factor::Totp }),
        ("key-added", Message::FactorAdded { user: ada(), at, client: client(), factor: key() }),
        ("totp-removed", Message::FactorRemoved { user: ada(), at, client: client(), factor: Factor::Totp }),
        ("key-removed", Message::FactorRemoved { user: ada(), at, client: client(), factor: key() }),
        ("recovery-codes-made", Message::RecoveryCodesMade { user: ada(), at, client: client() }),
        ("recovery-code-used", Message::RecoveryCodeUsed { user: ada(), at, client: client(), left: 5 }),
        ("last-recovery-code-used", Message::RecoveryCodeUsed { user: ada(), at, client: client(), left: 0 }),
        (
            "confirm-place",
            Message::ConfirmPlace {
                user: ada(),
                at,
                client: client(),
                link: link("login/place"),
                expires_at,
            },
        ),
        ("new-sign-in", Message::NewSignIn { user: ada(), at, client: Client::default() }),
        ("token-issued", issued(Some(client()), By::Owner)),
        ("token-issued-by-operator", issued(None, By::Operator)),
        ("token-minted", issued(Some(client()), By::Token("deploy".to_owned()))),
        ("token-rotated", rotated(By::Owner)),
        ("token-rotated-by-token", rotated(By::Token("deploy".to_owned()))),
        ("token-leaked", leaked(Some("https://code.example/ada/tools/blob/main/ci.yml"), false)),
        ("managing-token-leaked", leaked(None, true)),
        (
            "token-in-url",
            Message::TokenInUrl { user: ada(), at, client: client(), token: "ci".to_owned(), id: token() },
        ),
        ("address-added", Message::AddressAdded { user: ada(), at, client: client(), address: address() }),
        (
            "address-removed",
            Message::AddressRemoved { user: ada(), at, client: client(), address: address() },
        ),
        (
            "primary-address-changed",
            Message::PrimaryAddressChanged { user: ada(), at, client: client(), address: address() },
        ),
        (
            "recovery-requested",
            Message::RecoveryRequested {
                user: ada(),
                at,
                by: grace(),
                due_at: Some(moment(24 * 3600)),
                link: link("account/recovery/cancel"),
            },
        ),
        (
            "recovery-requested-of-two",
            Message::RecoveryRequested {
                user: ada(),
                at,
                by: grace(),
                due_at: None,
                link: link("account/recovery/cancel"),
            },
        ),
        ("recovery-cancelled", Message::RecoveryCancelled { user: ada(), at, by: By::Owner }),
        (
            "account-recovered",
            Message::AccountRecovered {
                user: ada(),
                at,
                by: By::Operator,
                link: Some(link("account/reset/password")),
                expires_at: Some(expires_at),
            },
        ),
        (
            "account-recovered-notice",
            Message::AccountRecovered { user: ada(), at, by: grace(), link: None, expires_at: None },
        ),
        (
            "role-offered",
            Message::RoleOffered {
                by: By::Person(ada()),
                place: "the channel main".to_owned(),
                role: "publisher".to_owned(),
                link: link("invitations/accept"),
                expires_at,
            },
        ),
        (
            "project-offered",
            Message::ProjectOffered {
                by: By::Person(ada()),
                place: parcel(),
                link: link("invitations/accept"),
                expires_at,
            },
        ),
        (
            "role-given",
            Message::RoleGiven {
                user: ada(),
                at,
                by: By::Operator,
                place: parcel(),
                role: "owner".to_owned(),
            },
        ),
        (
            "role-removed",
            Message::RoleRemoved { user: ada(), at, by: By::Person(name("grace")), place: parcel() },
        ),
        (
            "project-transferred",
            Message::ProjectTransferred { user: ada(), at, place: parcel(), to: name("grace") },
        ),
        ("invitation", Message::Invitation { by: grace(), link: link("account/new"), expires_at }),
        ("release-yanked", changed(ProjectChange::Yanked { version: "1.0".into(), reason: "broken".into() })),
        (
            "release-unyanked",
            changed(ProjectChange::Unyanked { version: "1.0".into(), reason: String::new() }),
        ),
        ("file-deleted", changed(ProjectChange::FileDeleted { file: "engine-1.0.tar.gz".into() })),
        ("release-deleted", changed(ProjectChange::ReleaseDeleted { version: "1.0".into() })),
        ("project-deleted", changed(ProjectChange::Deleted)),
        (
            "source-lost",
            changed(ProjectChange::SourceLost {
                version: "1.1".into(),
                earlier: "1.0".into(),
                from: "https://git.example/acme/engine".into(),
            }),
        ),
        (
            "source-changed",
            changed(ProjectChange::SourceChanged {
                version: "1.1".into(),
                earlier: "1.0".into(),
                from: "https://git.example/acme/engine".into(),
                to: "https://git.example/mallory/engine".into(),
            }),
        ),
        ("project-active", status(ProjectStatus::Active, "")),
        ("project-archived", status(ProjectStatus::Archived, "")),
        ("project-quarantined", status(ProjectStatus::Quarantined, "looks like malware")),
        ("project-deprecated", status(ProjectStatus::Deprecated, "use engine2")),
        ("publisher-added", changed(ProjectChange::PublisherAdded { identity: release_job() })),
        ("publisher-removed", changed(ProjectChange::PublisherRemoved { identity: release_job() })),
        (
            "publisher-environment",
            Message::ProjectChanged {
                user: ada(),
                at,
                by: By::Job,
                channel: "pypi".to_owned(),
                project: "engine".to_owned(),
                change: ProjectChange::EnvironmentSeen {
                    identity: release_job(),
                    environment: "release".into(),
                },
            },
        ),
        (
            "publisher-token-leaked",
            changed(ProjectChange::PublisherTokenLeaked {
                run: "run 123 of commit 0a1b2c3d4e5f in acme/engine".into(),
                url: Some("https://code.example/acme/engine/log".into()),
            }),
        ),
        ("trusted-publishers-only", changed(ProjectChange::TrustedPublishersOnly)),
        ("pending-ends-soon", pending(PendingNews::EndsSoon(expires_at))),
        ("pending-expired", pending(PendingNews::Expired)),
        ("pending-name-taken", pending(PendingNews::NameTaken)),
        ("pending-removed", pending(PendingNews::Removed)),
        ("pending-fulfilled", pending(PendingNews::Fulfilled)),
        ("token-cut", token_cut(true)),
        ("token-restored", token_cut(false)),
        ("account-deleted", Message::AccountDeleted { user: ada(), at, by: By::Owner }),
        ("account-suspended", Message::AccountSuspended { user: ada(), at }),
        ("account-reinstated", Message::AccountReinstated { user: ada(), at }),
    ]
}

fn issued(client: Option<Client>, by: By) -> Message {
    Message::TokenIssued { user: ada(), at: moment(0), client, token: "ci".to_owned(), by }
}

fn rotated(by: By) -> Message {
    Message::TokenRotated { user: ada(), at: moment(0), client: client(), token: "ci".to_owned(), by }
}

fn leaked(url: Option<&str>, managed: bool) -> Message {
    let url = url.map(str::to_owned);
    Message::TokenLeaked { user: ada(), at: moment(0), token: "ci".to_owned(), url, managed }
}

fn token() -> TokenId {
    "019b76da-a800-7000-8000-000000000000".parse().expect("an id")
}

fn changed(change: ProjectChange) -> Message {
    let (channel, project) = ("pypi".to_owned(), "engine".to_owned());
    Message::ProjectChanged { user: ada(), at: moment(0), by: grace(), channel, project, change }
}

fn status(status: ProjectStatus, reason: &str) -> Message {
    changed(ProjectChange::Status { status, reason: reason.to_owned() })
}

fn release_job() -> String {
    "GitHub Actions: acme/engine, release.yml".to_owned()
}

fn pending(news: PendingNews) -> Message {
    let (channel, project) = ("pypi".to_owned(), "engine".to_owned());
    Message::PendingPublisher { user: ada(), at: moment(0), channel, project, identity: release_job(), news }
}

fn token_cut(cut: bool) -> Message {
    let (token, place) = ("ci".to_owned(), "the project pypi/engine".to_owned());
    Message::TokenCut { user: ada(), at: moment(0), by: grace(), token, place, cut }
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_767_225_600 + seconds, 0).unwrap_or_default()
}

fn link(path: &str) -> String {
    format!("https://packages.example.org/{path}?key=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
}

fn client() -> Client {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    Client { address: Some([203, 0, 113, 7].into()), agent: agent.to_owned() }
}

fn key() -> Factor {
    Factor::Key("blue key on my ring".to_owned())
}

fn grace() -> By {
    By::Administrator(name("grace"))
}

fn parcel() -> String {
    "the project pypi/parcel".to_owned()
}

fn ada() -> UserName {
    name("ada")
}

fn name(text: &str) -> UserName {
    text.parse().expect("a user name")
}

fn address() -> Email {
    "ada@example.net".parse().expect("an address")
}

//! Entities for tests, with made-up but reproducible ids.

use bonded_model::actor::{Actor, Origin};
use bonded_model::audit::{AuditEntry, Event};
use bonded_model::channel::ProjectCreation;
use bonded_model::file::{File, PythonFile, PythonFileKind, Stored};
use bonded_model::ids::{
    ChannelId, EmailId, FileId, ProjectId, ReleaseId, RequestId, SubdirId, TokenId, UserId,
};
use bonded_model::people::{Client, Policy, UserInserted};
use bonded_model::project::{Project, Release};
use bonded_model::secret::SecretHash;
use bonded_model::token::{Cuts, Networks, Token, TokenScope, Verb};
use bonded_model::user::User;
use bonded_model::{
    Channel, ChannelFormat, Clock, Digests, Lifecycle, Random, Sha256, Switches, Timestamp, Visibility,
};
use bonded_store::{Store, StoreError, Tx};
use futures::future::BoxFuture;

/// A moment with microseconds, which must survive the way through the database.
pub(crate) fn now() -> Timestamp {
    "2026-01-02T03:04:05.000006Z".parse().unwrap()
}

pub(crate) fn random() -> Random {
    Random::System
}

pub(crate) fn user(name: &str) -> User {
    User {
        id: UserId::generate(now(), &random()),
        name: name.parse().unwrap(),
        display_name: None,
        email: "ada@example.org".parse().unwrap(),
        verified_at: None,
        admin: false,
        created_at: now(),
        suspended_at: None,
    }
}

pub(crate) fn channel(name: &str, format: ChannelFormat) -> Channel {
    Channel {
        id: ChannelId::generate(now(), &random()),
        name: name.parse().unwrap(),
        format,
        visibility: Visibility::Private,
        policy: Policy::NOTHING,
        create_projects: ProjectCreation::default(),
        switches: Switches::default(),
        signing: format.signing(),
        created_at: now(),
    }
}

pub(crate) fn project(channel: &Channel, name: &str) -> Project {
    Project {
        id: ProjectId::generate(now(), &random()),
        channel: channel.id,
        name: name.into(),
        display_name: name.to_uppercase(),
        serial: 0,
        created_at: now(),
        lifecycle: Lifecycle::default(),
        deleted_at: None,
        switches: Switches::default(),
    }
}

pub(crate) fn release(project: &Project, version: &str) -> Release {
    Release {
        id: ReleaseId::generate(now(), &random()),
        project: project.id,
        version: version.into(),
        metadata: r#"{"name":"x"}"#.into(),
        created_at: now(),
        yanked: None,
    }
}

pub(crate) fn stored(text: &str) -> Stored {
    Stored { sha256: Sha256::of(text.as_bytes()), size: text.len() as u64 }
}

pub(crate) fn file(project: &Project, release: &Release, name: &str) -> File {
    let digests = Digests { size: 7, sha256: Sha256::of(name.as_bytes()), blake2b: [2; 32], md5: [3; 16] };
    File {
        id: FileId::generate(now(), &random()),
        channel: project.channel,
        project: project.id,
        release: release.id,
        name: name.into(),
        digests,
        uploaded_at: now(),
        uploaded_by: None,
        token: None,
        deleted_at: None,
    }
}

pub(crate) fn wheel() -> PythonFile {
    PythonFile {
        kind: PythonFileKind::Wheel,
        python_tag: "py3".into(),
        requires_python: Some(">=3.9".into()),
        metadata: Some(stored("metadata")),
    }
}

pub(crate) fn token(user: &User, name: &str, scope: TokenScope) -> Token {
    Token {
        id: TokenId::generate(now(), &random()),
        user: user.id,
        name: name.into(),
        verbs: [Verb::Read, Verb::Publish].into_iter().collect(),
        scope,
        cuts: Cuts::default(),
        by_operator: false,
        minted_by: None,
        created_at: now(),
        secret_at: now(),
        expires_at: Some(now() + chrono::Duration::days(1)),
        revoked_at: None,
        last_used_at: None,
        last_client: Client::default(),
        networks: Networks::default(),
        leaked_at: None,
        rotations: 0,
        previous_until: None,
        presented: 0,
    }
}

pub(crate) fn subdir_id() -> SubdirId {
    SubdirId::generate(now(), &random())
}

pub(crate) fn entry(name: &str) -> AuditEntry {
    let origin = Origin {
        request: RequestId::generate(Clock::System.now(), &random()),
        address: Some("192.0.2.1".parse().unwrap()),
    };
    AuditEntry::new(now(), &Actor::Operator, &origin, Event::ProjectCreated { name: name.into() })
}

/// [`Store::write`] for works that can only fail with the database.
pub(crate) async fn write<T: Send + 'static>(
    store: &Store,
    work: impl for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
) -> T {
    store.write(work).await.expect("the write succeeds")
}

/// Makes an account with its primary address. False when anything of it is taken.
pub(crate) async fn add_user(tx: &mut Tx, user: &User) -> Result<bool, StoreError> {
    let inserted = tx.insert_user(user, EmailId::generate(now(), &random())).await?;
    Ok(inserted == UserInserted::Done)
}

/// Puts the accounts `ada` and `eve` into the database, who both say that `ada@example.org` is theirs.
pub(crate) async fn ada_and_eve(store: &Store) -> (User, User) {
    let (ada, eve) = (user("ada"), user("eve"));
    let people = (ada.clone(), eve.clone());
    write(store, move |tx| {
        Box::pin(async move {
            assert!(add_user(tx, &ada).await?);
            assert!(add_user(tx, &eve).await?);
            Ok(())
        })
    })
    .await;
    people
}

/// The hash of a made-up secret.
pub(crate) fn secret(number: u8) -> SecretHash {
    SecretHash::from([number; 32])
}

/// So many seconds after [`now`].
pub(crate) fn after(seconds: i64) -> Timestamp {
    now() + chrono::Duration::seconds(seconds)
}

/// Puts a channel with one project and one release into the database.
pub(crate) async fn seed(store: &Store, format: ChannelFormat) -> (Channel, Project, Release) {
    let channel = channel("team-a", format);
    let project = project(&channel, "acme");
    let release = release(&project, "1.0");
    let seeds = (channel.clone(), project.clone(), release.clone());
    write(store, move |tx| {
        Box::pin(async move {
            assert!(tx.insert_channel(&channel).await?);
            assert!(tx.insert_project(&project).await?);
            assert!(tx.insert_release(&release).await?);
            Ok(())
        })
    })
    .await;
    seeds
}

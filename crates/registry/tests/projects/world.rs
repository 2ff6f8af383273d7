//! People in browsers, and projects of theirs.

use bonded_model::actor::Origin;
use bonded_model::ids::RequestId;
use bonded_model::people::{Client, Policy};
use bonded_model::token::Verb;
use bonded_model::user::{ChannelRole, ProjectRole, User};
use bonded_registry::people::{Session, Visit};
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::{Package, Wheel};
use chrono::TimeDelta;

/// Somebody in a browser, with a token of theirs.
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) visit: Visit,
    pub(crate) token: String,
}

impl Person {
    /// Somebody with a role in `channel`, or with none, who proved just now who they are.
    pub(crate) async fn new(app: &TestApp, name: &str, channel: &str, role: Option<ChannelRole>) -> Self {
        let user = app.user(name).await;
        if let Some(role) = role {
            app.member(channel, &user, role).await;
        }
        Self::of(app, user).await
    }

    /// An account in a browser.
    pub(crate) async fn of(app: &TestApp, user: User) -> Self {
        let cookie = app.signed_in(&user, TimeDelta::zero()).await.cookie();
        let (_, secret) = cookie.split_once('=').expect("a cookie");
        let visit = Visit {
            origin: Origin {
                request: RequestId::generate(app.now(), &app.registry.random),
                address: Some([192, 0, 2, 7].into()),
            },
            client: Client::default(),
            browser: secret.parse().expect("a secret"),
            device: None,
        };
        let token = app.token(&user, Grant::verbs(Verb::ALL)).await;
        Self { user, visit, token }
    }

    pub(crate) async fn session(&self, app: &TestApp) -> Session {
        app.registry.session(&self.visit).await.expect("the database answers").expect("a session")
    }
}

/// Asks no second factor of anybody: what is tested here is something else.
pub(crate) async fn relax(app: &TestApp) {
    let operator = app.registry.operator_administers(&app.operator()).expect("the operator may");
    let origin = app.registry.local_origin();
    app.registry.set_policy(&operator, &origin, Policy::NOTHING).await.expect("the policy is set");
}

/// Ada owns `parcel` in the public channel `pypi`; carl administers the channel; eve may publish there; mo maintains.
pub(crate) struct World {
    pub(crate) ada: Person,
    pub(crate) carl: Person,
    pub(crate) eve: Person,
    pub(crate) mo: Person,
}

impl World {
    pub(crate) async fn python(app: &TestApp) -> Self {
        let world = Self::new(app, "pypi").await;
        for version in ["1.0", "2.0"] {
            app.upload_wheel("pypi", &world.ada.token, &Wheel::new("parcel", version)).await.expect(200);
        }
        world.add_maintainer(app, "pypi").await;
        world
    }

    pub(crate) async fn conda(app: &TestApp) -> Self {
        let world = Self::new(app, "main").await;
        for version in ["1.0", "2.0"] {
            app.upload_conda("main", &world.ada.token, &Package::noarch("parcel", version)).await.expect(201);
        }
        world.add_maintainer(app, "main").await;
        app.settle().await;
        world
    }

    async fn new(app: &TestApp, channel: &str) -> Self {
        relax(app).await;
        Self {
            ada: Person::new(app, "ada", channel, Some(ChannelRole::Publisher)).await,
            carl: Person::new(app, "carl", channel, Some(ChannelRole::Admin)).await,
            eve: Person::new(app, "eve", channel, Some(ChannelRole::Publisher)).await,
            mo: Person::new(app, "mo", channel, Some(ChannelRole::Publisher)).await,
        }
    }

    async fn add_maintainer(&self, app: &TestApp, channel: &str) {
        let channel = app.registry.channel_named(&app.operator(), channel).await.expect("the channel");
        let project = app.registry.project_named(&channel, "parcel").await.expect("the project").id;
        let mo = self.mo.user.id;
        let write = app.registry.store.write(move |tx| {
            Box::pin(async move {
                tx.put_project_role(project, mo, ProjectRole::Maintainer).await?;
                tx.announce(bonded_store::Change::Access);
                Ok::<_, bonded_store::StoreError>(())
            })
        });
        write.await.expect("the role is given");
    }
}

/// The subjects of the mails that were sent since this was asked last, with their recipients, sorted.
pub(crate) async fn mails(app: &TestApp) -> Vec<(String, String)> {
    app.settle().await;
    let Ok(entries) = std::fs::read_dir(app.outbox()) else { return Vec::new() };
    let mut mails = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a mail");
        std::fs::remove_file(&path).expect("a mail");
        let mail = mailparse::parse_mail(&bytes).expect("a well-formed mail");
        let header = |name: &str| {
            let found = mail.headers.iter().find(|header| header.get_key().eq_ignore_ascii_case(name));
            found.expect("a header").get_value()
        };
        let subject = header("Subject").replace("[Bonded] ", "");
        mails.push((subject, header("To")));
    }
    mails.sort();
    mails
}

/// The tags of the audit log, oldest first.
pub(crate) async fn tags(app: &TestApp) -> Vec<String> {
    let mut reader = app.registry.store.read().await.expect("the database answers");
    let rows = reader.audit_rows(0, 10_000).await.expect("the database answers");
    rows.into_iter().map(|row| row.tag).collect()
}

/// Asserts that a result is a certain error, and gives its text.
macro_rules! refused {
    ($result:expr, $pattern:pat) => {
        match $result {
            Err(error) => {
                assert!(matches!(error, $pattern), "another error: {error:?}");
                error.to_string()
            }
            Ok(_) => panic!("nothing was refused"),
        }
    };
}
pub(crate) use refused;

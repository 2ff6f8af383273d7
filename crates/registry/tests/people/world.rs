//! Browsers, their people and their mails.

use std::path::Path;

use bonded_model::actor::Origin;
use bonded_model::ids::RequestId;
use bonded_model::people::{Client, Policy, ProofKind};
use bonded_model::secret::Secret;
use bonded_model::user::User;
use bonded_registry::Error;
use bonded_registry::access::{Administer, Permit, ViewPeople};
use bonded_registry::people::{Entry, NewPerson, PeopleSettings, Rotated, Session, Visit};
use bonded_testkit::app::Setup;
use bonded_testkit::{Engine, TestApp};
use secrecy::SecretString;

/// What everybody has until they change it.
pub(crate) const PASSWORD: &str = "violet otter 93 trumpet";
/// What they change it to.
pub(crate) const OTHER_PASSWORD: &str = "seven anvils under glass";

/// An app where something about people differs.
pub(crate) async fn with_people(engine: Engine, change: impl FnOnce(&mut PeopleSettings)) -> TestApp {
    let mut setup = Setup::default();
    change(&mut setup.settings.people);
    TestApp::with(engine, setup).await
}

/// A password as forms hand it over.
pub(crate) fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

/// An account as somebody would type it.
pub(crate) fn typed(name: &str) -> NewPerson {
    NewPerson {
        name: name.to_owned(),
        email: format!("{name}@example.org"),
        display_name: None,
        password: secret(PASSWORD),
    }
}

/// The field that was refused.
pub(crate) fn field<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::Field { field, .. }) => field,
        Err(other) => panic!("another error: {other:?}"),
        Ok(_) => panic!("nothing was refused"),
    }
}

/// Asserts that a result is a certain error.
macro_rules! refused {
    ($result:expr, $pattern:pat) => {
        match $result {
            Err($pattern) => {}
            Err(other) => panic!("another error: {other:?}"),
            Ok(_) => panic!("nothing was refused"),
        }
    };
}
pub(crate) use refused;

/// A browser that keeps the cookies that it is given.
pub(crate) struct Browser<'a> {
    app: &'a TestApp,
    pub(crate) visit: Visit,
}

impl<'a> Browser<'a> {
    /// One that was never here.
    pub(crate) fn new(app: &'a TestApp) -> Self {
        let visit = Visit {
            origin: origin(app, "192.0.2.1"),
            client: Client { address: None, agent: "test".into() },
            browser: Secret::generate(&app.registry.random),
            device: None,
        };
        Self { app, visit }
    }

    /// The same browser at another address.
    pub(crate) fn at(mut self, address: &str) -> Self {
        self.visit.origin = origin(self.app, address);
        self
    }

    /// Keeps new cookies.
    pub(crate) fn take(&mut self, rotated: Rotated) {
        self.visit.browser = rotated.browser;
        self.visit.device = rotated.device.or(self.visit.device.take());
    }

    /// Keeps the cookies of somebody who is signed in by now.
    pub(crate) fn enter(&mut self, entry: Entry) {
        match entry {
            Entry::SignedIn { rotated, .. } => self.take(rotated),
            other => panic!("something more is asked for: {other:?}"),
        }
    }

    /// Whether somebody is signed in.
    pub(crate) async fn is_signed_in(&self) -> bool {
        self.app.registry.session(&self.visit).await.expect("the database answers").is_some()
    }

    /// Who is signed in.
    pub(crate) async fn session(&self) -> Session {
        self.app.registry.session(&self.visit).await.expect("the database answers").expect("a session")
    }

    /// Signs somebody in who needs nothing but a password.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Result<(), Error> {
        let entry = self.app.registry.sign_in(&self.visit, name, secret(password), "/").await?;
        self.enter(entry);
        Ok(())
    }

    /// Proves by the password.
    pub(crate) async fn prove(&mut self) {
        let session = self.session().await;
        let proved = self.app.registry.prove_with_password(&session, &self.visit, secret(PASSWORD)).await;
        self.take(proved.expect("the password is right"));
    }

    /// The permit of an administrator.
    pub(crate) async fn administers(&self) -> Permit<Administer> {
        let session = self.session().await;
        self.app.registry.administer(&session.fresh().expect("a fresh proof")).expect("an administrator")
    }

    /// The permit to look.
    pub(crate) async fn looks(&self) -> Permit<ViewPeople> {
        let session = self.session().await;
        self.app.registry.view_people(&session.cleared().expect("no fence")).expect("an administrator")
    }
}

fn origin(app: &TestApp, address: &str) -> Origin {
    let request = RequestId::generate(app.now(), &app.registry.random);
    Origin { request, address: Some(address.parse().expect("an address")) }
}

/// Signs up and verifies the address.
pub(crate) async fn person<'a>(app: &'a TestApp, name: &str) -> Browser<'a> {
    let mut browser = unverified(app, name).await;
    let key = link(app, &format!("{name}@example.org"), "Confirm your e-mail address").await;
    app.registry.verify_email(&browser.visit, &key).await.expect("the link is right");
    browser.prove().await;
    browser
}

/// Signs up, and leaves the mail unread.
pub(crate) async fn unverified<'a>(app: &'a TestApp, name: &str) -> Browser<'a> {
    let mut browser = Browser::new(app);
    let entry = app.registry.sign_up(&browser.visit, typed(name), None).await;
    browser.enter(entry.expect("the account is made"));
    browser
}

/// Signs in an administrator whom the operator made. No second factor is asked of anybody from now on.
pub(crate) async fn administrator<'a>(app: &'a TestApp, name: &str) -> Browser<'a> {
    let operator = app.registry.operator_administers(&app.operator()).expect("the operator may");
    let origin = app.registry.local_origin();
    app.registry.set_policy(&operator, &origin, Policy::NOTHING).await.expect("the policy is set");
    let user = app.admin(name).await;
    give_password(app, &user).await;
    let mut browser = Browser::new(app);
    browser.sign_in(name, PASSWORD).await.expect("the password is right");
    drop(mails(app).await);
    browser
}

/// Hands somebody whom the operator made a link, by which they set their password.
pub(crate) async fn give_password(app: &TestApp, user: &User) {
    let url = app.registry.set_password_link(&app.operator(), user).await.expect("the link is made");
    let browser = Browser::new(app);
    let done = app.registry.reset_password(&browser.visit, &key_of(&url), secret(PASSWORD)).await;
    done.expect("the password is set");
}

/// The secret in a link.
pub(crate) fn key_of(url: &str) -> Secret {
    let (_, key) = url.rsplit_once("key=").expect("a link with a key");
    key.parse().expect("a secret")
}

/// A mail as its reader sees it.
#[derive(Debug)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Mail {
    /// The links with a secret in it.
    pub(crate) fn links(&self) -> Vec<&str> {
        self.text.split_whitespace().filter(|word| word.contains("key=")).collect()
    }
}

/// The mails that were sent since this was asked last.
pub(crate) async fn mails(app: &TestApp) -> Vec<Mail> {
    app.settle().await;
    let outbox = app.outbox();
    let Ok(entries) = std::fs::read_dir(&outbox) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| open_mail(path)).collect()
}

fn open_mail(path: &Path) -> Mail {
    let bytes = std::fs::read(path).expect("a mail");
    std::fs::remove_file(path).expect("a mail");
    let mail = mailparse::parse_mail(&bytes).expect("a well-formed mail");
    let header = |name: &str| {
        let found = mail.headers.iter().find(|header| header.get_key().eq_ignore_ascii_case(name));
        found.expect("a header").get_value()
    };
    let subject = header("Subject");
    let subject = subject.strip_prefix("[Bonded] ").expect("the instance's name").to_owned();
    let text = mail.subparts[0].get_body().expect("a text");
    Mail { to: header("To"), subject, text }
}

/// Who got a mail with this subject, of those that were sent since mails were asked for last.
pub(crate) async fn recipients(app: &TestApp, subject: &str) -> Vec<String> {
    let mails = mails(app).await;
    let mut to: Vec<_> =
        mails.into_iter().filter(|mail| mail.subject == subject).map(|mail| mail.to).collect();
    to.sort();
    to
}

/// The secret in the one new mail to somebody with this subject.
pub(crate) async fn link(app: &TestApp, to: &str, subject: &str) -> Secret {
    let mails = mails(app).await;
    let mut found = mails.iter().filter(|mail| mail.to == to && mail.subject == subject);
    match (found.next(), found.next()) {
        (Some(mail), None) => key_of(mail.links()[0]),
        _ => panic!("not one mail '{subject}' to {to}: {mails:?}"),
    }
}

/// Sets up an authenticator app behind everybody's back: of interest is only that there is one.
pub(crate) async fn give_totp(app: &TestApp, user: &User) {
    let totp = bonded_model::people::Totp {
        user: user.id,
        secret: vec![0; 20],
        last_step: 0,
        created_at: app.now(),
        last_used_at: None,
    };
    let write = app.registry.store.write(move |tx| Box::pin(async move { tx.put_totp(&totp).await }));
    write.await.expect("the database answers");
}

/// How a session was proved, for tests about what is kept.
pub(crate) fn proof(session: &Session) -> ProofKind {
    session.proof().kind
}

/// The account of this name.
pub(crate) async fn account(app: &TestApp, name: &str) -> User {
    app.registry.user_named(&app.operator(), name).await.expect("the account")
}

/// Whether a name and a password sign in.
pub(crate) async fn can_sign_in(app: &TestApp, name: &str, password: &str) -> bool {
    Browser::new(app).sign_in(name, password).await.is_ok()
}

/// The tags of the audit log, oldest first.
pub(crate) async fn tags(app: &TestApp) -> Vec<String> {
    let mut reader = app.registry.store.read().await.expect("the database answers");
    let rows = reader.audit_rows(0, 10_000).await.expect("the database answers");
    rows.into_iter().map(|row| row.tag).collect()
}

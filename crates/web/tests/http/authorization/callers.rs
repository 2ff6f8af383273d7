//! The kinds of callers.

use std::collections::HashMap;

use bonded_model::token::{ApiToken, Verb};
use bonded_model::user::{ChannelRole, User};
use bonded_model::{Actor, Random};
use bonded_registry::access::Presented;
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::{Package, Wheel};
use chrono::TimeDelta;

use super::jobs::attest;
use super::requests::{CHANNELS, PACKAGE, PROJECT};
use super::table::Place;

/// In the order of the table's columns.
pub(super) const CALLERS: [&str; 32] = [
    // No token.
    "anonymous",
    // A token with every verb, of a user with this role.
    "stranger",
    "reader",
    "publisher",
    "owner",
    "admin",
    "instance",
    // A token of the project's owner with this verb alone.
    "only-read",
    "only-publish",
    "only-yank",
    "only-delete",
    "only-manage",
    // A token of the project's owner with every verb and this scope.
    "other-channel",
    "other-project",
    "project",
    // A token of the project's owner that ended.
    "expired",
    "revoked",
    // No token that was ever issued.
    "unknown",
    // A token of the project's owner in the path.
    "read-in-path",
    "publish-in-path",
    // A token with every verb, of a user with roles like those of the publisher and of the owner, but all of it through
    // a group, or as a maintainer.
    "group-publisher",
    "group-maintainer",
    "maintainer",
    // The same of somebody who was a maintainer, and of somebody who was in that group.
    "removed-member",
    "removed-from-group",
    // Of an owner whose account is suspended.
    "suspended",
    // A browser in which the owner is signed in: cookies count on pages for people alone.
    "signed-in",
    // A token of the project's owner that was cut off in every channel, and one that never ends.
    "cut-off",
    "endless",
    // The token of a trusted publisher of the owner's project, and of the other project, in every channel.
    "job",
    "other-job",
    // A token of the project's owner with every verb for the whole channel that is asked for.
    "channel",
];

/// Every token but one ends, because the channels ask for that.
pub(super) fn ending(verbs: &[Verb]) -> Grant {
    Grant::verbs(verbs).lives(TimeDelta::days(90))
}

pub(super) fn every_verb() -> Grant {
    ending(Verb::ALL)
}

/// How a caller presents what it has.
#[derive(Clone, Debug)]
pub(super) enum Credential {
    Nothing,
    Header(String),
    Path(String),
    Cookie(String),
}

/// The credentials of all callers. Scopes name channels, so those that have one exist for each place.
pub(super) struct Callers(pub(super) HashMap<String, Credential>);

impl Callers {
    /// Makes accounts and tokens, and the project that the owner owns.
    pub(super) async fn new(app: &TestApp) -> Self {
        let mut callers = Self(HashMap::new());
        callers.add_members(app).await;
        callers.add_owners(app).await;
        callers.add_roles(app).await;
        callers.add_jobs(app).await;
        attest(app).await;
        callers
    }

    /// The credential of a caller who asks for a channel of this kind.
    pub(super) fn of(&self, caller: &str, place: Place) -> Credential {
        let found = self.0.get(&format!("{caller} {place:?}")).or_else(|| self.0.get(caller));
        found.unwrap_or_else(|| panic!("there is no caller '{caller}'")).clone()
    }

    pub(super) fn header(&mut self, caller: &str, token: String) {
        self.0.insert(caller.to_owned(), Credential::Header(token));
    }

    async fn add_members(&mut self, app: &TestApp) {
        self.0.insert("anonymous".to_owned(), Credential::Nothing);
        let unknown = ApiToken::generate(&Random::System).expose().to_owned();
        self.header("unknown", unknown);
        let everything = every_verb();
        for (name, role) in [
            ("stranger", None),
            ("reader", Some(ChannelRole::Reader)),
            ("publisher", Some(ChannelRole::Publisher)),
            ("admin", Some(ChannelRole::Admin)),
        ] {
            let user = app.user(name).await;
            for channel in CHANNELS {
                if let Some(role) = role {
                    app.member(channel, &user, role).await;
                }
            }
            self.header(name, app.token(&user, everything.clone()).await);
        }
        let instance = app.admin("instance").await;
        self.header("instance", app.token(&instance, everything).await);
    }

    async fn add_owners(&mut self, app: &TestApp) {
        let owner = app.user("owner").await;
        for channel in CHANNELS {
            app.member(channel, &owner, ChannelRole::Publisher).await;
        }
        let all = app.token(&owner, every_verb()).await;
        publish_first(app, &all).await;
        self.header("owner", all);
        for verb in Verb::ALL {
            self.header(&format!("only-{verb}"), app.token(&owner, ending(&[*verb])).await);
        }
        for (place, visible) in
            [(Place::Public, "public"), (Place::Private, "private"), (Place::Unknown, "public")]
        {
            let [python, conda] = ["python", "conda"].map(|format| format!("{visible}-{format}"));
            let whole = every_verb();
            let other = whole.clone().project(&python, "other").project(&conda, "other");
            self.header(&format!("other-project {place:?}"), app.token(&owner, other).await);
            let project = whole.project(&python, PROJECT).project(&conda, PACKAGE);
            self.header(&format!("project {place:?}"), app.token(&owner, project).await);
            let channel = every_verb().channel(&python).channel(&conda);
            self.header(&format!("channel {place:?}"), app.token(&owner, channel).await);
        }
        let nowhere = every_verb().channel("pypi");
        let token = app.token(&owner, nowhere).await;
        for scope in ["other-channel", "other-project", "project", "channel"] {
            self.header(scope, token.clone());
        }
        self.add_ended(app, &owner).await;
        for (caller, verbs) in
            [("read-in-path", &[Verb::Read][..]), ("publish-in-path", &[Verb::Read, Verb::Publish])]
        {
            let token = app.token(&owner, ending(verbs)).await;
            self.0.insert(caller.to_owned(), Credential::Path(token));
        }
    }

    async fn add_ended(&mut self, app: &TestApp, owner: &User) {
        let expiring = app.token(owner, Grant::verbs(Verb::ALL).lives(TimeDelta::seconds(1))).await;
        app.advance(TimeDelta::seconds(1));
        self.header("expired", expiring);
        let revoked = app.issue(owner, every_verb()).await;
        // Known to the cache while it worked.
        let presented = Presented::Token(revoked.secret.clone());
        let actor = app
            .registry
            .authenticate(&presented, &app.registry.local_origin(), "test")
            .await
            .expect("it works");
        assert!(matches!(actor, Actor::Principal(_)));
        app.registry.revoke_token(&app.operator(), revoked.token.id).await.expect("it is revoked");
        self.header("revoked", revoked.secret.expose().to_owned());
    }
}

/// The owner's projects in every channel, and the other project that some tokens are for.
async fn publish_first(app: &TestApp, token: &str) {
    for visible in ["public", "private"] {
        for name in [PROJECT, "other"] {
            let wheel = Wheel::new(name, "1.0");
            app.upload_wheel(&format!("{visible}-python"), token, &wheel).await.expect(200);
        }
        for name in [PACKAGE, "other"] {
            let package = Package::noarch(name, "1.0");
            app.upload_conda(&format!("{visible}-conda"), token, &package).await.expect(201);
        }
    }
}

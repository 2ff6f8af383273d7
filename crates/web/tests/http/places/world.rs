//! A public and a private channel with the same projects, and everybody who can stand to them in a different way.

use std::collections::HashMap;

use bonded_model::group::GroupRole;
use bonded_model::token::Verb;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_model::{ChannelFormat, Visibility};
use bonded_registry::roles::Holder;
use bonded_testkit::TestApp;
use bonded_testkit::app::{Grant, SignedIn};
use bonded_testkit::fixtures::Wheel;
use chrono::TimeDelta;
use http::Method;

const CHANNELS: [(&str, Visibility); 2] = [("public", Visibility::Public), ("private", Visibility::Private)];
/// Conda channels with the same members.
const CONDA: [(&str, Visibility); 2] =
    [("public-conda", Visibility::Public), ("private-conda", Visibility::Private)];

/// In the order of the table's columns. `member` has the roles of an owner through a group alone; `stale` is an owner who
/// proved 16 minutes ago who they are. `removed` was a maintainer and was removed from the channels, `left` was in the
/// group; `suspended` is an owner.
pub(super) const VISITORS: [&str; 13] = [
    "nobody",
    "outsider",
    "reader",
    "publisher",
    "maintainer",
    "owner",
    "member",
    "stale",
    "admin",
    "instance",
    "removed",
    "left",
    "suspended",
];

pub(super) struct World(HashMap<&'static str, SignedIn>);

impl World {
    pub(super) async fn new(app: &TestApp) -> Self {
        for (channel, visibility) in CHANNELS {
            app.channel(channel, ChannelFormat::Python, visibility).await;
        }
        for (channel, visibility) in CONDA {
            app.channel(channel, ChannelFormat::Conda, visibility).await;
        }
        let mut users = HashMap::new();
        for (name, role) in [
            ("outsider", None),
            ("reader", Some(ChannelRole::Reader)),
            ("publisher", Some(ChannelRole::Publisher)),
            ("maintainer", Some(ChannelRole::Publisher)),
            ("owner", Some(ChannelRole::Publisher)),
            ("member", None),
            ("stale", Some(ChannelRole::Publisher)),
            ("admin", Some(ChannelRole::Admin)),
            ("removed", Some(ChannelRole::Publisher)),
            ("left", None),
            ("suspended", Some(ChannelRole::Publisher)),
        ] {
            let user = app.user(name).await;
            app.secure(&user).await;
            for (channel, _) in CHANNELS.into_iter().chain(CONDA) {
                if let Some(role) = role {
                    app.member(channel, &user, role).await;
                }
            }
            users.insert(name, user);
        }
        let instance = app.admin("instance").await;
        app.secure(&instance).await;
        let token = app.token(&users["owner"], Grant::verbs(Verb::ALL)).await;
        for (channel, _) in CHANNELS {
            let hidden = if channel == "private" { "hush" } else { "shown" };
            for project in ["acme", hidden] {
                app.upload_wheel(channel, &token, &Wheel::new(project, "1.0")).await.expect(200);
            }
        }
        users.insert("instance", instance);
        let mut world = Self(HashMap::from([("nobody", SignedIn::nobody(app))]));
        for (name, user) in &users {
            let ago = if *name == "stale" { TimeDelta::minutes(16) } else { TimeDelta::zero() };
            world.0.insert(name, app.signed_in(user, ago).await);
        }
        world.give_roles(app).await;
        world
    }

    async fn give_roles(&self, app: &TestApp) {
        let made = self.post(app, "/admin/groups", "name=core&manager=member").await;
        assert_eq!(made, "/groups/core?done=group-created");
        let origin = app.registry.local_origin();
        for (channel, _) in CHANNELS.into_iter().chain(CONDA) {
            let form = "kind=group&name=core&role=publisher";
            self.post(app, &format!("/channels/{channel}/people"), form).await;
        }
        for (channel, _) in CHANNELS {
            let permit = app.registry.operator_manages_project(&app.operator(), channel, "acme").await;
            let permit = permit.expect("the operator may");
            for (holder, role) in [
                (Holder::User("maintainer".into()), ProjectRole::Maintainer),
                (Holder::User("stale".into()), ProjectRole::Owner),
                (Holder::User("removed".into()), ProjectRole::Maintainer),
                (Holder::User("suspended".into()), ProjectRole::Owner),
                (Holder::Group("core".into()), ProjectRole::Owner),
            ] {
                app.registry.put_role(&permit, &origin, &holder, role).await.expect("the role is given");
            }
        }
        self.take_roles(app).await;
    }

    /// What some had, and have no more.
    async fn take_roles(&self, app: &TestApp) {
        let (registry, operator, origin) = (&app.registry, app.operator(), app.registry.local_origin());
        let group = registry.operator_manages_group(&operator, "core").await.expect("the operator may");
        let left = Holder::User("left".into());
        registry.put_role(&group, &origin, &left, GroupRole::Member).await.expect("they come");
        registry.remove_role(&group, &origin, &left).await.expect("they go");
        for (channel, _) in CHANNELS.into_iter().chain(CONDA) {
            let permit =
                registry.operator_manages_channel(&operator, channel).await.expect("the operator may");
            let removed = Holder::User("removed".into());
            registry.remove_role(&permit, &origin, &removed).await.expect("they are removed");
        }
        let administers = registry.operator_administers(&operator).expect("the operator may");
        let suspended = registry.user_named(&operator, "suspended").await.expect("the account");
        registry.suspend(&administers, &origin, suspended.id).await.expect("suspended");
    }

    /// What an administrator of the instance sends, and where it leads.
    async fn post(&self, app: &TestApp, path: &str, form: &str) -> String {
        let browser = self.browser("instance");
        let request = app.request(Method::POST, path).header("cookie", &browser.cookie());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(format!("csrf={}&{form}", browser.csrf())).await.expect(303);
        answer.header("location").to_owned()
    }

    pub(super) fn browser(&self, visitor: &str) -> &SignedIn {
        self.0.get(visitor).unwrap_or_else(|| panic!("there is no visitor '{visitor}'"))
    }
}

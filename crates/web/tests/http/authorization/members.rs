//! Callers whose rights come from groups, ended, or meet a rule of the channel.

use bonded_model::Switches;
use bonded_model::group::GroupRole;
use bonded_model::ids::TokenId;
use bonded_model::token::{ApiToken, TokenCut, Verb};
use bonded_model::user::{ChannelRole, ProjectRole, User};
use bonded_registry::access::Presented;
use bonded_registry::roles::Holder;
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use chrono::TimeDelta;

use super::callers::{Callers, Credential, every_verb};
use super::requests::{CHANNELS, PACKAGE, PROJECT};

/// In each channel, the project that the owner owns.
fn places() -> [(&'static str, &'static str); 4] {
    CHANNELS.map(|channel| (channel, if channel.ends_with("python") { PROJECT } else { PACKAGE }))
}

impl Callers {
    /// Callers besides those who simply are members. They come last: their rules hold for everybody from then on.
    pub(super) async fn add_roles(&mut self, app: &TestApp) {
        self.add_group_members(app).await;
        self.add_maintainers(app).await;
        self.add_owners_in_trouble(app).await;
        let origin = app.registry.local_origin();
        for channel in CHANNELS {
            let permit = app
                .registry
                .operator_manages_channel(&app.operator(), channel)
                .await
                .expect("the operator may");
            let switches = Switches { tokens_need_expiry: true, ..Switches::default() };
            app.registry.set_channel_switches(&permit, &origin, switches).await.expect("the rule is set");
        }
    }

    async fn add_group_members(&mut self, app: &TestApp) {
        for (group, caller, role) in [
            ("publishers", "group-publisher", None),
            ("maintainers", "group-maintainer", Some(ProjectRole::Maintainer)),
        ] {
            let user = app.user(caller).await;
            make_group(app, group, &user, role).await;
            self.header(caller, app.token(&user, every_verb()).await);
        }
        let user = app.user("removed-from-group").await;
        let operator = app.operator();
        let permit =
            app.registry.operator_manages_group(&operator, "maintainers").await.expect("the operator may");
        let (origin, holder) = (app.registry.local_origin(), Holder::User("removed-from-group".into()));
        app.registry
            .put_role(&permit, &origin, &holder, GroupRole::Member)
            .await
            .expect("they are in the group");
        let issued = app.issue(&user, every_verb()).await.secret;
        use_once(app, &issued).await;
        app.registry.remove_role(&permit, &origin, &holder).await.expect("they are out of it");
        self.header("removed-from-group", issued.expose().to_owned());
    }

    async fn add_maintainers(&mut self, app: &TestApp) {
        for caller in ["maintainer", "removed-member"] {
            let user = app.user(caller).await;
            maintain(app, &user, ProjectRole::Maintainer).await;
            let issued = app.issue(&user, every_verb()).await.secret;
            use_once(app, &issued).await;
            self.header(caller, issued.expose().to_owned());
        }
        for (channel, _) in places() {
            let channel = app.registry.channel_named(&app.operator(), channel).await.expect("the channel");
            let user = app.registry.user_named(&app.operator(), "removed-member").await.expect("the account");
            app.registry.remove_member(&app.operator(), &channel, &user).await.expect("they are removed");
        }
    }

    async fn add_owners_in_trouble(&mut self, app: &TestApp) {
        let suspended = app.user("suspended").await;
        maintain(app, &suspended, ProjectRole::Owner).await;
        let issued = app.issue(&suspended, every_verb()).await.secret;
        use_once(app, &issued).await;
        let permit = app.registry.operator_administers(&app.operator()).expect("the operator may");
        app.registry.suspend(&permit, &app.registry.local_origin(), suspended.id).await.expect("suspended");
        self.header("suspended", issued.expose().to_owned());
        let owner = app.registry.user_named(&app.operator(), "owner").await.expect("the account");
        let browser = app.signed_in(&owner, TimeDelta::zero()).await;
        self.0.insert("signed-in".to_owned(), Credential::Cookie(browser.cookie()));
        self.header("endless", app.token(&owner, Grant::verbs(Verb::ALL)).await);
        let cut = app.issue(&owner, every_verb()).await;
        use_once(app, &cut.secret).await;
        cut_off(app, cut.token.id).await;
        self.header("cut-off", cut.secret.expose().to_owned());
    }
}

/// What is known of a token while it works, and so stands in caches, must be forgotten.
async fn use_once(app: &TestApp, token: &ApiToken) {
    let presented = Presented::Token(token.clone());
    app.registry.authenticate(&presented, &app.registry.local_origin(), "test").await.expect("it works");
}

/// Makes somebody a publisher of every channel, with a role in the owner's projects.
async fn maintain(app: &TestApp, user: &User, role: ProjectRole) {
    let origin = app.registry.local_origin();
    for (channel, project) in places() {
        app.member(channel, user, ChannelRole::Publisher).await;
        let operator = app.operator();
        let permit = app.registry.operator_manages_project(&operator, channel, project).await.expect("may");
        let holder = Holder::User(user.name.to_string());
        app.registry.put_role(&permit, &origin, &holder, role).await.expect("the role is given");
    }
}

/// A group that publishes in every channel, perhaps with a role in the owner's projects.
async fn make_group(app: &TestApp, name: &str, user: &User, role: Option<ProjectRole>) {
    let (operator, origin) = (app.operator(), app.registry.local_origin());
    let administer = app.registry.operator_administers(&operator).expect("the operator may");
    let manager = Some(user.name.as_str());
    app.registry.create_group(&administer, &origin, name, manager).await.expect("the group is made");
    let holder = Holder::Group(name.to_owned());
    for (channel, project) in places() {
        let permit = app.registry.operator_manages_channel(&operator, channel).await.expect("may");
        app.registry
            .put_role(&permit, &origin, &holder, ChannelRole::Publisher)
            .await
            .expect("the role is given");
        if let Some(role) = role {
            let permit =
                app.registry.operator_manages_project(&operator, channel, project).await.expect("may");
            app.registry.put_role(&permit, &origin, &holder, role).await.expect("the role is given");
        }
    }
}

/// Cuts a token off in every channel. Caches hear of it with the next change of rights, which follows.
async fn cut_off(app: &TestApp, token: TokenId) {
    for name in CHANNELS {
        let channel = app.registry.channel_named(&app.operator(), name).await.expect("the channel").id;
        let cut = TokenCut { token, channel, project: None, at: app.now(), by: None };
        let write =
            app.registry.store.write(move |tx| Box::pin(async move { tx.cut_token(&cut).await.map(drop) }));
        write.await.expect("it is cut off");
    }
}

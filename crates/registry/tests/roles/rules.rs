//! What channels and projects ask of credentials, and who creates projects.

use bonded_model::channel::ProjectCreation;
use bonded_model::python::ProjectName;
use bonded_model::token::{ApiToken, Verb};
use bonded_model::user::ChannelRole;
use bonded_model::{Sha256, Switches};
use bonded_registry::access::{Denial, Permit, Presented, Publish};
use bonded_registry::python::UploadForm;
use bonded_registry::{Error, Outcome};
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::Wheel;
use chrono::TimeDelta;

use crate::places::*;
use crate::with_roles_app;
use crate::world::*;

const ENDING: Switches =
    Switches { trusted_publishers_only: false, tokens_need_expiry: true, longest_token_life: None };

const fn life(days: u32) -> Switches {
    Switches { trusted_publishers_only: false, tokens_need_expiry: false, longest_token_life: Some(days) }
}

/// Begins an upload of `parcel` to `pypi`: it is permitted, and its bytes are under way.
async fn begin(app: &TestApp, token: &ApiToken) -> Permit<Publish> {
    let presented = Presented::Token(token.clone());
    let epoch = app.registry.access.epoch();
    let actor =
        app.registry.authenticate(&presented, &app.registry.local_origin(), "test").await.expect("it works");
    let name: ProjectName = "parcel".parse().expect("a name");
    app.registry.permit_python_upload((&actor, epoch), "pypi", &name).await.expect("it is permitted")
}

/// Ends it: the bytes are there.
async fn end(app: &TestApp, permit: Permit<Publish>) -> Result<Outcome, Error> {
    let wheel = Wheel::new("parcel", "1.0");
    let (bytes, mut form) = (wheel.build(), UploadForm::default());
    for (name, value) in [
        ("sha256_digest", Sha256::of(&bytes).to_string().as_str()),
        ("name", "parcel"),
        ("version", "1.0"),
        ("metadata_version", "2.1"),
        ("filetype", "bdist_wheel"),
        ("pyversion", "py3"),
    ] {
        form.push(name.to_owned(), value.to_owned()).expect("a field");
    }
    let mut staging = app.registry.blobs.stage(1 << 20);
    staging.write(bytes.into()).await.expect("bytes");
    let staged = staging.finish().await.expect("staged");
    let filename = wheel.filename().parse().expect("a file name");
    app.registry.publish_python(permit, app.registry.local_origin(), form, filename, staged).await
}

with_roles_app! {
    async fn rules_that_come_while_an_upload_is_on_its_way(app: TestApp) {
        let ada = app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        project(&app, "parcel", "ada").await;
        let (project, channel) = (project_by_operator(&app, "parcel").await, channel_by_operator(&app, "pypi").await);
        let (origin, token) = (app.registry.local_origin(), token_of(&app, &ada).await);
        let permit = begin(&app, &token).await;
        app.registry.set_channel_switches(&channel, &origin, ENDING).await.expect("set");
        refused!(end(&app, permit).await, Error::Denied(Denial::Forbidden(_)));
        app.registry.set_channel_switches(&channel, &origin, Switches::default()).await.expect("set");
        let permit = begin(&app, &token).await;
        app.registry.set_project_switches(&project, &origin, ENDING).await.expect("set");
        refused!(end(&app, permit).await, Error::Denied(Denial::Forbidden(_)));
        app.registry.set_project_switches(&project, &origin, Switches::default()).await.expect("set");
        let permit = begin(&app, &token).await;
        assert_eq!(end(&app, permit).await.expect("nothing is asked any more"), Outcome::Published);
    }

    async fn a_role_through_a_group_that_ends_while_an_upload_is_on_its_way(app: TestApp) {
        app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        let eve = app.user("eve").await;
        project(&app, "parcel", "ada").await;
        group_with(&app, "builders", &["eve"]).await;
        group_in(&app, "builders", "pypi", ChannelRole::Admin).await;
        let permit = begin(&app, &token_of(&app, &eve).await).await;
        let members = app.registry.operator_manages_group(&app.operator(), "builders").await.expect("may");
        app.registry.remove_role(&members, &app.registry.local_origin(), &user("eve")).await.expect_err("the last admin");
        app.member("pypi", &account(&app, "ada").await, ChannelRole::Admin).await;
        app.registry.remove_role(&members, &app.registry.local_origin(), &user("eve")).await.expect("eve leaves");
        refused!(end(&app, permit).await, Error::Denied(_));
    }

    async fn tokens_that_a_project_or_its_channel_does_not_take(app: TestApp) {
        let ada = app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        project(&app, "parcel", "ada").await;
        project(&app, "other", "ada").await;
        let (project, channel) = (project_by_operator(&app, "parcel").await, channel_by_operator(&app, "pypi").await);
        let origin = app.registry.local_origin();
        let endless = token_of(&app, &ada).await;
        let quarter = app.issue(&ada, Grant::verbs(&[Verb::Publish]).lives(TimeDelta::days(90))).await.secret;
        app.registry.set_project_switches(&project, &origin, ENDING).await.expect("set");
        let refused = text(upload(&app, &endless, "pypi", "parcel").await);
        assert_eq!(refused, "Invalid API Token: tokens need an expiry for project 'parcel'");
        upload(&app, &endless, "pypi", "other").await.expect("another project");
        upload(&app, &quarter, "pypi", "parcel").await.expect("it ends");
        app.registry.set_project_switches(&project, &origin, life(90)).await.expect("set");
        upload(&app, &quarter, "pypi", "parcel").await.expect("not longer than that");
        app.registry.set_channel_switches(&channel, &origin, life(30)).await.expect("set");
        let refused = text(upload(&app, &quarter, "pypi", "parcel").await);
        assert_eq!(refused, "Invalid API Token: tokens must not live longer than 30 days for project 'parcel'");
        let trusted = Switches { trusted_publishers_only: true, ..Switches::default() };
        app.registry.set_channel_switches(&channel, &origin, trusted).await.expect("set");
        let refused = text(upload(&app, &quarter, "pypi", "other").await);
        assert_eq!(refused, "Project 'other' takes uploads from trusted publishers only");
        app.registry.set_channel_switches(&channel, &origin, Switches::default()).await.expect("set");
        upload(&app, &quarter, "pypi", "other").await.expect("as before");
    }

    async fn no_days_and_too_many_are_refused(app: TestApp) {
        let (channel, origin) = (channel_by_operator(&app, "pypi").await, app.registry.local_origin());
        for days in [0, 36_501] {
            let set = app.registry.set_channel_switches(&channel, &origin, life(days)).await;
            assert_eq!(field(set), "longest_token_life");
        }
    }

    async fn switches_are_for_those_who_manage_the_place(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        app.user_as("zoe", "pypi", ChannelRole::Admin).await;
        let late = channel_of(&app, &ada, "pypi").await.expect("an admin");
        app.member("pypi", &account(&app, "ada").await, ChannelRole::Publisher).await;
        refused!(app.registry.set_channel_switches(&late, &ada.visit.origin, ENDING).await, Error::Denied(_));
        let who = ProjectCreation::Admins;
        refused!(app.registry.set_project_creation(&late, &ada.visit.origin, who).await, Error::Denied(_));
    }

    async fn where_administrators_create_projects_publishers_ask_for_them(app: TestApp) {
        let eve = app.user_as("eve", "pypi", ChannelRole::Publisher).await;
        let ada = app.user_as("ada", "pypi", ChannelRole::Admin).await;
        app.user_as("zoe", "pypi", ChannelRole::Reader).await;
        let token = token_of(&app, &eve).await;
        let (channel, origin) = (channel_by_operator(&app, "pypi").await, app.registry.local_origin());
        app.registry.set_project_creation(&channel, &origin, ProjectCreation::Admins).await.expect("set");
        let refused = text(upload(&app, &token, "pypi", "parcel").await);
        assert!(refused.contains("isn't allowed to create projects in this channel"), "{refused}");
        upload(&app, &token_of(&app, &ada).await, "pypi", "parcel").await.expect("administrators do");
        assert_eq!(field(app.registry.create_project(&channel, &origin, "parcel", "zoe").await), "holder");
        assert_eq!(field(app.registry.create_project(&channel, &origin, "-", "eve").await), "name");
        project(&app, "parcel", "eve").await;
        assert_eq!(field(app.registry.create_project(&channel, &origin, "Parcel", "eve").await), "name");
        upload(&app, &token, "pypi", "parcel").await.expect("it is there now");
    }
}

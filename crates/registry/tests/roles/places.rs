//! Channels, projects and groups, and the permits to manage them.

use bonded_model::group::GroupRole;
use bonded_model::people::Policy;
use bonded_model::project::Project;
use bonded_model::token::{ApiToken, Verb};
use bonded_model::user::{ChannelRole, User};
use bonded_registry::Error;
use bonded_registry::access::{
    Denial, ManageChannel, ManageGroup, ManageProject, Permit, Presented, Publish,
};
use bonded_registry::people::SignUp;
use bonded_registry::roles::{Holder, PlaceName, Which};
use bonded_testkit::app::Grant;
use bonded_testkit::{Engine, TestApp};

use crate::world::*;

/// What a mail says that somebody is invited by.
pub(crate) const INVITED: &str = "You are invited to a role";

/// An app in which anybody may sign up and nobody needs a second factor.
pub(crate) async fn app(engine: Engine) -> TestApp {
    let app = with_people(engine, |people| people.sign_up = SignUp::Open).await;
    let permit = app.registry.operator_administers(&app.operator()).expect("the operator may");
    let origin = app.registry.local_origin();
    app.registry.set_policy(&permit, &origin, Policy::NOTHING).await.expect("the policy is set");
    app
}

/// An account.
pub(crate) fn user(name: &str) -> Holder {
    Holder::User(name.to_owned())
}

/// A group.
pub(crate) fn group(name: &str) -> Holder {
    Holder::Group(name.to_owned())
}

/// Somebody who signs up, verifies the address and gets a role in a channel.
pub(crate) async fn person_as<'a>(
    app: &'a TestApp,
    name: &str,
    channel: &str,
    role: ChannelRole,
) -> Browser<'a> {
    let browser = person(app, name).await;
    app.member(channel, &account(app, name).await, role).await;
    browser
}

/// The permit to manage a channel.
pub(crate) async fn channel_of(
    app: &TestApp,
    browser: &Browser<'_>,
    name: &str,
) -> Result<Permit<ManageChannel>, Error> {
    let session = browser.session().await;
    app.registry.manage_channel(&session.fresh()?, name).await
}

/// The permit to manage a project of `pypi`.
pub(crate) async fn project_of(
    app: &TestApp,
    browser: &Browser<'_>,
    name: &str,
) -> Result<Permit<ManageProject>, Error> {
    let session = browser.session().await;
    app.registry.manage_project(&session.fresh()?, "pypi", name).await
}

/// The permit to manage a group.
pub(crate) async fn group_of(
    app: &TestApp,
    browser: &Browser<'_>,
    name: &str,
) -> Result<Permit<ManageGroup>, Error> {
    let session = browser.session().await;
    app.registry.manage_group(&session.fresh()?, name).await
}

/// The operator's permit to manage a channel.
pub(crate) async fn channel_by_operator(app: &TestApp, name: &str) -> Permit<ManageChannel> {
    app.registry.operator_manages_channel(&app.operator(), name).await.expect("the operator may")
}

/// The operator's permit to manage a project of `pypi`.
pub(crate) async fn project_by_operator(app: &TestApp, name: &str) -> Permit<ManageProject> {
    app.registry.operator_manages_project(&app.operator(), "pypi", name).await.expect("the operator may")
}

/// A project of `pypi` with its owner, who may publish there.
pub(crate) async fn project(app: &TestApp, name: &str, owner: &str) -> Project {
    let (permit, origin) = (channel_by_operator(app, "pypi").await, app.registry.local_origin());
    app.registry.create_project(&permit, &origin, name, owner).await.expect("the project is made")
}

/// A group with people in it, the first of whom manages it.
pub(crate) async fn group_with(app: &TestApp, name: &str, people: &[&str]) {
    let administer = app.registry.operator_administers(&app.operator()).expect("the operator may");
    let origin = app.registry.local_origin();
    let manager = people.first().copied();
    app.registry.create_group(&administer, &origin, name, manager).await.expect("the group is made");
    let permit = app.registry.operator_manages_group(&app.operator(), name).await.expect("the operator may");
    for member in people.iter().skip(1) {
        let done = app.registry.put_role(&permit, &origin, &user(member), GroupRole::Member).await;
        done.expect("they are in the group");
    }
}

/// Gives a group a role in a channel.
pub(crate) async fn group_in(app: &TestApp, name: &str, channel: &str, role: ChannelRole) {
    let (permit, origin) = (channel_by_operator(app, channel).await, app.registry.local_origin());
    app.registry.put_role(&permit, &origin, &group(name), role).await.expect("the role is given");
}

/// A token with which somebody publishes everywhere.
pub(crate) async fn token_of(app: &TestApp, user: &User) -> ApiToken {
    app.issue(user, Grant::verbs(&[Verb::Read, Verb::Publish])).await.secret
}

/// What is said to an upload with this token.
pub(crate) async fn upload(
    app: &TestApp,
    token: &ApiToken,
    channel: &str,
    project: &str,
) -> Result<(), Denial> {
    let presented = Presented::Token(token.clone());
    let denied = |error: Error| match error {
        Error::Denied(denial) => denial,
        other => panic!("another error: {other:?}"),
    };
    let authenticated = app.registry.authenticate(&presented, &app.registry.local_origin(), "test").await;
    let actor = authenticated.map_err(denied)?;
    let channel = app.registry.access.visible_channel(&actor, channel).await.map_err(denied)?;
    let mut reader = app.registry.store.read().await.expect("the database answers");
    let found = reader.project_by_name(channel.id, project).await.expect("the database answers");
    let action = Publish {
        channel,
        name: project.to_owned(),
        normalized: project.to_owned(),
        project: found.map(|project| project.rules()),
    };
    app.registry.access.permit(&actor, action).map(drop)
}

/// Accepts the invitation of a mailed link.
pub(crate) async fn accept(
    app: &TestApp,
    browser: &Browser<'_>,
    key: &bonded_model::secret::Secret,
) -> Result<PlaceName, Error> {
    let session = browser.session().await;
    app.registry.accept_role(&session.cleared()?, &browser.visit, &Which::Key(key.clone())).await
}

/// The text of a refusal.
pub(crate) fn text<T>(result: Result<T, impl ToString>) -> String {
    match result {
        Err(error) => error.to_string(),
        Ok(_) => panic!("nothing was refused"),
    }
}

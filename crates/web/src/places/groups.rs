//! Groups: the lists, and who is in one.

use axum::extract::State;
use axum::response::Response;
use bonded_model::group::GroupRole;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_pages::account::Role;
use bonded_pages::places::{Group, GroupRow, Groups, Head, Member, NewGroup, Standing, Subject, Tab};
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::Session;
use bonded_registry::roles::{GroupDetails, GroupSummary, Holder};
use http::StatusCode;
use serde::Deserialize;

use super::changes::Change;
use super::head::{channel_role, project_role, segment};
use super::people::{Invited, Withdrawn, waiting};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::Done;
use crate::routes::Routes;

const PATH: &str = "/groups";

pub(super) fn add(table: Routes) -> Routes {
    table
        .get(PATH, list)
        .post("/admin/groups", create)
        .post("/admin/groups/remove", remove)
        .get("/groups/{name}", show)
        .post("/groups/{name}/members", give)
        .post("/groups/{name}/members/remove", take)
        .post("/groups/{name}/invite", invite)
        .post("/groups/{name}/invitations/withdraw", withdraw)
}

pub(super) fn path(name: &str) -> String {
    format!("{PATH}/{}", segment(name))
}

#[derive(Deserialize)]
struct NewOne {
    name: String,
    manager: String,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Placed {
    name: String,
    role: String,
}

/// What somebody is in a group, in words.
const fn words(role: GroupRole) -> &'static str {
    match role {
        GroupRole::Member => "member",
        GroupRole::Manager => "manager",
    }
}

/// A group in a list.
fn row(summary: &GroupSummary) -> GroupRow {
    GroupRow {
        name: summary.group.name.to_string(),
        role: summary.own.map_or_else(String::new, |own| words(own).to_owned()),
    }
}

async fn lists(app: &App, visitor: &Visitor, session: &Session) -> Result<Groups, Refusal> {
    let admin = session.user().admin;
    let groups = if admin {
        let permit = session.cleared().and_then(|cleared| app.view_people(&cleared));
        app.groups(&permit.map_err(|error| visitor.refuse(error, PATH))?).await?
    } else {
        app.own_groups(session).await?
    };
    Ok(Groups {
        shell: visitor.shell_for(session),
        groups: groups.iter().map(row).collect(),
        new: admin.then(NewGroup::default),
    })
}

async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let mut page = lists(&app, &visitor, &session).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn create(
    State(app): State<App>,
    Posted { visitor, form }: Posted<NewOne>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    let permit = app.administer(&fresh).map_err(|error| visitor.refuse(error, PATH))?;
    match app.create_group(&permit, &visitor.visit.origin, &form.name, Some(&form.manager)).await {
        Ok(group) => Ok(visitor.redirect(&format!("{}?done=group-created", path(group.name.as_str())))),
        Err(Error::Field { field, text }) => {
            let wrong = |of: &[&str]| of.contains(&field).then(|| text.clone());
            let new = Some(NewGroup {
                name: Field::of(form.name).with_error(wrong(&["name"])),
                manager: Field::of(form.manager).with_error(wrong(&["holder", "manager"])),
            });
            let page = Groups { new, ..lists(&app, &visitor, &session).await? };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

async fn remove(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Named>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let back = path(&form.name);
    let fresh = visitor.fresh(&session, &back)?;
    let permit = app.administer(&fresh).map_err(|error| visitor.refuse(error, PATH))?;
    match app.remove_group(&permit, &visitor.visit.origin, &form.name).await {
        Ok(()) => Ok(visitor.redirect("/groups?done=group-removed")),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let page = page(&app, &visitor, &session, &form.name).await?;
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &Group { shell, ..page }))
        }
        Err(other) => Err(visitor.refuse(other, &back)),
    }
}

async fn page(app: &App, visitor: &Visitor, session: &Session, name: &str) -> Result<Group, Refusal> {
    let back = path(name);
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, &back))?;
    let permit = app.inspect_group(&cleared, name).await.map_err(|error| visitor.refuse(error, &back))?;
    let GroupDetails { group, manages, members, channels, projects, invitations, .. } =
        app.group(&permit).await?;
    let channel = |(channel, role): (_, ChannelRole)| Role {
        place: format!("Channel {channel}"),
        role: channel_role(role).to_owned(),
    };
    let project = |(channel, project, role): (_, _, ProjectRole)| Role {
        place: format!("Project {channel}/{project}"),
        role: project_role(role).to_owned(),
    };
    Ok(Group {
        shell: visitor.shell_for(session),
        head: head(group.name.to_string(), Tab::Overview),
        members: members
            .iter()
            .map(|member| Member {
                name: member.name.to_string(),
                manager: member.role == GroupRole::Manager,
            })
            .collect(),
        roles: channels.into_iter().map(channel).chain(projects.into_iter().map(project)).collect(),
        invitations: invitations.into_iter().map(waiting).collect(),
        manages,
        administers: session.user().admin,
        added: Field::default(),
        invited: Field::default(),
    })
}

/// What stands above the pages of a group.
pub(super) fn head(name: String, here: Tab) -> Head {
    Head {
        subject: Subject::Group,
        name,
        python: false,
        private: false,
        standing: Standing::default(),
        tabs: vec![Tab::Overview, Tab::Publishers],
        here,
    }
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let mut page = page(&app, &visitor, &session, &name).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn give(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, form }: Posted<Placed>,
) -> Result<Response, Refusal> {
    let change = Change::Give { to: Holder::User(form.name), role: form.role };
    apply(&app, &visitor, &name, change).await
}

async fn take(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, form }: Posted<Named>,
) -> Result<Response, Refusal> {
    apply(&app, &visitor, &name, Change::Take { from: Holder::User(form.name) }).await
}

async fn invite(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, form }: Posted<Invited>,
) -> Result<Response, Refusal> {
    apply(&app, &visitor, &name, form.invite()).await
}

async fn withdraw(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, form }: Posted<Withdrawn>,
) -> Result<Response, Refusal> {
    apply(&app, &visitor, &name, form.withdraw()).await
}

async fn apply(app: &App, visitor: &Visitor, name: &str, change: Change) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    // Who is in no such group learns nothing, and proves nothing for it.
    let shown = page(app, visitor, &session, name).await?;
    let back = path(name);
    let fresh = visitor.fresh(&session, &back)?;
    let permit = app.manage_group(&fresh, name).await.map_err(|error| visitor.refuse(error, &back))?;
    match (change.apply(app, &permit, &visitor.visit.origin).await, &change) {
        (Ok(()), Change::Take { .. }) if page(app, visitor, &session, name).await.is_err() => {
            Ok(visitor.redirect("/groups?done=role-removed"))
        }
        (Ok(()), _) => Ok(visitor.redirect(&format!("{back}?done={}", change.done()))),
        (Err(Error::Field { text, .. }), Change::Give { to: Holder::User(name), .. }) => {
            let added = Field::of(name).with_error(Some(text));
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &Group { added, ..shown }))
        }
        (Err(Error::Field { text, .. }), Change::Invite { who, .. }) => {
            let invited = Field::of(who).with_error(Some(text));
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &Group { invited, ..shown }))
        }
        (Err(error @ (Error::Invalid(_) | Error::Conflict(_) | Error::Field { .. })), _) => {
            let shell = shown.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &Group { shell, ..shown }))
        }
        (Err(other), _) => Err(visitor.refuse(other, &back)),
    }
}

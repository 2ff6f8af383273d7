//! Who has which role in a channel or a project, and who is invited to one.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::places::{Holder as ShownHolder, People, RoleChoice, RoleForm, RoleInvitation, Tab};
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::Session;
use bonded_registry::roles::{Holder, Invitee, OpenRoleInvitation};
use http::StatusCode;
use serde::Deserialize;

use super::changes::Change;
use super::place::{OWNER, PeopleOf, Place};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::Done;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/channels/{channel}/people", show_channel)
        .post("/channels/{channel}/people", give_in_channel)
        .post("/channels/{channel}/people/remove", take_in_channel)
        .post("/channels/{channel}/invite", invite_to_channel)
        .post("/channels/{channel}/invitations/withdraw", withdraw_in_channel)
        .get("/projects/{channel}/{project}/people", show_project)
        .post("/projects/{channel}/{project}/people", give_in_project)
        .post("/projects/{channel}/{project}/people/remove", take_in_project)
        .post("/projects/{channel}/{project}/invite", invite_to_project)
        .post("/projects/{channel}/{project}/invitations/withdraw", withdraw_in_project)
        .post("/projects/{channel}/{project}/transfer", transfer)
}

/// Who is meant by a row or by the form below the rows.
#[derive(Deserialize)]
struct Named {
    kind: String,
    name: String,
    #[serde(default)]
    role: String,
}

impl Named {
    fn holder(&self) -> Holder {
        match self.kind.as_str() {
            "group" => Holder::Group(self.name.clone()),
            _ => Holder::User(self.name.clone()),
        }
    }

    fn give(self) -> Change {
        Change::Give { to: self.holder(), role: self.role }
    }

    fn take(self) -> Change {
        Change::Take { from: self.holder() }
    }
}

#[derive(Deserialize)]
pub(super) struct Invited {
    who: String,
    role: String,
}

impl Invited {
    pub(super) fn invite(self) -> Change {
        Change::Invite { who: self.who, role: self.role }
    }
}

#[derive(Deserialize)]
pub(super) struct Withdrawn {
    invitation: String,
}

impl Withdrawn {
    pub(super) fn withdraw(self) -> Change {
        Change::Withdraw { invitation: self.invitation }
    }
}

#[derive(Deserialize)]
struct Heir {
    who: String,
}

const CHANNEL_ROLES: [RoleChoice; 3] = [
    RoleChoice { value: "reader", words: "Reader", hint: "Installs, where the channel is private." },
    RoleChoice {
        value: "publisher",
        words: "Publisher",
        hint: "Publishes to the projects in which they have a role, and creates new ones unless that is for administrators.",
    },
    RoleChoice {
        value: "admin",
        words: "Administrator",
        hint: "May do everything in the channel and in all of its projects, and says who else may.",
    },
];

const PROJECT_ROLES: [RoleChoice; 2] = [
    RoleChoice {
        value: "maintainer",
        words: "Maintainer",
        hint: "Publishes and yanks. Needs to be a publisher in the channel.",
    },
    RoleChoice {
        value: "owner",
        words: "Owner",
        hint: "Everything a maintainer may; also deletes, manages roles and rules for tokens, sets the status.",
    },
];

/// An invitation that waits.
pub(super) fn waiting(open: OpenRoleInvitation) -> RoleInvitation {
    let role = if open.transfer { "sole owner" } else { open.role };
    RoleInvitation {
        id: open.id.to_string(),
        to: match open.invitee {
            Invitee::User(name) => name.to_string(),
            Invitee::Address(address) => address.to_string(),
        },
        role: role.to_owned(),
        by: open.by.map_or_else(|| "the operator".to_owned(), |name| name.to_string()),
        expires_at: open.expires_at,
    }
}

fn holders(people: &PeopleOf) -> Vec<ShownHolder> {
    let holder = |group, name: &dyn ToString, role| ShownHolder { group, name: name.to_string(), role };
    match people {
        PeopleOf::Channel(people) => {
            let members = people.members.iter().map(|one| holder(false, &one.name, one.role.as_str()));
            let groups = people.groups.iter().map(|one| holder(true, &one.name, one.role.as_str()));
            members.chain(groups).collect()
        }
        PeopleOf::Project(people) => {
            let members = people.members.iter().map(|one| holder(false, &one.name, one.role.as_str()));
            let groups = people.groups.iter().map(|one| holder(true, &one.name, one.role.as_str()));
            members.chain(groups).collect()
        }
    }
}

fn page(visitor: &Visitor, session: &Session, people: PeopleOf) -> People {
    let roles: &[RoleChoice] = if people.is_project() { &PROJECT_ROLES } else { &CHANNEL_ROLES };
    let adds_users = session.user().admin;
    let (head, holders) = (people.head(Tab::People), holders(&people));
    let transfer = people.is_project().then(Field::default);
    let open = match people {
        PeopleOf::Channel(people) => people.invitations,
        PeopleOf::Project(people) => people.invitations,
    };
    People {
        shell: visitor.shell_for(session),
        head,
        roles: roles.to_vec(),
        holders,
        invitations: open.into_iter().map(waiting).collect(),
        adds_users,
        given: RoleForm { user: adds_users, ..RoleForm::default() },
        invited: RoleForm::default(),
        transfer,
    }
}

async fn show(app: &App, visitor: &Visitor, place: &Place, done: Option<&str>) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    let mut page = page(visitor, &session, place.people(app, visitor, &session).await?);
    page.shell = Visitor::noticed(page.shell, done);
    Ok(visitor.page(&page))
}

async fn change(app: &App, visitor: &Visitor, place: &Place, change: Change) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    // What is hidden or forbidden is so before anything is proved.
    let page = page(visitor, &session, place.people(app, visitor, &session).await?);
    let path = place.below("/people");
    let fresh = visitor.fresh(&session, &path)?;
    let origin = &visitor.visit.origin;
    let done = match &place.project {
        None => match app.manage_channel(&fresh, &place.channel).await {
            Ok(permit) => change.apply(app, &permit, origin).await,
            Err(error) => Err(error),
        },
        Some(project) => match app.manage_project(&fresh, &place.channel, project).await {
            Ok(permit) => change.apply(app, &permit, origin).await,
            Err(error) => Err(error),
        },
    };
    match done {
        // Whoever has just lost the right to look at this page goes to the place itself.
        Ok(())
            if matches!(change, Change::Take { .. })
                && place.people(app, visitor, &session).await.is_err() =>
        {
            Ok(visitor.redirect("/channels"))
        }
        Ok(()) => Ok(visitor.redirect(&format!("{path}?done={}", change.done()))),
        Err(error) => answer(visitor, page, &change, error, &path),
    }
}

/// The page again, with what is wrong.
fn answer(
    visitor: &Visitor,
    page: People,
    change: &Change,
    error: Error,
    path: &str,
) -> Result<Response, Refusal> {
    match (error, change) {
        (Error::Field { text, .. }, Change::Give { to, role }) => {
            let (name, user) = match to {
                Holder::User(name) => (name, true),
                Holder::Group(name) => (name, false),
            };
            let who = Field::of(name).with_error(Some(text));
            let given = RoleForm { who, user, role: role.clone() };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &People { given, ..page }))
        }
        (Error::Field { text, .. }, Change::Invite { who, role }) => {
            let who = Field::of(who).with_error(Some(text));
            let invited = RoleForm { who, user: true, role: role.clone() };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &People { invited, ..page }))
        }
        (error @ (Error::Invalid(_) | Error::Conflict(_) | Error::Field { .. }), _) => {
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &People { shell, ..page }))
        }
        (other, _) => Err(visitor.refuse(other, path)),
    }
}

async fn show_channel(
    State(app): State<App>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, &Place::channel(channel), done.as_deref()).await
}

async fn show_project(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, &Place::project(place), done.as_deref()).await
}

async fn give_in_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Named>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::channel(channel), form.give()).await
}

async fn take_in_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Named>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::channel(channel), form.take()).await
}

async fn invite_to_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Invited>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::channel(channel), form.invite()).await
}

async fn withdraw_in_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Withdrawn>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::channel(channel), form.withdraw()).await
}

async fn give_in_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Named>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::project(place), form.give()).await
}

async fn take_in_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Named>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::project(place), form.take()).await
}

async fn invite_to_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Invited>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::project(place), form.invite()).await
}

async fn withdraw_in_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Withdrawn>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::project(place), form.withdraw()).await
}

async fn transfer(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Heir>,
) -> Result<Response, Refusal> {
    let place = Place::project(place);
    let session = visitor.signed_in(&app).await?;
    let page = page(&visitor, &session, place.people(&app, &visitor, &session).await?);
    let path = place.below("/people");
    let fresh = visitor.fresh(&session, &path)?;
    let project = place.project.as_deref().unwrap_or_default();
    let offered = match app.manage_project(&fresh, &place.channel, project).await {
        Ok(permit) => app.offer_project(&permit, &visitor.visit.origin, &form.who).await,
        Err(error) => Err(error),
    };
    match offered {
        Ok(()) => Ok(visitor.redirect(&format!("{path}?done=project-offered"))),
        Err(Error::Field { text, .. }) => {
            let transfer = Some(Field::of(form.who).with_error(Some(text)));
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &People { transfer, ..page }))
        }
        Err(error) => {
            let nothing = Change::Invite { who: String::new(), role: OWNER.to_owned() };
            answer(&visitor, page, &nothing, error, &path)
        }
    }
}

//! Answering an invitation to a role.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::Notice;
use bonded_pages::places::{Answer, InvitationPage};
use bonded_pages::sign_in::DeadLinkKind;
use bonded_registry::Error;
use bonded_registry::people::Session;
use bonded_registry::roles::{PlaceName, RoleOffer, Which};
use http::StatusCode;
use serde::Deserialize;

use super::head::{channel_path, project_path, segment};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::people::{Key, dead, shell_of_anybody};
use crate::problem::Problem;
use crate::routes::Routes;

const PATH: &str = "/invitations/accept";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).post(PATH, answer)
}

/// An answer to an invitation that a link or the start page names.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Answered {
    key: String,
    invitation: String,
    answer: String,
}

impl Answered {
    fn which(&self) -> Option<Which> {
        if self.key.is_empty() {
            return self.invitation.parse().ok().map(Which::Id);
        }
        self.key.parse().ok().map(Which::Key)
    }
}

/// What is offered, such as "maintainer of the project pypi/acme".
pub(crate) fn offer(offer: &RoleOffer) -> String {
    let role = match offer.role {
        "admin" => "administrator",
        role => role,
    };
    format!("{role} of {}", offer.place)
}

/// Who invites.
pub(crate) fn inviter(offer: &RoleOffer) -> String {
    offer.by.as_ref().map_or_else(|| "The operator".to_owned(), ToString::to_string)
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(link): Query<Key>,
) -> Result<Response, Refusal> {
    let session = visitor.session(&app).await?;
    let found = match link.secret() {
        Some(secret) => app.role_offer(session.as_ref(), &secret).await?,
        None => None,
    };
    let Some(found) = found else { return Ok(dead(&visitor, DeadLinkKind::RoleInvitation)) };
    let shell = shell_of_anybody(&app, &visitor).await?;
    let sign_up = found.by_address && app.sign_up_allowed(true);
    let answer = match found.yours {
        None => Answer::SignIn { sign_up },
        Some(false) => Answer::NotYours,
        Some(true) => Answer::Open,
    };
    let page = page(found, answer);
    Ok(visitor.page(&InvitationPage { shell, key: link.key, ..page }))
}

fn page(found: RoleOffer, answer: Answer) -> InvitationPage {
    InvitationPage {
        shell: bonded_pages::Shell::default(),
        key: String::new(),
        id: found.id.to_string(),
        by: inviter(&found),
        offer: offer(&found),
        transfer: found.transfer,
        expires_at: found.expires_at,
        answer,
    }
}

async fn answer(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Answered>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, "/"))?;
    let Some(which) = form.which() else { return Ok(dead(&visitor, DeadLinkKind::RoleInvitation)) };
    let answered = match form.answer.as_str() {
        "accept" => app.accept_role(&cleared, &visitor.visit, &which).await.map(|place| path_of(&place)),
        "decline" => {
            let declined = app.decline_role(&cleared, &visitor.visit, &which).await;
            declined.map(|()| "/?done=declined".to_owned())
        }
        _ => return Err(Problem::bad_request("an invitation is accepted or declined").into()),
    };
    match answered {
        Ok(path) => Ok(visitor.redirect(&path)),
        Err(Error::NotFound(_)) => Ok(dead(&visitor, DeadLinkKind::RoleInvitation)),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let Some(found) = open(&app, &session, &which).await? else {
                return Ok(dead(&visitor, DeadLinkKind::RoleInvitation));
            };
            let answer = if found.yours == Some(true) { Answer::Open } else { Answer::NotYours };
            let shell = visitor.shell_for(&session).with_notice(Notice::error(error.to_string()));
            let page = InvitationPage { shell, key: form.key, ..page(found, answer) };
            Ok(visitor.page_with(StatusCode::CONFLICT, &page))
        }
        Err(other) => Err(visitor.refuse(other, "/")),
    }
}

/// The invitation again.
async fn open(app: &App, session: &Session, which: &Which) -> Result<Option<RoleOffer>, Refusal> {
    Ok(match which {
        Which::Key(secret) => app.role_offer(Some(session), secret).await?,
        Which::Id(id) => app.role_offers(session).await?.into_iter().find(|offer| offer.id == *id),
    })
}

/// Where whoever accepted goes on.
fn path_of(place: &PlaceName) -> String {
    let path = match place {
        PlaceName::Channel(name) => channel_path(name.as_str()),
        PlaceName::Project { channel, project } => project_path(channel.as_str(), project),
        PlaceName::Group(name) => format!("/groups/{}", segment(name.as_str())),
    };
    format!("{path}?done=accepted")
}

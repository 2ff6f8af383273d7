//! Who issues identity tokens.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ids::IssuerId;
use bonded_model::publishing::{Algorithm, Provider};
use bonded_pages::admin::{Choice, IssuerRow, Issuers, NewIssuer as Form};
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::Session;
use bonded_registry::publishers::{IssuerChange, IssuerView, NewIssuer, provider_name};
use http::StatusCode;
use serde::Deserialize;

use super::{administering, viewing};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::Done;
use crate::problem::Problem;
use crate::routes::Routes;

const PATH: &str = "/admin/issuers";

const PROVIDERS: [Provider; 8] = [
    Provider::GitHub,
    Provider::GitLab,
    Provider::Google,
    Provider::ActiveState,
    Provider::Buildkite,
    Provider::CircleCi,
    Provider::Forgejo,
    Provider::Other,
];
const ALGORITHMS: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];

pub(super) fn add(table: Routes) -> Routes {
    table
        .get(PATH, show)
        .post(PATH, create)
        .post("/admin/issuers/{id}", change)
        .post("/admin/issuers/{id}/remove", remove)
}

#[derive(Deserialize)]
struct Typed {
    url: String,
    name: String,
    provider: String,
    algorithm: String,
    server: Option<String>,
    /// Browsers send nothing for a box that is not ticked.
    private_network: Option<String>,
}

#[derive(Deserialize)]
struct Changed {
    name: String,
    enabled: String,
    algorithm: String,
    server: Option<String>,
    private_network: Option<String>,
}

#[derive(Deserialize)]
struct Removed {
    #[serde(default)]
    typed: String,
}

fn blank() -> Form {
    Form {
        url: Field::default(),
        name: Field::default(),
        provider: Provider::GitHub.as_str().to_owned(),
        algorithm: Algorithm::Rs256.as_str().to_owned(),
        server: Field::default(),
        private_network: false,
    }
}

fn row(view: IssuerView) -> IssuerRow {
    let issuer = view.issuer;
    IssuerRow {
        id: issuer.id.to_string(),
        name: issuer.name,
        url: issuer.url,
        provider: provider_name(issuer.provider).to_owned(),
        algorithm: issuer.algorithm.as_str().to_owned(),
        enabled: issuer.enabled,
        private_network: issuer.private_network,
        server: (issuer.provider == Provider::GitLab).then(|| issuer.server.unwrap_or_default()),
        publishers: view.publishers,
        failed_at: view.tried_at.filter(|tried| view.keys_at.is_none_or(|fetched| fetched < *tried)),
        keys_at: view.keys_at,
    }
}

async fn page(app: &App, visitor: &Visitor, session: &Session, new: Form) -> Result<Issuers, Refusal> {
    let permit = viewing(app, visitor, session, PATH)?;
    let issuers = app.issuers(&permit).await?;
    let choice = |value: &str, words: &str| Choice { value: value.to_owned(), words: words.to_owned() };
    Ok(Issuers {
        shell: super::shell(app, visitor, session).await,
        switched_off: app.oidc_audience().is_none(),
        audience: app.oidc_audience().unwrap_or_default().to_owned(),
        issuers: issuers.into_iter().map(row).collect(),
        new,
        providers: PROVIDERS.map(|provider| choice(provider.as_str(), provider_name(provider))).into(),
        algorithms: ALGORITHMS.map(|algorithm| choice(algorithm.as_str(), algorithm.as_str())).into(),
    })
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let mut page = page(&app, &visitor, &session, blank()).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn create(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Typed>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let permit = administering(&app, &visitor, &session, PATH)?;
    let unknown = |_| Problem::bad_request("there is no such kind of issuer, or no such algorithm");
    let new = NewIssuer {
        url: form.url.trim().to_owned(),
        provider: form.provider.parse().map_err(unknown)?,
        name: form.name.trim().to_owned(),
        algorithm: form.algorithm.parse().map_err(unknown)?,
        private_network: form.private_network.is_some(),
        server: form.server.clone(),
    };
    match app.add_issuer(&permit, &visitor.visit.origin, new).await {
        Ok(_) => Ok(done(&visitor, "issuer-added")),
        Err(Error::Field { field, text }) => {
            let wrong = |name: &str| (field == name).then(|| text.clone());
            let new = Form {
                url: Field::of(form.url).with_error(wrong("url")),
                name: Field::of(form.name).with_error(wrong("name")),
                provider: form.provider,
                algorithm: form.algorithm,
                server: Field::of(form.server.unwrap_or_default()).with_error(wrong("server")),
                private_network: form.private_network.is_some(),
            };
            let page = page(&app, &visitor, &session, new).await?;
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted<Changed>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let permit = administering(&app, &visitor, &session, PATH)?;
    let id: IssuerId = id.parse().map_err(|_| Problem::not_found())?;
    let change = IssuerChange {
        name: form.name.trim().to_owned(),
        enabled: form.enabled == "yes",
        algorithm: form.algorithm.parse().map_err(|_| Problem::bad_request("there is no such algorithm"))?,
        private_network: form.private_network.is_some(),
        server: form.server,
    };
    let before = app.issuers(&viewing(&app, &visitor, &session, PATH)?).await?;
    let was = before.iter().find(|view| view.issuer.id == id).map(|view| view.issuer.enabled);
    let word = match (was, change.enabled) {
        (Some(false), true) => "issuer-on",
        (Some(true), false) => "issuer-off",
        _ => "issuer-saved",
    };
    match app.change_issuer(&permit, &visitor.visit.origin, id, change).await {
        Ok(()) => Ok(done(&visitor, word)),
        Err(error @ (Error::Field { .. } | Error::Invalid(_) | Error::Conflict(_))) => {
            again(&app, &visitor, &session, &error).await
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted<Removed>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let permit = administering(&app, &visitor, &session, PATH)?;
    let id: IssuerId = id.parse().map_err(|_| Problem::not_found())?;
    match app.remove_issuer(&permit, &visitor.visit.origin, id, &form.typed).await {
        Ok(()) => Ok(done(&visitor, "issuer-removed")),
        Err(error @ Error::Field { .. }) => again(&app, &visitor, &session, &error).await,
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

/// The list, with what was wrong.
async fn again(app: &App, visitor: &Visitor, session: &Session, error: &Error) -> Result<Response, Refusal> {
    let page = page(app, visitor, session, blank()).await?;
    let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
    Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &Issuers { shell, ..page }))
}

fn done(visitor: &Visitor, word: &str) -> Response {
    visitor.redirect(&format!("{PATH}?done={word}"))
}

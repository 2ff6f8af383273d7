//! Deleting a file, a release or a whole project, once its name was typed.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::places::{Delete, Doomed};
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::Session;
use bonded_registry::projects::{ProjectPage, Target};
use http::StatusCode;
use serde::Deserialize;

use super::head::{self, channel_path, project_path, segment};
use super::looker::Looker;
use super::project::found;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    let path = "/projects/{channel}/{project}/delete";
    table.get(path, form).post(path, delete)
}

/// What is to be deleted: at most one of the two is there.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    release: Option<String>,
    file: Option<String>,
    typed: String,
}

impl Asked {
    fn doomed(&self) -> Doomed {
        match (&self.file, &self.release) {
            (Some(file), _) => Doomed::File(file.clone()),
            (None, Some(version)) => Doomed::Release(version.clone()),
            (None, None) => Doomed::Project,
        }
    }

    /// The same question again.
    fn query(&self) -> String {
        match self.doomed() {
            Doomed::File(file) => format!("?file={}", segment(&file)),
            Doomed::Release(version) => format!("?release={}", segment(&version)),
            Doomed::Project => String::new(),
        }
    }
}

/// Whoever may delete, with what they see.
async fn deleting(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    place: (&str, &str),
) -> Result<ProjectPage, Refusal> {
    let page = found(app, visitor, &Looker::signed_in(session), place, None).await?;
    if page.may.delete {
        return Ok(page);
    }
    Err(Problem::forbidden(
        "Only owners of the project, and those who administer the channel, can delete something of it.",
    )
    .into())
}

fn page(
    visitor: &Visitor,
    session: &Session,
    found: &ProjectPage,
    doomed: Doomed,
) -> Result<Delete, Refusal> {
    let (files, words) = match &doomed {
        Doomed::Project => {
            let files = found.releases.iter().map(|release| release.files.len()).sum();
            (files, found.project.name.clone())
        }
        Doomed::Release(version) => {
            let release = found.releases.iter().find(|release| release.version == *version);
            (release.ok_or_else(Problem::not_found)?.files.len(), version.clone())
        }
        Doomed::File(name) => {
            let mut files = found.releases.iter().flat_map(|release| &release.files);
            files.find(|file| file.name == *name).ok_or_else(Problem::not_found)?;
            (1, name.clone())
        }
    };
    Ok(Delete {
        shell: visitor.shell_for(session),
        head: head::of_page(found),
        doomed,
        files,
        words,
        typed: Field::default(),
    })
}

async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Path((channel, project)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let found = deleting(&app, &visitor, &session, (&channel, &project)).await?;
    let page = page(&visitor, &session, &found, asked.doomed())?;
    visitor.fresh(&session, &format!("{}/delete{}", project_path(&channel, &project), asked.query()))?;
    Ok(visitor.page(&page))
}

async fn delete(
    State(app): State<App>,
    Path((channel, project)): Path<(String, String)>,
    Posted { visitor, form }: Posted<Asked>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let found = deleting(&app, &visitor, &session, (&channel, &project)).await?;
    let page = page(&visitor, &session, &found, form.doomed())?;
    let path = project_path(&channel, &project);
    let back = format!("{path}/delete{}", form.query());
    let fresh = visitor.fresh(&session, &back)?;
    let (target, done) = match form.doomed() {
        Doomed::File(name) => (Target::File(name), format!("{path}?done=file-deleted")),
        Doomed::Release(version) => (Target::Release(version), format!("{path}?done=release-deleted")),
        Doomed::Project => {
            (Target::Project, format!("{}?done=project-deleted", channel_path(found.channel.name.as_str())))
        }
    };
    match app.delete_in_person(&fresh, &visitor.visit, &channel, &project, target, &form.typed).await {
        Ok(()) => Ok(visitor.redirect(&done)),
        Err(Error::Field { text, .. }) => {
            let typed = Field::of(form.typed).with_error(Some(text));
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &Delete { typed, ..page }))
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &Delete { shell, ..page }))
        }
        Err(other) => Err(visitor.refuse(other, &back)),
    }
}

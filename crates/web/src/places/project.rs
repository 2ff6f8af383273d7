//! Projects and their releases.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::places::{
    Alarm, Fact, File, Head, Origins, Project, Provenance, Release, ReleasePage, ReleaseRow, Rights,
    SignedBy as ShownSignature,
};
use bonded_pages::{Field, Shell};
use bonded_registry::projects::{About, FileView, May, ProjectPage, Published, ReleaseView};
use bonded_registry::provenance;
use bonded_registry::trust::SignedBy;

use super::head::{self, project_path, project_role, release_path, segment};
use super::looker::Looker;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::Done;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/projects/{channel}/{project}", show)
        .get("/projects/{channel}/{project}/releases/{version}", show_release)
}

/// What the viewer sees of a project; with a version, of that release.
pub(super) async fn found(
    app: &App,
    visitor: &Visitor,
    looker: &Looker,
    (channel, project): (&str, &str),
    version: Option<&str>,
) -> Result<ProjectPage, Refusal> {
    match app.project_page(&looker.actor, channel, project, version).await {
        Ok(found) => Ok(found),
        Err(error) => Err(looker.refuse(app, visitor, error).await),
    }
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((channel, project)): Path<(String, String)>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let looker = Looker::of(&app, &visitor).await?;
    let found = found(&app, &visitor, &looker, (&channel, &project), None).await?;
    if found.project.name != project {
        let done = done.map_or_else(String::new, |word| format!("?done={}", segment(&word)));
        return Ok(visitor.redirect(&(project_path(&channel, &found.project.name) + &done)));
    }
    let shell = Visitor::noticed(looker.shell(&visitor), done.as_deref());
    Ok(visitor.page(&page(&app, shell, found)))
}

fn page(app: &App, shell: Shell, mut found: ProjectPage) -> Project {
    let shell = Shell { development_root: found.development_root, ..shell };
    let head = head::of_page(&found);
    let releases = found.releases.iter().map(row).collect();
    let about = said(&mut found);
    let newest = found.shown.and_then(|shown| found.releases.get(shown));
    let members = found.members.iter();
    Project {
        newest: newest.map(|newest| release(&head, newest, about)),
        base_url: app.base_url().to_owned(),
        releases,
        members: members.map(|member| (member.name.to_string(), project_role(member.role))).collect(),
        rights: rights(found.may),
        shell,
        head,
    }
}

const fn rights(may: May) -> Rights {
    Rights { yank: may.yank, delete: may.delete }
}

fn row(release: &ReleaseView) -> ReleaseRow {
    ReleaseRow {
        version: release.version.clone(),
        published_at: release.created_at,
        files: release.files.len(),
        yanked: release.yanked.as_ref().map(|yank| yank.reason.clone()),
        provenance: provenance(release),
    }
}

/// What a release says about itself, and which of its links are verified.
fn said(page: &mut ProjectPage) -> (About, Vec<usize>) {
    (std::mem::take(&mut page.about), std::mem::take(&mut page.verified_links))
}

fn provenance(release: &ReleaseView) -> Provenance {
    let of = &release.provenance;
    let origins = match of.origins {
        provenance::Origins::Full => Origins::Full,
        provenance::Origins::Partial => Origins::Partial,
        provenance::Origins::None => Origins::None,
    };
    let other = |version: String| (version != release.version).then_some(version);
    let alarm = of.alarm.clone().map(|alarm| match alarm {
        provenance::Alarm::Lost { earlier, from } => Alarm::Lost { earlier: other(earlier), from },
        provenance::Alarm::Changed { earlier, from, to } => {
            Alarm::Changed { earlier: other(earlier), from, to }
        }
    });
    Provenance { origins, alarm }
}

fn release(head: &Head, release: &ReleaseView, (about, verified): (About, Vec<usize>)) -> Release {
    let channel = segment(head.channel());
    let statements = |name: &str| {
        let (project, version) = (segment(&head.name), segment(&release.version));
        match head.python {
            true => format!("/{channel}/integrity/{project}/{version}/{}/provenance", segment(name)),
            false => format!("/{channel}/{name}.sigs"),
        }
    };
    let file = |file: &FileView| File {
        name: file.name.clone(),
        kind: kind(&file.name).to_owned(),
        size: file.size,
        sha256: file.sha256.to_string(),
        uploaded_at: file.uploaded_at,
        by: match (&file.source, &file.published) {
            (Some(_), _) => "a trusted publisher".to_owned(),
            (None, published) => published.as_ref().map_or_else(String::new, publisher),
        },
        download: file.path.as_ref().map(|path| format!("/{channel}/{path}")),
        signed: file.signed.as_ref().map(|signed| signed.iter().map(signed_by).collect()),
        source: file.source.clone(),
        attestations: file.attestations,
        attestations_path: (file.attestations > 0).then(|| statements(&file.name)),
    };
    Release {
        version: release.version.clone(),
        published_at: Some(release.created_at),
        yanked: release.yanked.as_ref().map(|yank| yank.reason.clone()),
        files: release.files.iter().map(file).collect(),
        summary: about.summary.clone().unwrap_or_default(),
        facts: facts(&about, &verified),
        provenance: provenance(release),
        requires: about.requires,
        description: about.description.unwrap_or_default(),
    }
}

fn signed_by(signed: &SignedBy) -> ShownSignature {
    ShownSignature { publisher: signed.publisher.clone(), key: signed.key, at: signed.at }
}

/// What a file is, by its name.
fn kind(name: &str) -> &str {
    match name.split_once('/') {
        Some((subdir, _)) => subdir,
        None if name.ends_with(".whl") => "wheel",
        None => "source",
    }
}

fn publisher(published: &Published) -> String {
    let by = published.by.as_ref().map_or_else(|| "somebody".to_owned(), ToString::to_string);
    if published.with_token { format!("{by}, with a token") } else { by }
}

fn facts(about: &About, verified: &[usize]) -> Vec<Fact> {
    let texts = [
        ("License", &about.license),
        ("Author", &about.author),
        ("Python", &about.requires_python),
        ("Keywords", &about.keywords),
    ];
    let fact =
        |label: &str, value: &str, verified| Fact { label: label.into(), value: value.into(), verified };
    let texts = texts.into_iter().filter_map(|(label, text)| Some(fact(label, text.as_deref()?, false)));
    let links = about.links.iter().enumerate();
    let links = links.map(|(place, (label, url))| fact(label, url, verified.contains(&place)));
    texts.chain(links).collect()
}

async fn show_release(
    State(app): State<App>,
    visitor: Visitor,
    Path((channel, project, version)): Path<(String, String, String)>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let looker = Looker::of(&app, &visitor).await?;
    let found = found(&app, &visitor, &looker, (&channel, &project), Some(&version)).await?;
    let shown = found.shown.and_then(|shown| found.releases.get(shown)).map(|shown| shown.version.clone());
    if let Some(shown) = shown
        && (shown != version || found.project.name != project)
    {
        return Ok(visitor.redirect(&release_path(&channel, &found.project.name, &shown)));
    }
    let shell = Visitor::noticed(looker.shell(&visitor), done.as_deref());
    let page = release_page(&app, shell, found, Field::default(), Field::default())?;
    Ok(visitor.page(&page))
}

/// The page of the release that is shown, with what was typed to yank it.
pub(super) fn release_page(
    app: &App,
    shell: Shell,
    mut found: ProjectPage,
    reason: Field,
    typed: Field,
) -> Result<ReleasePage, Refusal> {
    let shell = Shell { development_root: found.development_root, ..shell };
    let about = said(&mut found);
    let shown = found.shown.and_then(|shown| found.releases.get(shown));
    let shown = shown.ok_or_else(crate::problem::Problem::not_found)?;
    let head = head::of_page(&found);
    Ok(ReleasePage {
        release: release(&head, shown, about),
        base_url: app.base_url().to_owned(),
        rights: rights(found.may),
        reason,
        typed,
        shell,
        head,
    })
}

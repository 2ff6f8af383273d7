//! Telling those who own a project that a release lost its verified source, or comes from another one.

use bonded_mail::ProjectChange;
use bonded_model::file::File;
use bonded_model::project::Release;
use bonded_model::{Actor, Channel, Timestamp};
use bonded_store::{Queries, Tx};

use super::compare::{Alarm, Built};
use crate::people::mail::post;
use crate::projects::News;
use crate::{Error, Registry};

/// A file that was just published.
pub(crate) struct Arrived<'a> {
    pub(crate) file: &'a File,
    pub(crate) channel: &'a Channel,
    /// The project's name as its publisher spells it.
    pub(crate) project: &'a str,
    pub(crate) actor: &'a Actor,
    pub(crate) at: Timestamp,
}

impl Registry {
    /// Tells the owners, in the transaction of the upload, if this file is the first one to raise the alarm in its
    /// release. File and source must be written already. A project without verified sources costs one small query.
    pub(crate) async fn warn_of_source(&self, tx: &mut Tx, arrived: &Arrived<'_>) -> Result<(), Error> {
        let Some((release, earlier)) = surroundings(tx, arrived.file).await? else { return Ok(()) };
        let files = tx.sources_of_release(release.id).await?;
        let (this, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| file.file == arrived.file.id);
        let mut sources: Vec<_> = others.into_iter().map(|file| file.source).collect();
        let before = built(&release, sources.clone());
        sources.extend(this.into_iter().map(|file| file.source));
        let after = built(&release, sources);
        let raised = after.alarm(earlier.as_ref()).filter(|_| before.alarm(earlier.as_ref()).is_none());
        let Some(alarm) = raised else { return Ok(()) };
        let news = News {
            channel: arrived.channel,
            project: arrived.project,
            actor: arrived.actor,
            at: arrived.at,
            change: change(release.version, alarm),
        };
        let letters = self.letters_in(tx, arrived.file.project, &news).await?;
        post(tx, &letters).await
    }
}

fn change(version: String, alarm: Alarm) -> ProjectChange {
    match alarm {
        Alarm::Lost { earlier, from } => ProjectChange::SourceLost { version, earlier, from },
        Alarm::Changed { earlier, from, to } => ProjectChange::SourceChanged { version, earlier, from, to },
    }
}

/// The release of a file, and the newest earlier one that has a verified source. `None` if the project has none that has.
async fn surroundings(queries: &mut Queries, file: &File) -> Result<Option<(Release, Option<Built>)>, Error> {
    if !queries.has_sources(file.project).await? {
        return Ok(None);
    }
    let Some(release) = queries.release(file.release).await? else { return Ok(None) };
    let (at, id) = (release.created_at, release.id);
    let earlier = match queries.release_with_source_before(file.project, at, id).await? {
        Some(earlier) => queries.release(earlier).await?,
        None => None,
    };
    let Some(earlier) = earlier else { return Ok(Some((release, None))) };
    let sources = queries.sources_of_release(earlier.id).await?;
    let earlier = built(&earlier, sources.into_iter().map(|file| file.source).collect());
    Ok(Some((release, Some(earlier))))
}

fn built(release: &Release, sources: Vec<Option<bonded_model::publishing::Source>>) -> Built {
    Built { id: release.id, version: release.version.clone(), created_at: release.created_at, sources }
}

//! The page of a project.

use std::collections::HashMap;
use std::sync::Arc;

use bonded_model::project::{Project, ProjectMember, ProjectRules, ReleaseOutline, Yank as Yanked};
use bonded_model::publishing::Source;
use bonded_model::trust::Signing;
use bonded_model::user::UserName;
use bonded_model::{Actor, Channel, ChannelFormat, ProjectStatus, Sha256, Timestamp};

use super::about::About;
use super::files::Files;
use super::find::find;
use super::versions::{canonical, is_prerelease, latest, newest_first};
use crate::access::{Delete, ManageChannel, ManageProject, Read, Yank};
use crate::provenance::{Known, Provenance};
use crate::trust::SignedBy;
use crate::{Error, Registry};

/// Everything that the page of a project, or of one of its releases, shows to one viewer.
#[derive(Clone, Debug)]
pub struct ProjectPage {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The project, with where it stands in its life.
    pub project: Project,
    /// The releases that have files, newest first. Nobody but those who look after the project sees them while they are
    /// withheld.
    pub releases: Vec<ReleaseView>,
    /// Which of them is shown: the one that was asked for, or the one that stands for the project.
    pub shown: Option<usize>,
    /// What that release says about itself.
    pub about: About,
    /// Those of its links that lie in the source repository which all its files were built from, by their place.
    pub verified_links: Vec<usize>,
    /// Whether files are kept from everybody: the project is in quarantine.
    pub withheld: bool,
    /// Who has a role of their own in it.
    pub members: Vec<ProjectMember>,
    /// What the viewer may do.
    pub may: May,
    /// Whether the files are signed under a root whose key is on the server.
    pub development_root: bool,
}

/// What a viewer may do with a project. Each is decided again when it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct May {
    /// Yank releases, and take that back.
    pub yank: bool,
    /// Delete files, releases and the project.
    pub delete: bool,
    /// Say who has which role, archive and deprecate, cut tokens off.
    pub manage: bool,
    /// Put it into quarantine, and take it out.
    pub quarantine: bool,
}

/// A release with its files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReleaseView {
    /// The version in canonical form.
    pub version: String,
    /// Whether clients take it only when they are told to (Python).
    pub prerelease: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Set while it is yanked.
    pub yanked: Option<Yanked>,
    /// Where it comes from, compared with those before it.
    pub provenance: Provenance,
    /// Its files, by name.
    pub files: Vec<FileView>,
}

/// A file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileView {
    /// Its name; for conda `{subdir}/{file name}`.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
    /// Its path behind the channel's; the parts hold nothing that a URL would have to escape. `None` while files are
    /// withheld.
    pub path: Option<String>,
    /// Who published it, for those who may know.
    pub published: Option<Published>,
    /// Whose signatures over its record count; `None` in Python channels, where nothing is signed.
    pub signed: Option<Vec<SignedBy>>,
    /// The run that published it, if a trusted publisher did.
    pub source: Option<Source>,
    /// How many signed statements about it were verified.
    pub attestations: u64,
}

/// Who published a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// The account; `None` for the operator, and once the account is gone.
    pub by: Option<UserName>,
    /// Whether it was done with an API token.
    pub with_token: bool,
}

impl Registry {
    /// What the page of a project shows to the actor; with a version, what the page of that release shows.
    ///
    /// # Errors
    /// The [`Denial`](crate::access::Denial) of a channel that the actor may not read, the same as for an unknown one;
    /// [`Error::NotFound`] for an unknown project or version.
    pub async fn project_page(
        &self,
        actor: &Actor,
        channel: &str,
        name: &str,
        version: Option<&str>,
    ) -> Result<ProjectPage, Error> {
        let channel = self.access.visible_channel(actor, channel).await?;
        self.access.permit(actor, Read { channel: Arc::clone(&channel) })?;
        let trust = match channel.signing {
            Signing::Off => None,
            Signing::Server | Signing::Publisher => self.trust().await?,
        };
        let mut snapshot = self.store.snapshot().await?;
        let project = find(&mut snapshot, &channel, name).await?;
        let may = self.may(actor, &channel, &project);
        // In quarantine those who look after the project may change nothing, but still see what is in it.
        let rules = ProjectRules { status: ProjectStatus::Active, ..project.rules() };
        let looks_after = Yank { channel: Arc::clone(&channel), project: rules };
        let inside = may.manage || self.access.permit(actor, looks_after).is_ok();
        let withheld = project.lifecycle.status.withholds_files();
        let (mut outlines, mut files, mut known) = (Vec::new(), HashMap::new(), Known::default());
        if inside || !withheld {
            outlines = snapshot.release_outlines(project.id).await?;
            newest_first(channel.format, &mut outlines);
            known = Known::of(&mut snapshot, &outlines).await?;
            let signed = match &trust {
                Some(trust) => trust.signed_by(&channel, snapshot.signers_of_project(project.id).await?),
                None => HashMap::new(),
            };
            let read = Files { format: channel.format, withheld, inside, known: &known, signed };
            files = read.read(&mut snapshot, project.id).await?;
        }
        let shown = shown(channel.format, &outlines, version)?;
        let about = match shown.and_then(|shown| outlines.get(shown)) {
            Some(outline) => {
                let release = snapshot.release(outline.id).await?;
                release.map_or_else(About::default, |release| About::of(channel.format, &release.metadata))
            }
            None => About::default(),
        };
        let sources = shown.and_then(|shown| outlines.get(shown)).map(|shown| known.full(shown.id));
        let verified_links = about.verified_links(&sources.unwrap_or_default());
        let members = snapshot.project_members(project.id).await?;
        let release = |outline: ReleaseOutline| ReleaseView {
            prerelease: is_prerelease(channel.format, &outline.version),
            files: files.remove(&outline.id).unwrap_or_default(),
            version: outline.version,
            created_at: outline.created_at,
            yanked: outline.yanked,
            provenance: known.releases.remove(&outline.id).unwrap_or_default(),
        };
        let releases = outlines.into_iter().map(release).collect();
        let development_root = trust.is_some_and(|trust| trust.is_development());
        Ok(ProjectPage {
            channel,
            project,
            releases,
            shown,
            about,
            verified_links,
            withheld,
            members,
            may,
            development_root,
        })
    }

    /// What the actor may do with the project.
    pub(super) fn may(&self, actor: &Actor, channel: &Arc<Channel>, project: &Project) -> May {
        let (rules, name) = (project.rules(), project.display_name.clone());
        let channel = || Arc::clone(channel);
        let manage = ManageProject { channel: channel(), project: project.id, name };
        May {
            yank: self.access.permit(actor, Yank { channel: channel(), project: rules }).is_ok(),
            delete: self.access.permit(actor, Delete { channel: channel(), project: rules }).is_ok(),
            manage: self.access.permit(actor, manage).is_ok(),
            quarantine: self.access.permit(actor, ManageChannel { channel: channel() }).is_ok(),
        }
    }
}

/// The position of the release that is shown.
fn shown(
    format: ChannelFormat,
    outlines: &[ReleaseOutline],
    version: Option<&str>,
) -> Result<Option<usize>, Error> {
    let Some(version) = version else {
        let latest = latest(format, outlines).map(|latest| latest.id);
        return Ok(outlines.iter().position(|outline| Some(outline.id) == latest));
    };
    let wanted = canonical(format, version);
    let found = outlines.iter().position(|outline| outline.version == wanted);
    found.map(Some).ok_or_else(|| Error::NotFound(format!("there is no version {version}")))
}

//! Proving what is there already: an environment, a lock file, an archive.

mod explicit;
mod lock;
mod prefix;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bonded_model::{Sha256, Timestamp};
use rattler_conda_types::PackageRecord;
use url::Url;

use crate::Environment;
use crate::archives;
use crate::channel::ChannelRef;
use crate::index::{Entry, IndexError, SubdirIndex};
use crate::plan::Platform;
use crate::trust::{Trust, TrustError, Verdict};
use crate::web::Web;

/// What somebody says of a package: where it came from, and what it is.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// The file's name, or whatever else it is known by.
    pub file: String,
    /// Where it came from, unless it is from no conda channel.
    origin: Option<Origin>,
    sha256: Option<Sha256>,
    md5: Option<[u8; 16]>,
    size: Option<u64>,
    /// What an environment was told of it.
    record: Option<Box<PackageRecord>>,
}

#[derive(Clone, Debug)]
struct Origin {
    channel: ChannelRef,
    subdir: String,
}

/// What was found of a claim.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The file's name.
    pub file: String,
    /// The channel, if it came from one.
    pub channel: Option<String>,
    /// What is to be said of it.
    pub verdict: Verdict,
    /// Whether the channel has a record of that name, if that was found out.
    is_listed: Option<bool>,
}

impl Claim {
    /// The claim of whoever wrote the URL of an archive down. A token in the URL is left out.
    fn of_url(url: &Url) -> Self {
        let (channel, file) = match url.path().rsplit_once('/') {
            Some((above, file)) => (above.rsplit_once('/'), file),
            None => (None, url.path()),
        };
        let origin = channel.and_then(|(path, subdir)| {
            let mut base = url.clone();
            base.set_path(path);
            base.set_fragment(None);
            let channel = ChannelRef::parse(base.as_str(), &base).ok()?;
            Some(Origin { channel, subdir: subdir.to_owned() })
        });
        Self { file: file.to_owned(), origin, ..Self::default() }
    }

    /// The claim that a record makes of its archive.
    fn with_record(mut self, record: &PackageRecord) -> Self {
        self.sha256 = record.sha256.map(|digest| <[u8; 32]>::from(digest).into());
        self.md5 = record.md5.map(Into::into);
        self.size = record.size;
        self
    }

    /// The channels that have to be asked.
    fn channel(&self) -> Option<&ChannelRef> {
        self.origin.as_ref().map(|origin| &origin.channel)
    }
}

/// What an environment says of itself.
///
/// # Errors
/// When it is none, or cannot be read.
pub fn of_prefix(prefix: &Path) -> Result<Vec<Claim>, VerifyError> {
    prefix::claims(prefix)
}

/// What a lock file says: of conda-lock or pixi, or a list of URLs below `@EXPLICIT`.
///
/// # Errors
/// When it is none, or cannot be read.
pub fn of_lock(path: &Path) -> Result<Vec<Claim>, VerifyError> {
    let text = std::fs::read_to_string(path).map_err(|error| VerifyError::Read(path.to_owned(), error))?;
    match explicit::claims(&text) {
        Some(claims) => claims.map_err(|line| VerifyError::Lock(path.to_owned(), line)),
        None => lock::claims(path, &text),
    }
}

/// What an archive is, as if it came from each of these channels. It is of one of them, or of none: [`best`] says which.
///
/// # Errors
/// When it cannot be read.
pub fn of_archive(
    path: &Path,
    channels: &[ChannelRef],
    platform: Platform,
) -> Result<Vec<Claim>, VerifyError> {
    let (sha256, size) = archives::digest(path).map_err(|error| VerifyError::Read(path.to_owned(), error))?;
    let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let mut claims = Vec::new();
    for channel in channels {
        for subdir in ["noarch", platform.as_str()] {
            let origin = Some(Origin { channel: channel.clone(), subdir: subdir.to_owned() });
            claims.push(Claim {
                file: file.clone(),
                origin,
                sha256: Some(sha256),
                size: Some(size),
                ..Claim::default()
            });
        }
    }
    Ok(claims)
}

/// The proof that counts of an archive that was looked for in several places: that it is trusted; else that it is another
/// one than the channel has; else whatever speaks against it. That a registry signs nothing speaks least.
pub fn best(proofs: Vec<Proof>) -> Option<Proof> {
    proofs.into_iter().min_by_key(|proof| match (&proof.verdict, proof.is_listed) {
        (Verdict::Trusted { .. }, _) => 0,
        (Verdict::Failed { .. }, Some(true)) => 1,
        (Verdict::Failed { .. }, None) => 2,
        (Verdict::Failed { .. }, Some(false)) => 3,
        (Verdict::Unsigned, _) => 4,
    })
}

/// Proves claims, each against the channel that it names. The proofs are in the same order.
///
/// # Errors
/// When a channel cannot be read. What cannot be proved is no error.
pub async fn verify(
    environment: &Environment,
    claims: &[Claim],
    now: Timestamp,
) -> Result<Vec<Proof>, VerifyError> {
    let channels: Vec<ChannelRef> = claims.iter().filter_map(Claim::channel).cloned().collect();
    let web = Web::new(environment, &channels)?;
    let mut judge = Judge { web, trusts: HashMap::new(), indexes: HashMap::new() };
    let mut proofs = Vec::new();
    for claim in claims {
        let (verdict, is_listed) = judge.judge(environment, claim, now).await?;
        let channel = claim.channel().map(ToString::to_string);
        proofs.push(Proof { file: claim.file.clone(), channel, verdict, is_listed });
    }
    Ok(proofs)
}

/// What was learned so far.
struct Judge {
    web: Web,
    trusts: HashMap<Url, Trust>,
    indexes: HashMap<Url, SubdirIndex>,
}

impl Judge {
    /// What is to be said of a claim, and whether its channel lists the file, if it was asked.
    async fn judge(
        &mut self,
        environment: &Environment,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<(Verdict, Option<bool>), VerifyError> {
        let Some(Origin { channel, subdir }) = &claim.origin else { return Ok((Verdict::Unsigned, None)) };
        let server = channel.server();
        if !self.trusts.contains_key(&server) {
            let trust = Trust::of(&self.web, environment, channel, now).await?;
            self.trusts.insert(server.clone(), trust);
        }
        let entry = match self.trusts.get(&server) {
            None | Some(Trust::Unsigned) => return Ok((Verdict::Unsigned, None)),
            Some(Trust::Broken(reason)) => return Ok((Verdict::Failed { reason: reason.clone() }, None)),
            Some(Trust::Signed(_)) => self.entry(channel, subdir, &claim.file).await?,
        };
        let Some(entry) = entry else {
            let reason = "the channel does not list it any more, or never did".to_owned();
            return Ok((Verdict::Failed { reason }, Some(false)));
        };
        let verdict = match self.trusts.get(&server).map(|trust| trust.judge(subdir, &entry)) {
            Some(verdict @ Verdict::Trusted { .. }) => match differs(claim, &entry) {
                None => verdict,
                Some(reason) => Verdict::Failed { reason },
            },
            Some(verdict) => verdict,
            None => Verdict::Unsigned,
        };
        Ok((verdict, Some(true)))
    }

    async fn entry(
        &mut self,
        channel: &ChannelRef,
        subdir: &str,
        file: &str,
    ) -> Result<Option<Entry>, VerifyError> {
        let Ok(name) = file.parse::<bonded_model::conda::ArchiveFilename>() else { return Ok(None) };
        let base = channel.file(&format!("{subdir}/")).map_err(IndexError::from)?;
        if !self.indexes.contains_key(&base) {
            let index = SubdirIndex::load(&self.web, channel, subdir).await?;
            self.indexes.insert(base.clone(), index);
        }
        let Some(index) = self.indexes.get(&base) else { return Ok(None) };
        let mut entries = index.package(&self.web, name.name().as_str()).await?;
        Ok(entries.remove(file))
    }
}

/// In what a claim differs from the signed record.
fn differs(claim: &Claim, entry: &Entry) -> Option<String> {
    let Ok(signed) = serde_json::from_slice::<PackageRecord>(&entry.record) else {
        return Some("its record cannot be read".to_owned());
    };
    let sha256: Option<Sha256> = signed.sha256.map(|digest| <[u8; 32]>::from(digest).into());
    let md5: Option<[u8; 16]> = signed.md5.map(Into::into);
    match (claim.sha256, claim.md5) {
        (Some(said), _) if Some(said) != sha256 => {
            return Some(format!("its SHA-256 is {said}, and another is signed"));
        }
        (None, Some(said)) if Some(said) != md5 => {
            return Some("its MD5 is not that of the signed record".to_owned());
        }
        (None, None) => return Some("nothing says which bytes it has: there is no digest".to_owned()),
        _ => {}
    }
    if claim.size.is_some() && claim.size != signed.size {
        return Some("its size is not that of the signed record".to_owned());
    }
    let told = claim.record.as_deref()?;
    let same = [
        ("name", told.name == signed.name),
        ("version", told.version == signed.version),
        ("build", told.build == signed.build && told.build_number == signed.build_number),
        ("dependencies", told.depends == signed.depends),
        ("constraints", told.constrains == signed.constrains),
        ("subdir", told.subdir == signed.subdir),
    ];
    let wrong = same.iter().find(|(_, same)| !same);
    wrong.map(|(what, _)| format!("its {what} in the environment is not what is signed"))
}

/// Nothing can be said of it.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Not read.
    #[error("{0:?} cannot be read")]
    Read(PathBuf, #[source] std::io::Error),
    /// Not an environment.
    #[error("{0:?} is no environment: it has no conda-meta")]
    NoEnvironment(PathBuf),
    /// Not a lock file.
    #[error("{0:?} is no lock file: {1}")]
    Lock(PathBuf, String),
    /// The server could not be asked.
    #[error(transparent)]
    Web(#[from] crate::web::WebError),
    /// An index cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Whether a channel can be trusted was not found out.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

//! What is known of a conda upload before its bytes are understood.

use bonded_model::conda::{ArchiveFilename, PackageName, Subdir};
use bonded_model::{Actor, ChannelFormat};

use crate::access::{Epoch, Permit, Publish};
use crate::publishing::Announced;
use crate::trust::RecordSignature;
use crate::{Error, Registry};

/// Where an upload goes, read from its URL and headers.
#[derive(Clone, Debug)]
pub struct UploadTarget {
    /// The file's name, which says name, version and build.
    pub filename: ArchiveFilename,
    /// The subdir, where the protocol names one. The archive must agree.
    pub subdir: Option<Subdir>,
}

/// An upload that was permitted.
#[derive(Debug)]
pub struct CondaUpload {
    /// Where it goes.
    pub target: UploadTarget,
    /// What was announced about its bytes.
    pub announced: Announced,
    /// Its publisher's signature over the record, where publishers sign.
    pub signature: Option<RecordSignature>,
    /// A Sigstore bundle that attests it (CEP 27).
    pub attestation: Option<String>,
    /// That it may go there.
    pub permit: Permit<Publish>,
}

impl Registry {
    /// Decides whether the actor, authenticated after this `epoch`, may publish the package of this name, which may not
    /// exist yet.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn permit_conda_upload(
        &self,
        (actor, epoch): (&Actor, Epoch),
        channel: &str,
        package: &PackageName,
    ) -> Result<Permit<Publish>, Error> {
        let channel = self.access.channel(actor, channel, ChannelFormat::Conda).await?;
        self.permit_upload((actor, epoch), channel, package.as_str(), package.as_str()).await
    }
}

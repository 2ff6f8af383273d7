//! Where an upload goes, as headers, form and URL say it.

use bonded_model::conda::{ArchiveFilename, Subdir};
use bonded_registry::Announced;
use bonded_registry::conda::UploadTarget;
use bonded_registry::trust::RecordSignature;
use http::{HeaderMap, StatusCode};

use crate::problem::Problem;

/// What does not have the form that it must have.
pub(super) fn unprocessable(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
}

/// The target that a file name and, where the protocol has one, a subdir describe.
pub(super) fn target(filename: &str, subdir: Option<&str>) -> Result<UploadTarget, Problem> {
    let filename: ArchiveFilename = filename.parse().map_err(|error| unprocessable(format!("{error}")))?;
    let subdir =
        subdir.map(str::parse::<Subdir>).transpose().map_err(|error| unprocessable(format!("{error}")))?;
    Ok(UploadTarget { filename, subdir })
}

/// The file name in `X-File-Name`, if there is one.
pub(super) fn filename(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-file-name").and_then(|name| name.to_str().ok())
}

/// What `X-File-SHA256` and `X-File-Size` announce.
pub(super) fn announced(headers: &HeaderMap) -> Result<Announced, Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let size = text("x-file-size").map(str::parse::<u64>).transpose();
    Ok(Announced {
        sha256: text("x-file-sha256").map(str::to_owned),
        size: size.map_err(|_| unprocessable("X-File-Size is not a number of bytes"))?,
        ..Announced::default()
    })
}

/// The header in which a publisher sends the signature of a record.
const SIGNATURE: &str = "x-bonded-signature";

/// The signature in `X-Bonded-Signature`, if there is one.
pub(super) fn signature(headers: &HeaderMap) -> Result<Option<RecordSignature>, Problem> {
    headers.get(SIGNATURE).map(|value| parse_signature(value.as_bytes())).transpose()
}

/// A signature as text: the key, a colon, the signature.
pub(super) fn parse_signature(text: &[u8]) -> Result<RecordSignature, Problem> {
    let text = std::str::from_utf8(text).unwrap_or_default().trim();
    text.parse().map_err(|error| unprocessable(format!("{error}")))
}

//! The setting that says where blobs live.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use url::Url;

/// Where blobs live, as a person writes it: a directory, `file:///directory` or `s3://bucket/prefix`.
///
/// It never holds a secret: a URL with credentials in it is refused, without being repeated in the refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobsUrl {
    /// A directory of this machine.
    Local(PathBuf),
    /// A bucket of a server that speaks the S3 protocol. Which server, and the credentials, are in
    /// [`S3Options`](crate::S3Options).
    S3 {
        /// The bucket's name.
        bucket: String,
        /// What every key begins with, without slashes at its ends. May be empty.
        prefix: String,
    },
}

impl FromStr for BlobsUrl {
    type Err = BlobsUrlError;

    fn from_str(text: &str) -> Result<Self, BlobsUrlError> {
        match text.split_once("://") {
            _ if text.is_empty() => Err(BlobsUrlError::Empty),
            None => Ok(Self::Local(Path::new(text).to_owned())),
            Some(("file", _)) => file(text),
            Some(("s3", _)) => s3(text),
            Some((scheme, _)) => Err(BlobsUrlError::Scheme(scheme.chars().take(16).collect())),
        }
    }
}

fn file(text: &str) -> Result<BlobsUrl, BlobsUrlError> {
    let url = plain(text)?;
    url.to_file_path().map(BlobsUrl::Local).map_err(|()| BlobsUrlError::NotAPath)
}

fn s3(text: &str) -> Result<BlobsUrl, BlobsUrlError> {
    let url = plain(text)?;
    let bucket = url.host_str().filter(|host| !host.is_empty()).ok_or(BlobsUrlError::NoBucket)?;
    let prefix = url.path().trim_matches('/');
    let plain_segment =
        |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !prefix.is_empty() && !prefix.split('/').all(plain_segment) {
        return Err(BlobsUrlError::Prefix);
    }
    Ok(BlobsUrl::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
}

fn plain(text: &str) -> Result<Url, BlobsUrlError> {
    let url: Url = text.parse().map_err(|_| BlobsUrlError::NotAUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BlobsUrlError::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() || url.port().is_some() {
        return Err(BlobsUrlError::Extra);
    }
    Ok(url)
}

impl fmt::Display for BlobsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => write!(f, "{}", path.display()),
            Self::S3 { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

/// Why a text does not say where blobs live. Never repeats what could be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says it")]
pub enum BlobsUrlError {
    #[error("the place of the blobs is empty: give a directory or s3://bucket/prefix")]
    Empty,
    #[error("blobs cannot live at {0}://: give a directory, file:///directory or s3://bucket/prefix")]
    Scheme(String),
    #[error("the place of the blobs is not a URL: give a directory, file:///directory or s3://bucket/prefix")]
    NotAUrl,
    #[error("a file URL of blobs must name a local directory: file:///directory, with three slashes")]
    NotAPath,
    #[error("the S3 URL names no bucket: write s3://bucket/prefix")]
    NoBucket,
    #[error("a prefix in a bucket may use letters, digits and -_. between single slashes")]
    Prefix,
    #[error(
        "the URL of the blobs holds credentials: give the access key and the secret key as their own settings"
    )]
    Credentials,
    #[error(
        "the URL of the blobs takes no port, query or fragment: endpoint and region are settings of their own"
    )]
    Extra,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_and_buckets_are_read_and_shown() {
        for (text, shown) in [
            ("./blobs", "./blobs"),
            ("/var/lib/bonded", "/var/lib/bonded"),
            ("file:///var/lib/bonded", "/var/lib/bonded"),
            ("s3://bucket", "s3://bucket"),
            ("s3://my.bucket/one/two/", "s3://my.bucket/one/two"),
        ] {
            assert_eq!(text.parse::<BlobsUrl>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn other_places_are_refused_with_their_reason() {
        for (text, reason) in [
            ("", BlobsUrlError::Empty),
            ("gs://bucket", BlobsUrlError::Scheme("gs".to_owned())),
            ("file://host/path", BlobsUrlError::NotAPath),
            ("s3:///prefix", BlobsUrlError::NoBucket),
            ("s3://bucket/a//b", BlobsUrlError::Prefix),
            ("s3://bucket/a%2Fb", BlobsUrlError::Prefix),
            ("s3://bucket?region=eu", BlobsUrlError::Extra),
            ("s3://bucket:9000/", BlobsUrlError::Extra),
        ] {
            assert_eq!(text.parse::<BlobsUrl>(), Err(reason), "{text}");
        }
    }

    #[test]
    fn credentials_in_the_url_are_refused_and_not_repeated() {
        let error = "s3://AKIA:hunter2@bucket/prefix".parse::<BlobsUrl>().unwrap_err();
        assert_eq!(error, BlobsUrlError::Credentials);
        assert!(!error.to_string().contains("hunter2"));
    }
}

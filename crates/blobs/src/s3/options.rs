//! The settings of an S3 client.

use std::time::Duration;

use object_store::ClientOptions;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::error::OpenError;

/// Which S3 server, and with which credentials. The default is AWS itself, with the credentials that its own tools would
/// find (`AWS_…` variables, the role of the machine).
#[derive(Clone, Debug, Default)]
pub struct S3Options {
    /// The server, for anything but AWS: `https://s3.example.org`.
    pub endpoint: Option<Url>,
    /// The region. Other servers than AWS mostly take any.
    pub region: Option<String>,
    /// The public half of the credentials.
    pub access_key_id: Option<String>,
    /// The secret half of the credentials.
    pub secret_access_key: Option<SecretString>,
    /// Allows an endpoint with `http://`, for a server on this machine or a network that is trusted.
    pub allow_http: bool,
    /// Puts the bucket's name into the host instead of the path. Then the endpoint must hold it already.
    pub virtual_hosted: bool,
}

impl S3Options {
    pub(super) fn client(&self, bucket: &str) -> Result<AmazonS3, OpenError> {
        if self.endpoint.as_ref().is_some_and(|url| url.scheme() == "http") && !self.allow_http {
            return Err(OpenError::PlainHttp);
        }
        // An error only says that the program has chosen its provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Set on the builder, not on the client: what the builder has wins.
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_client_options(client_options())
            .with_allow_http(self.allow_http)
            .with_virtual_hosted_style_request(self.virtual_hosted);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        if let Some(region) = &self.region {
            builder = builder.with_region(region);
        }
        builder = match (&self.access_key_id, &self.secret_access_key) {
            (None, None) => builder,
            (Some(id), Some(secret)) => {
                builder.with_access_key_id(id).with_secret_access_key(secret.expose_secret())
            }
            _ => return Err(OpenError::HalfCredentials),
        };
        builder.build().map_err(OpenError::S3)
    }
}

/// No limit on the whole of a request, since a large blob takes as long as its slowest reader; limits on silence.
fn client_options() -> ClientOptions {
    ClientOptions::new()
        .with_timeout_disabled()
        .with_connect_timeout(Duration::from_secs(5))
        .with_read_timeout(Duration::from_secs(60))
}

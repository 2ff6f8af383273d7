//! TLS without a proxy. The certificate is read again on SIGHUP, so that its renewal needs no restart.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::config::shown;

/// The certificate in use, and where to find the next.
pub(super) struct Tls {
    cert: PathBuf,
    key: PathBuf,
    current: ArcSwap<ServerConfig>,
}

impl Tls {
    /// Reads certificate and key.
    pub(super) fn load(cert: PathBuf, key: PathBuf) -> anyhow::Result<Arc<Self>> {
        let current = ArcSwap::from(read(&cert, &key)?);
        Ok(Arc::new(Self { cert, key, current }))
    }

    /// Accepts connections with the certificate of this moment.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }

    /// Reads both files again at each SIGHUP. Files that are not valid change nothing.
    pub(super) async fn reload(self: Arc<Self>) {
        let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
        while hangup.recv().await.is_some() {
            match read(&self.cert, &self.key) {
                Ok(config) => {
                    self.current.store(config);
                    tracing::info!("the certificate was read again");
                }
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "the certificate stays as it was");
                }
            }
        }
    }
}

fn read(cert: &Path, key: &Path) -> anyhow::Result<Arc<ServerConfig>> {
    let bad_cert = || format!("the certificate {} cannot be used", shown(cert));
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(cert).and_then(Iterator::collect).with_context(bad_cert)?;
    if chain.is_empty() {
        bail!("the certificate {} holds no PEM section CERTIFICATE", shown(cert));
    }
    let bad_key = || format!("the private key {} cannot be used", shown(key));
    let key = PrivateKeyDer::from_pem_file(key).with_context(bad_key)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key).with_context(bad_cert)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

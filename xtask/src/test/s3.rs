//! An S3-compatible server for the tests: moto's, which keeps everything in memory.

use std::process::Stdio;

use anyhow::Result;

use super::children::{Service, free_port};
use super::python::Python;

/// The server, or one that the caller named.
pub(super) struct S3 {
    endpoint: String,
    _service: Option<Service>,
}

impl S3 {
    /// The server named by the environment, or a new one on a free port. It takes any credentials.
    pub(super) fn start(python: &Python) -> Result<Self> {
        if let Ok(endpoint) = std::env::var(super::S3_ENDPOINT) {
            return Ok(Self { endpoint, _service: None });
        }
        let port = free_port()?;
        let mut server = python.command("moto_server");
        server.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let service = Service::start(&mut server, port)?;
        Ok(Self { endpoint: format!("http://127.0.0.1:{port}"), _service: Some(service) })
    }

    /// Where it listens, as a URL.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

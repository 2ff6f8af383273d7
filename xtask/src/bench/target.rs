//! Whom requests go to.

use anyhow::Result;

use super::http::Client;

/// A port of this machine, and the token to show there.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) port: u16,
    pub(super) token: String,
}

impl Target {
    /// The address of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A connection of its own.
    pub(super) fn connect(&self) -> Result<Client> {
        Client::connect(self.port, &self.token)
    }
}

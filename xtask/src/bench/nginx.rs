//! The yardstick: nginx, which serves the same bytes from files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::cores;
use crate::test::apt;
use crate::test::children::{Service, free_port};

/// What nginx serves below this path wants a password.
pub(super) const PRIVATE: &str = "private";
/// `bench:bench`, as clients send it.
pub(super) const AUTHORIZATION: &str = "Basic YmVuY2g6YmVuY2g=";

/// nginx with one worker over a directory of ours.
pub(super) struct Nginx {
    pub(super) port: u16,
    root: PathBuf,
    _service: Service,
}

impl Nginx {
    /// Starts it over an empty directory below `dir`.
    pub(super) fn start(dir: &Path) -> Result<Self> {
        let dir = dir.join("nginx");
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        let root = dir.join("root");
        fs::create_dir_all(root.join(PRIVATE))?;
        // The cheapest check that it knows: the yardstick should not lose time with hashing.
        fs::write(dir.join("passwords"), "bench:{PLAIN}bench\n")?;
        let port = free_port()?;
        let config = dir.join("nginx.conf");
        fs::write(&config, configuration(&dir, port))?;
        let service = Service::start(cores::server("nginx").arg("-c").arg(&config), port)?;
        Ok(Self { port, root, _service: service })
    }

    /// Serves bytes at a path.
    pub(super) fn put(&self, path: &str, bytes: &[u8]) -> Result<()> {
        Ok(fs::write(self.root.join(path), bytes)?)
    }
}

fn configuration(dir: &Path, port: u16) -> String {
    let dir = dir.display();
    // Without a user of its own the worker could not read a directory of root's.
    let user = if apt::is_root() { "user root;" } else { "" };
    format!(
        "{user}
daemon off;
worker_processes 1;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    open_file_cache max=100;
    default_type text/html;
    server {{
        listen 127.0.0.1:{port};
        root {dir}/root;
        location /{PRIVATE}/ {{
            auth_basic bench;
            auth_basic_user_file {dir}/passwords;
        }}
    }}
}}
"
    )
}

//! Requests over several connections at once.

use std::time::Instant;

use anyhow::{Result, anyhow};

use super::cores;
use super::http::Client;
use super::target::Target;

/// One request that is ready to be sent.
pub(super) struct Upload {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// Sends all uploads over `connections` and gives how many were answered in a second. Each of them must succeed.
pub(super) fn uploads(target: &Target, connections: usize, uploads: &[Upload]) -> Result<f64> {
    let share = uploads.len().div_ceil(connections);
    let mut clients = Vec::new();
    for part in uploads.chunks(share) {
        clients.push((target.connect()?, part));
    }
    let start = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            clients.into_iter().map(|(client, part)| scope.spawn(|| send(client, part))).collect();
        for thread in threads {
            thread.join().map_err(|_| anyhow!("a connection's thread panicked"))??;
        }
        anyhow::Ok(())
    })?;
    Ok(uploads.len() as f64 / start.elapsed().as_secs_f64())
}

fn send(mut client: Client, part: &[Upload]) -> Result<()> {
    cores::stay_on_client()?;
    for upload in part {
        client.upload(upload.method, &upload.path, &upload.content_type, &upload.body)?;
    }
    Ok(())
}

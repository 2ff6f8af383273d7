//! The load generator for reads.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::cores;

/// Connections that ask at the same time.
const CONNECTIONS: &str = "16";

/// Asks for `url` for a while; answers per second. `authorization` is the value of the header, or empty.
pub(super) fn rate(url: &str, authorization: &str, time: Duration) -> Result<f64> {
    let mut wrk = cores::client("wrk");
    wrk.args(["-t1", "-c", CONNECTIONS, "-d", &format!("{}s", time.as_secs())]);
    if !authorization.is_empty() {
        wrk.args(["-H", &format!("Authorization: {authorization}")]);
    }
    let output = wrk.arg(url).output().context("cannot start wrk")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "wrk failed: {}", String::from_utf8_lossy(&output.stderr));
    if said.contains("Non-2xx") || said.contains("Socket errors") {
        bail!("not every answer from {url} was a good one:\n{said}");
    }
    let rate = said.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    rate.context("wrk names no rate")?.trim().parse().context("wrk's rate is not a number")
}

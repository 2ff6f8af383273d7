//! How long it takes to sign every record anew after a change of keys.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::plan::Plan;
use super::report::{Goal, Row};
use super::samples::Samples;
use super::server::Admin;

/// How often it is asked whether records are left.
const POLL: Duration = Duration::from_millis(20);
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(300);
/// What is promised: 100,000 records in ten seconds on two cores.
const SECONDS_EACH: f64 = 10.0 / 100_000.0;

/// Changes the server's key again and again, and waits each time until no record waits for the new one's signature. The
/// server works on all cores, and nobody asks it for anything meanwhile.
pub(super) fn sign_anew(admin: &Admin, plan: &Plan) -> Result<Row> {
    let mut times = Vec::new();
    for _ in 0..plan.rounds {
        let start = Instant::now();
        admin.trust(&["rotate-package-manager"])?;
        wait(admin, "\"waiting\": 0", start)?;
        times.push(start.elapsed().as_secs_f64());
        wait_for_one_key(admin, start)?;
    }
    let records = u32::try_from(plan.names * plan.builds)?;
    Ok(Row {
        what: format!("all {records} records signed by a new key"),
        unit: "s",
        ours: Samples::new(times)?,
        goal: Goal::AtMost(f64::from(records) * SECONDS_EACH),
    })
}

/// The next change is refused until the old key is gone.
fn wait_for_one_key(admin: &Admin, start: Instant) -> Result<()> {
    loop {
        let shown = admin.trust(&["keys", "--json"])?;
        if shown.matches("\"leaving_since\": null").count() == shown.matches("\"leaving_since\"").count() {
            return Ok(());
        }
        ensure!(start.elapsed() < PATIENCE, "the old key is not dropped");
        sleep(POLL);
    }
}

fn wait(admin: &Admin, what: &str, start: Instant) -> Result<()> {
    while !admin.trust(&["keys", "--json"])?.contains(what) {
        ensure!(start.elapsed() < PATIENCE, "the records are not signed anew");
        sleep(POLL);
    }
    Ok(())
}

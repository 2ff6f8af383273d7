//! How long it takes to sign every record anew after a change of keys.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::plan::Plan;
use super::report::{Goal, Row};
use super::samples::Samples;
use super::server::Admin;

/// How often it is asked whether records are left. Each time they are counted, on one of the cores that sign.
const POLL: Duration = Duration::from_millis(200);
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(300);
/// How many times as many packages as in the rows before have to be signed.
pub(super) const FOLD: usize = 2;
/// What is promised: 100,000 records in ten seconds on two cores.
const SECONDS_EACH: f64 = 10.0 / 100_000.0;

/// Changes the server's key again and again, and waits each time until no record waits for the new one's signature, and then
/// until no index that is served has the old one's. The server works on all cores, and nobody asks it for anything meanwhile.
/// The second time has the seconds in it for which clients may keep the old list of keys.
pub(super) fn sign_anew(admin: &Admin, plan: &Plan) -> Result<Vec<Row>> {
    let (mut signed, mut served) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let start = Instant::now();
        admin.trust(&["rotate-package-manager"])?;
        wait(admin, "\"waiting\": 0", start)?;
        signed.push(start.elapsed().as_secs_f64());
        wait_for_one_key(admin, start)?;
        served.push(start.elapsed().as_secs_f64());
    }
    let records = u32::try_from(plan.names * plan.builds * FOLD)?;
    Ok(vec![
        Row {
            what: format!("all {records} records signed by a new key"),
            unit: "s",
            ours: Samples::new(signed)?,
            goal: Goal::AtMost(f64::from(records) * SECONDS_EACH),
        },
        Row {
            what: "the same, until only the new signatures are served".to_owned(),
            unit: "s",
            ours: Samples::new(served)?,
            goal: Goal::Told,
        },
    ])
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

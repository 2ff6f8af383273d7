//! Uploads of small wheels, beside what the disk allows.

use std::path::Path;

use anyhow::Result;

use super::floor;
use super::load::{self, Upload};
use super::plan::Plan;
use super::report::{Goal, Row, Yardstick};
use super::run;
use super::samples::Samples;
use super::seed::{PYTHON, other, small};
use super::target::Target;

/// The bytes of a small wheel, nearly.
const FLOOR_SIZE: usize = 1_500;

/// New versions of projects that exist, by one connection and by eight.
pub(super) fn uploads(target: &Target, dir: &Path, plan: &Plan) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (connections, times) in [(1, 0.3), (8, 1.0)] {
        let (mut rates, mut floors) = (Vec::new(), Vec::new());
        for round in 0..plan.rounds {
            let uploads = new_versions(plan, connections, round)?;
            floors.push(floor::durable_files(dir, plan.uploads, FLOOR_SIZE)?);
            rates.push(load::uploads(target, connections, &uploads)?);
        }
        let plural = if connections == 1 { "connection" } else { "connections" };
        rows.push(Row {
            what: format!("upload of small wheels, durable, {connections} {plural}"),
            unit: "uploads/s",
            ours: Samples::new(rates)?,
            goal: Goal::Times(
                times,
                Yardstick { name: "file and directory synced", samples: Samples::new(floors)? },
            ),
        });
    }
    Ok(rows)
}

/// Versions that no earlier round or run has published.
fn new_versions(plan: &Plan, connections: usize, round: usize) -> Result<Vec<Upload>> {
    let now = run::number()?;
    let count = plan.uploads * connections;
    let projects = plan.projects / 2;
    let version = |number: usize| format!("{now}.{connections}.{round}.{}", number / projects);
    (0..count).map(|number| small(PYTHON, &other(number % projects), &version(number))).collect()
}

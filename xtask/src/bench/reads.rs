//! Pages and downloads, beside nginx with the same bytes.

use anyhow::{Result, ensure};

use super::nginx::{self, Nginx};
use super::plan::Plan;
use super::report::{Goal, Row, Yardstick};
use super::samples::Samples;
use super::seed::{DOWNLOADS, LARGE, PRIVATE, PYTHON, TEN, WEIGHTY};
use super::target::Target;
use super::wrk;

/// One thing to read.
struct Read {
    what: String,
    path: String,
    /// Where nginx has the same bytes.
    copy: String,
    times: f64,
}

impl Read {
    fn new(what: &str, path: String, copy: &str, times: f64) -> Self {
        Self { what: what.to_owned(), path, copy: copy.to_owned(), times }
    }

    fn is_private(&self) -> bool {
        self.copy.starts_with(nginx::PRIVATE)
    }
}

/// The pages.
pub(super) fn pages(target: &Target, nginx: &Nginx, plan: &Plan) -> Result<Vec<Row>> {
    let private = format!("{}/ten.html", nginx::PRIVATE);
    let reads = [
        Read::new("page of a project with 10 files", format!("/{PYTHON}/simple/{TEN}/"), "ten.html", 0.5),
        Read::new(
            "the same in a private channel, with a token",
            format!("/{PRIVATE}/simple/{TEN}/"),
            &private,
            0.5,
        ),
        Read::new(
            &format!("page of a project with {} files", plan.large),
            format!("/{PYTHON}/simple/{LARGE}/"),
            "large.html",
            0.7,
        ),
        Read::new(
            &format!("list of {} projects", plan.projects),
            format!("/{PYTHON}/simple/"),
            "index.html",
            0.7,
        ),
    ];
    reads.iter().map(|read| measure(target, nginx, plan, read)).collect()
}

/// The downloads.
pub(super) fn downloads(target: &Target, nginx: &Nginx, plan: &Plan) -> Result<Vec<Row>> {
    let times = [0.6, 0.95];
    let reads = DOWNLOADS.iter().zip(times).map(|((version, size), times)| {
        let wheel = format!("{WEIGHTY}-{version}-py3-none-any.whl");
        let what = format!("download of {} MB", size / 1_000_000);
        Read::new(&what, format!("/{PYTHON}/files/{wheel}"), &wheel, times)
    });
    reads.map(|read| measure(target, nginx, plan, &read)).collect()
}

fn measure(target: &Target, nginx: &Nginx, plan: &Plan, read: &Read) -> Result<Row> {
    let (ours, theirs) = if read.is_private() {
        (format!("Bearer {}", target.token), nginx::AUTHORIZATION)
    } else {
        (String::new(), "")
    };
    let bytes = target.connect()?.get(&read.path)?.body;
    ensure!(!bytes.is_empty(), "{} is empty", read.path);
    nginx.put(&read.copy, &bytes)?;
    let copy = format!("http://127.0.0.1:{}/{}", nginx.port, read.copy);
    let (mut bonded, mut yardstick) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        yardstick.push(wrk::rate(&copy, theirs, plan.round)?);
        bonded.push(wrk::rate(&target.url(&read.path), &ours, plan.round)?);
    }
    let what = format!("{} ({} bytes)", read.what, bytes.len());
    let yardstick = Yardstick { name: "nginx", samples: Samples::new(yardstick)? };
    let ours = Samples::new(bonded)?;
    Ok(Row { what, unit: "answers/s", ours, goal: Goal::Times(read.times, yardstick) })
}

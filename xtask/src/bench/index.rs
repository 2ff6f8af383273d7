//! How soon one more conda package is visible in a large subdir.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::http::Client;
use super::package::{Package, SUBDIR};
use super::plan::Plan;
use super::report::{Goal, Row};
use super::run;
use super::samples::Samples;
use super::seed::{CONDA, put};
use super::target::Target;

/// How often a client looks whether the full repodata is new.
const POLL: Duration = Duration::from_millis(5);
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// Publishes one package after the other and waits for each until everybody sees it.
pub(super) fn one_more_package(target: &Target, plan: &Plan) -> Result<Vec<Row>> {
    let build = run::number()?;
    let (mut shards, mut full) = (Vec::new(), Vec::new());
    settle(target)?;
    for round in 0..plan.rounds {
        // Whose shard grows must not matter.
        let package = Package::new(round * plan.names / plan.rounds, build)?;
        let (in_shards, in_full) = publish(target, &package)?;
        shards.push(in_shards);
        full.push(in_full);
    }
    let subdir = plan.names * plan.builds;
    let row = |place: &str, samples, most| Row {
        what: format!("one more package in a subdir of {subdir}, until it is visible in {place}"),
        unit: "s",
        ours: samples,
        goal: Goal::AtMost(most),
    };
    Ok(vec![
        row("the shards", Samples::new(shards)?, 0.1),
        row("the full repodata", Samples::new(full)?, 3.0),
    ])
}

/// Waits until nothing is being written any more.
fn settle(target: &Target) -> Result<()> {
    let mut client = target.connect()?;
    let start = Instant::now();
    let mut last = String::new();
    loop {
        let now = client.head(&repodata())?.etag;
        if now == last {
            return Ok(());
        }
        ensure!(start.elapsed() < PATIENCE, "the full repodata does not come to rest");
        last = now;
        sleep(Duration::from_secs(6));
    }
}

/// Seconds until the package is in its shard, and until it is in the full repodata.
fn publish(target: &Target, package: &Package) -> Result<(f64, f64)> {
    let (mut writer, mut reader) = (target.connect()?, target.connect()?);
    let before = reader.head(&repodata())?.etag;
    let upload = put(package);
    let start = Instant::now();
    writer.upload(upload.method, &upload.path, &upload.content_type, &upload.body)?;
    while !is_in_shard(&mut reader, package)? {
        ensure!(start.elapsed() < PATIENCE, "{} does not appear in its shard", package.filename);
    }
    let in_shards = start.elapsed().as_secs_f64();
    while reader.head(&repodata())?.etag == before {
        ensure!(start.elapsed() < PATIENCE, "{} does not appear in the repodata", package.filename);
        sleep(POLL);
    }
    let in_full = start.elapsed().as_secs_f64();
    ensure!(
        contains(&reader.get(&repodata())?.body, package.filename.as_bytes()),
        "the new repodata lacks {}",
        package.filename
    );
    Ok((in_shards, in_full))
}

fn is_in_shard(reader: &mut Client, package: &Package) -> Result<bool> {
    let index = reader.get(&format!("/{CONDA}/{SUBDIR}/repodata_shards.msgpack.zst"))?;
    let index = zstd::decode_all(&index.body[..])?;
    // MessagePack has a byte string of 32 bytes right behind the name: two bytes say so, then come the digest's.
    let mut entry = package.name.as_bytes().to_vec();
    entry.extend([0xc4, 32]);
    let at = find(&index, &entry).context("the shard index does not name the package")? + entry.len();
    let digest = hex::encode(index.get(at..at + 32).context("the shard index is cut off")?);
    let shard = reader.get(&format!("/{CONDA}/{SUBDIR}/shards/{digest}.msgpack.zst"))?;
    Ok(contains(&zstd::decode_all(&shard.body[..])?, package.filename.as_bytes()))
}

fn repodata() -> String {
    format!("/{CONDA}/{SUBDIR}/repodata.json")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    find(bytes, part).is_some()
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

//! The store that everything is measured on, filled through real uploads.

use anyhow::Result;

use super::load::{self, Upload};
use super::package::{Package, SUBDIR};
use super::plan::Plan;
use super::run;
use super::server::Admin;
use super::target::Target;
use super::wheel::Wheel;

/// The public channels, there from the first start.
pub(super) const PYTHON: &str = "pypi";
/// See [`PYTHON`].
pub(super) const CONDA: &str = "main";
/// A channel that needs a token.
pub(super) const PRIVATE: &str = "private";
/// The project with ten files, in the public channel and in the private one.
pub(super) const TEN: &str = "ten";
/// The project with the most files.
pub(super) const LARGE: &str = "large";
/// The project with one wheel for each entry of [`DOWNLOADS`].
pub(super) const WEIGHTY: &str = "weighty";
/// Version and payload in bytes of what is downloaded.
pub(super) const DOWNLOADS: [(&str, usize); 2] = [("1.0", 1_000_000), ("20.0", 20_000_000)];

/// Connections that fill the store: enough for uploads to share commits and shard indexes.
const CONNECTIONS: usize = 64;
/// Wheels that are made before they are sent, so that they do not all have to be in memory.
const BATCH: usize = 4_000;

const ACCOUNT: &str = "bench";

/// Makes the account and the private channel.
pub(super) fn accounts(admin: &Admin) -> Result<()> {
    admin.run(&["user", "create", ACCOUNT, "--email", "bench@example.com", "--admin"])?;
    admin.run(&["channel", "create", PRIVATE, "--format", "python", "--private"])?;
    Ok(())
}

/// A new token to read and publish with.
pub(super) fn token(admin: &Admin, purpose: &str) -> Result<String> {
    let name = format!("{purpose}-{}", run::number()?);
    admin.run(&["token", "create", "--user", ACCOUNT, "--name", &name, "--verb", "read", "--verb", "publish"])
}

/// Fills the Python channels.
pub(super) fn python(target: &Target, plan: &Plan) -> Result<()> {
    let mut special: Vec<(String, String)> = Vec::new();
    special.extend((0..10).map(|version| (TEN.to_owned(), format!("1.{version}"))));
    special.extend((0..plan.large).map(|version| (LARGE.to_owned(), format!("1.{version}"))));
    let others = plan.projects - 3;
    let files = plan.files - special.len() - DOWNLOADS.len();
    // All projects first get one file, then all get a second, as they do in the course of time.
    let plain = (0..files).map(|file| (other(file % others), format!("1.{}", file / others)));
    let wheels: Vec<_> = special.into_iter().chain(plain).collect();
    for batch in wheels.chunks(BATCH) {
        let uploads: Result<Vec<_>> =
            batch.iter().map(|(project, version)| small(PYTHON, project, version)).collect();
        load::uploads(target, CONNECTIONS, &uploads?)?;
    }
    for (version, size) in DOWNLOADS {
        let wheel = Wheel::new(WEIGHTY, version, &noise(size))?;
        load::uploads(target, 1, &[upload(PYTHON, &wheel)])?;
    }
    let ten: Result<Vec<_>> = (0..10).map(|version| small(PRIVATE, TEN, &format!("1.{version}"))).collect();
    load::uploads(target, 1, &ten?)?;
    Ok(())
}

/// Fills the conda channel, with so many builds of each name. What an earlier run has published stays as it is.
pub(super) fn conda(target: &Target, plan: &Plan, builds: usize) -> Result<()> {
    let packages: Vec<_> =
        (0..builds as u64).flat_map(|build| (0..plan.names).map(move |name| (name, build))).collect();
    for batch in packages.chunks(BATCH) {
        let uploads: Result<Vec<_>> =
            batch.iter().map(|(name, build)| Ok(put(&Package::new(*name, *build)?))).collect();
        load::uploads(target, CONNECTIONS, &uploads?)?;
    }
    Ok(())
}

/// The name of one of the many projects that nothing is special about.
pub(super) fn other(number: usize) -> String {
    format!("project{number:05}")
}

/// The upload of a small wheel.
pub(super) fn small(channel: &str, project: &str, version: &str) -> Result<Upload> {
    Ok(upload(channel, &Wheel::new(project, version, format!("version = '{version}'\n").as_bytes())?))
}

/// The upload of a conda package.
pub(super) fn put(package: &Package) -> Upload {
    Upload {
        method: "PUT",
        path: format!("/{CONDA}/{SUBDIR}/{}", package.filename),
        content_type: "application/octet-stream".to_owned(),
        body: package.bytes.clone(),
    }
}

fn upload(channel: &str, wheel: &Wheel) -> Upload {
    let (content_type, body) = wheel.form();
    Upload { method: "POST", path: format!("/{channel}/legacy/"), content_type, body }
}

/// Bytes that no compression makes smaller, the same in every run.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..size).map(|_| next()).collect()
}

//! The cases of the Sigstore project's conformance suite: what must fail fails, and what must verify verifies, whether a
//! bundle signs a statement or a file's digest. (Bonded itself accepts statements alone. Here the digests are let in, or
//! most of the suite would prove nothing.)
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod altered;
mod case;
mod digests;
#[path = "../../src/log.rs"]
mod log;

use std::path::{Path, PathBuf};

use bonded_attestations::Refused;
use case::Case;

/// Where the suite keeps its cases, from the root of its repository.
const CASES: &str = "test/assets/bundle-verify";
/// The variable that names a copy of that repository.
const SUITE: &str = "BONDED_TEST_SIGSTORE_CONFORMANCE";

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sigstore-conformance")
}

/// Goes through a folder of cases: how many must fail, and how many must verify.
#[track_caller]
fn go_through(cases: &Path) -> (usize, usize) {
    let (mut must_fail, mut must_verify, mut wrong) = (0, 0, Vec::new());
    for entry in std::fs::read_dir(cases).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let case = Case::read(&folder);
        let fails = folder.to_string_lossy().ends_with("_fail");
        *(if fails { &mut must_fail } else { &mut must_verify }) += 1;
        // Bonded's own rule on the log may refuse more than the suite does, never less.
        let ended = if fails { case.verify_as_bonded() } else { case.verify() };
        let ended = ended.map(drop).map_err(|error| error.to_string());
        if ended.is_err() != fails {
            wrong.push(format!("{}: {ended:?}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    (must_fail, must_verify)
}

#[test]
fn every_case_ends_as_the_suite_says() {
    assert_eq!(go_through(&kept()), (4, 4));
    // And all others, for whoever has a copy of the suite's repository.
    if let Some(suite) = std::env::var_os(SUITE) {
        let (must_fail, must_verify) = go_through(&Path::new(&suite).join(CASES));
        assert!(must_fail > 40 && must_verify > 15, "{must_fail} and {must_verify} cases are not the suite");
    }
}

#[test]
fn a_bundle_with_any_part_exchanged_or_taken_away_fails() {
    let wrong: Vec<_> = altered::bundles()
        .into_iter()
        .filter(|(_, case)| case.verify_as_bonded().is_ok())
        .map(|(name, _)| name)
        .collect();
    assert!(wrong.is_empty(), "these verified: {wrong:#?}");
}

//! Records for tests.

use bonded_model::{Digests, Sha256, Timestamp};
use serde_json::{Map, Value, json};

/// 2026-01-02 03:04:05.678901.
pub(super) fn moment() -> Timestamp {
    Timestamp::from_timestamp_micros(1_767_323_045_678_901).unwrap()
}

pub(super) fn digests(seed: &str) -> Digests {
    Digests { size: 1_234, sha256: Sha256::of(seed.as_bytes()), blake2b: [0xb2; 32], md5: [0x5d; 16] }
}

pub(super) fn index(name: &str, version: &str) -> Map<String, Value> {
    let Value::Object(index) = json!({
        "version": version,
        "name": name,
        "build": "h0_0",
        "build_number": 0,
        "depends": ["python >=3.9", "libä"],
        "subdir": "noarch",
        "noarch": "python",
        "arch": null,
        "license": "MIT",
        "timestamp": 1_700_000_000_000_u64,
    }) else {
        unreachable!("an object was written")
    };
    index
}

pub(super) fn record(name: &str, version: &str) -> String {
    super::record(&index(name, version), &digests(name), Some(moment())).unwrap()
}

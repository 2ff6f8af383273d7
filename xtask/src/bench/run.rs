//! Names that are new each time, so that a store can be measured again.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;

/// A number that no earlier run had: the seconds of the clock.
#[expect(
    clippy::disallowed_methods,
    reason = "versions must differ from run to run; nothing is decided by them"
)]
pub(super) fn number() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

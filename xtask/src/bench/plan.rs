//! How much is measured.

use std::time::Duration;

/// The sizes of the store and of the measurements.
pub(super) struct Plan {
    /// Projects of the Python channel, the three special ones included.
    pub(super) projects: usize,
    /// Files of the Python channel, those of the special projects included.
    pub(super) files: usize,
    /// Files of the largest project.
    pub(super) large: usize,
    /// Package names in the conda subdir.
    pub(super) names: usize,
    /// Packages of each of these names.
    pub(super) builds: usize,
    /// Rounds of each measurement.
    pub(super) rounds: usize,
    /// How long one server answers in a round.
    pub(super) round: Duration,
    /// Uploads in a round, for each connection.
    pub(super) uploads: usize,
}

impl Plan {
    pub(super) const FULL: Self = Self {
        projects: 10_000,
        files: 32_000,
        large: 2_000,
        names: 5_000,
        builds: 10,
        rounds: 5,
        round: Duration::from_secs(2),
        uploads: 400,
    };

    /// Enough to see whether everything works, and no more.
    pub(super) const QUICK: Self = Self {
        projects: 1_000,
        files: 3_200,
        large: 200,
        names: 500,
        builds: 4,
        rounds: 3,
        round: Duration::from_secs(1),
        uploads: 100,
    };
}

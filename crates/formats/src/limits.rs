//! How much of everything an archive may have.

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// All limits. The defaults let every honest archive known to us pass.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// For wheels.
    pub wheel: WheelLimits,
    /// For source distributions.
    pub sdist: SdistLimits,
    /// For conda archives of both kinds.
    pub conda: CondaLimits,
}

/// How far an archive may expand when it is unpacked.
#[derive(Clone, Copy, Debug)]
pub struct Expansion {
    /// Bytes that any archive may have, however small it is.
    pub always: u64,
    /// Beyond that: so many times the size of the packed bytes.
    pub ratio: u64,
    /// Bytes that no archive may exceed.
    pub most: u64,
}

impl Expansion {
    /// The bytes that `packed` bytes may become.
    pub fn allowed(&self, packed: u64) -> u64 {
        packed.saturating_mul(self.ratio).max(self.always).min(self.most)
    }
}

/// Limits for wheels.
#[derive(Clone, Debug)]
pub struct WheelLimits {
    /// Files and directories in the archive. Default: 200,000.
    pub entries: usize,
    /// Bytes of all their names together, which stay in memory. Default: 32 MiB.
    pub names: usize,
    /// The sizes that the archive declares, all together. Default: 64 MiB, 50-fold, 32 GiB.
    pub expansion: Expansion,
    /// Bytes of METADATA and of WHEEL, each. Default: 4 MiB.
    pub metadata: u64,
}

impl Default for WheelLimits {
    fn default() -> Self {
        Self {
            entries: 200_000,
            names: 32 << 20,
            expansion: Expansion { always: 64 * MIB, ratio: 50, most: 32 * GIB },
            metadata: 4 * MIB,
        }
    }
}

/// Limits for source distributions.
#[derive(Clone, Debug)]
pub struct SdistLimits {
    /// Files and directories in the archive. Default: 200,000.
    pub entries: usize,
    /// Bytes of all their names together, which stay in memory. Default: 32 MiB.
    pub names: usize,
    /// The tar that comes out of the compressed stream. Default: 64 MiB, 100-fold, 16 GiB.
    pub expansion: Expansion,
    /// Bytes of PKG-INFO. Default: 4 MiB.
    pub metadata: u64,
}

impl Default for SdistLimits {
    fn default() -> Self {
        Self {
            entries: 200_000,
            names: 32 << 20,
            expansion: Expansion { always: 64 * MIB, ratio: 100, most: 16 * GIB },
            metadata: 4 * MIB,
        }
    }
}

/// Limits for conda archives.
#[derive(Clone, Debug)]
pub struct CondaLimits {
    /// Files and directories in each tar. Default: 500,000.
    pub entries: usize,
    /// Bytes of all their names together, which stay in memory. Default: 64 MiB.
    pub names: usize,
    /// The tar with the metadata. Default: 64 MiB, 200-fold, 256 MiB.
    pub info: Expansion,
    /// The tar with the files of the package, or the only one. bzip2 and zstd shrink runs of zeros more than a
    /// thousandfold, and honest packages do hold them. Default: 256 MiB, 200-fold, 32 GiB.
    pub package: Expansion,
    /// Bytes of each JSON file that is read. Default: 4 MiB.
    pub json: u64,
    /// Nesting of arrays and objects in a JSON file. Default: 32.
    pub json_depth: usize,
    /// The base-2 logarithm of the largest zstd window, which is what a decoder must hold in memory. Default: 27, that
    /// is 128 MiB: the most that zstd itself uses without being asked to.
    pub zstd_window_log: u32,
    /// Milliseconds by which a build machine's clock may be ahead of ours. Default: one day.
    pub clock_skew_ms: i64,
}

impl Default for CondaLimits {
    fn default() -> Self {
        Self {
            entries: 500_000,
            names: 64 << 20,
            info: Expansion { always: 64 * MIB, ratio: 200, most: 256 * MIB },
            package: Expansion { always: 256 * MIB, ratio: 200, most: 32 * GIB },
            json: 4 * MIB,
            json_depth: 32,
            zstd_window_log: 27,
            clock_skew_ms: 24 * 60 * 60 * 1000,
        }
    }
}

/// A size for people.
pub(crate) fn human(bytes: u64) -> String {
    match bytes {
        0..KIB => format!("{bytes} bytes"),
        KIB..MIB => format!("{} KiB", bytes / KIB),
        MIB..GIB => format!("{} MiB", bytes / MIB),
        GIB.. => format!("{} GiB", bytes / GIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansion_has_a_floor_a_slope_and_a_ceiling() {
        let expansion = Expansion { always: 100, ratio: 10, most: 1_000 };
        assert_eq!(
            [0, 9, 11, 99, u64::MAX].map(|packed| expansion.allowed(packed)),
            [100, 100, 110, 990, 1_000]
        );
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!([5, 2_048, 3 << 20, 7 << 30].map(human), ["5 bytes", "2 KiB", "3 MiB", "7 GiB"]);
    }
}

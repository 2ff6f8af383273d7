//! Repeated measurements of one thing.

use anyhow::{Result, ensure};

/// The values of all rounds, in ascending order; never empty.
pub(super) struct Samples(Vec<f64>);

impl Samples {
    /// Fails without a single value.
    pub(super) fn new(mut values: Vec<f64>) -> Result<Self> {
        ensure!(!values.is_empty(), "nothing was measured");
        values.sort_by(f64::total_cmp);
        Ok(Self(values))
    }

    /// The one in the middle; of two, the lower one.
    pub(super) fn median(&self) -> f64 {
        self.0[(self.0.len() - 1) / 2]
    }

    /// Least and greatest.
    pub(super) fn spread(&self) -> (f64, f64) {
        (self.0[0], self.0[self.0.len() - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        let samples = Samples::new(vec![5.0, 1.0, 9.0]).unwrap();
        assert_eq!(samples.median(), 5.0);
        assert_eq!(samples.spread(), (1.0, 9.0));
        assert!(Samples::new(Vec::new()).is_err());
    }
}

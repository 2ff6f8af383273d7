//! Reads wheels, sdists and conda archives: pure, bounded, fuzzed.

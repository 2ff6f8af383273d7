//! Attestations: what a run of continuous integration signed about a file, and whether that holds.

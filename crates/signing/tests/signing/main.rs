//! The crate from outside: vectors, attacks, and Python beside it.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail as tests do")]

mod attacks_on_records;
mod attacks_on_roles;
mod ceremonies;
mod made;
mod python;
mod vectors;

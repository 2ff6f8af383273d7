//! What Bonded writes to people, and how it gets there.

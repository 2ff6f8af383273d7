//! The use cases: access, publish, read, tokens, jobs and audit.

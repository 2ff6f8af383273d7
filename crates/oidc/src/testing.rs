//! Issuers and tokens for tests.

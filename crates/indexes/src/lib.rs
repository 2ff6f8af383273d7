//! The bytes of index pages: simple pages and JSON documents for Python, repodata and shards for conda.
//!
//! Everything here is pure: facts go in, bytes come out, and the same facts give the same bytes, so that an ETag or a
//! content address means what it says. Small pages come back as a `Vec<u8>`; what grows with a channel is written
//! record by record into an [`std::io::Write`], within bounded memory.

pub mod conda;
pub mod python;

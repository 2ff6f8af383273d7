//! The bytes of index pages: simple pages, repodata and shards. Pure.

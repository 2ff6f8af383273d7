//! Where bytes live: local files or an S3-compatible bucket behind one enum.

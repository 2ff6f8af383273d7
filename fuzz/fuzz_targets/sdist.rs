//! Any bytes, read as a source distribution; and any tar, because a fuzzer rarely finds the checksum of a gzip file.
#![no_main]

use std::io::{Cursor, Write};

use bonded_formats::{Limits, python};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(filename) = "a-1.tar.gz".parse() else { return };
    let _ = python::inspect(Cursor::new(bytes), &filename, &Limits::default());
    let _ = python::inspect(Cursor::new(gzip(bytes)), &filename, &Limits::default());
});

/// The bytes as a gzip file of stored blocks.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(bytes).expect("memory takes all bytes");
    encoder.finish().expect("memory takes all bytes")
}

//! Any bytes, read as a wheel.
#![no_main]

use std::io::Cursor;

use bonded_formats::{Limits, python};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(filename) = "a-1-py3-none-any.whl".parse() else { return };
    if let Ok(distribution) = python::inspect(Cursor::new(bytes), &filename, &Limits::default()) {
        assert_eq!(distribution.metadata.name.normalized(), "a");
        assert_eq!(distribution.metadata.version.canonical(), "1");
    }
});

//! Any bytes, read as the method, path and headers of a request: what do they present? No token may be left in the path,
//! or show in what was read.
#![no_main]

use bonded_web::fuzzing::credential;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = credential(bytes);
});

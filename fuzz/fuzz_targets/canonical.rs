//! Canonical JSON: any bytes. What has a canonical form is JSON in ASCII, and is its own canonical form.
//!
//! That it means the same is for the property test beside Python, which knows what JSON means.

#![no_main]

use bonded_signing::canonical::canonical;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(once) = canonical(data) else { return };
    assert!(once.is_ascii());
    assert_eq!(canonical(&once).expect("canonical JSON is JSON"), once);
});

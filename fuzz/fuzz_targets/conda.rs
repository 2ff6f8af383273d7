//! Any bytes, read as a conda archive of either format; and any two tars, packed as one.
#![no_main]

use std::io::{Cursor, Write};

use bonded_formats::{Limits, conda};
use bonded_model::Clock;
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;

fuzz_target!(|bytes: &[u8]| {
    let now = Clock::System.now();
    for name in ["a-1-0.conda", "a-1-0.tar.bz2"] {
        let Ok(filename) = name.parse() else { return };
        let _ = conda::inspect(Cursor::new(bytes), &filename, &Limits::default(), now);
    }
    let (info, package) = bytes.split_at(bytes.len() / 2);
    let Ok(filename) = "a-1-0.conda".parse() else { return };
    let _ = conda::inspect(Cursor::new(archive(info, package)), &filename, &Limits::default(), now);
});

/// A `.conda` with these tars.
fn archive(info: &[u8], package: &[u8]) -> Vec<u8> {
    let pack = |tar: &[u8]| zstd::encode_all(tar, 1).expect("memory takes all bytes");
    let members = [
        ("metadata.json", br#"{"conda_pkg_format_version": 2}"#.to_vec()),
        ("info-a-1-0.tar.zst", pack(info)),
        ("pkg-a-1-0.tar.zst", pack(package)),
    ];
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in members {
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file(name, stored).expect("memory takes all bytes");
        writer.write_all(&data).expect("memory takes all bytes");
    }
    writer.finish().expect("memory takes all bytes").into_inner()
}

//! Files for tests.

use bonded_model::python::Version;
use bonded_model::{Sha256, Timestamp};

use super::{File, PackageType, ReleaseFile};

/// 2026-01-02 03:04:05.678901.
pub(super) fn moment() -> Timestamp {
    Timestamp::from_timestamp_micros(1_767_323_045_678_901).unwrap()
}

pub(super) fn versions<const N: usize>(texts: [&str; N]) -> [Version; N] {
    texts.map(|text| text.parse().unwrap())
}

pub(super) fn file<'a>(filename: &'a str, version: &'a Version) -> File<'a> {
    File {
        filename,
        version,
        url: filename,
        sha256: Sha256::of(filename.as_bytes()),
        size: 1_234,
        requires_python: None,
        upload_time: moment(),
        yanked: None,
        core_metadata: None,
        provenance: None,
    }
}

/// Three releases with all that a file can carry, out of order.
pub(super) fn files(versions: &[Version; 3]) -> Vec<File<'_>> {
    let [first, second, third] = versions;
    let metadata = Some(Sha256::of(b"metadata"));
    vec![
        File {
            core_metadata: metadata,
            requires_python: Some(">=3.9,<4"),
            ..file("demo-1.10-py3-none-any.whl", third)
        },
        File {
            provenance: Some("https://packages.test/pypi/integrity/demo/1.9/demo-1.9.tar.gz/provenance"),
            yanked: Some("breaks \"quotes\" & <tags>"),
            ..file("demo-1.9.tar.gz", second)
        },
        File { core_metadata: metadata, yanked: Some(""), ..file("demo-1.9-py3-none-any.whl", second) },
        file("demo-1.9rc1.tar.gz", first),
    ]
}

pub(super) fn release_file(file: File<'_>) -> ReleaseFile<'_> {
    let wheel = file.filename.ends_with(".whl");
    ReleaseFile {
        file,
        blake2b: [0xb2; 32],
        md5: [0x5d; 16],
        package_type: if wheel { PackageType::BdistWheel } else { PackageType::Sdist },
        python_version: if wheel { "py3" } else { "source" },
    }
}

//! Whole distributions: honest ones, and one for each attack.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::zip::tests::{stored, zip_of};
use crate::{Expansion, SdistLimits, WheelLimits};

const WHEEL: &str = "some_thing-1.0-py3-none-any.whl";
const SDIST: &str = "some_thing-1.0.tar.gz";
const METADATA: &[u8] = b"Metadata-Version: 2.1\nName: Some-Thing\nVersion: 1.0\n\nHello\n";
const TAGS: &[u8] = b"Wheel-Version: 1.0\nTag: py3-none-any\n";

fn look(bytes: Vec<u8>, filename: &str) -> Result<PythonDistribution, Rejection> {
    let limits = Limits {
        wheel: WheelLimits {
            expansion: Expansion { always: 1 << 20, ratio: 50, most: 1 << 30 },
            ..WheelLimits::default()
        },
        sdist: SdistLimits {
            expansion: Expansion { always: 1 << 20, ratio: 100, most: 1 << 30 },
            metadata: 10_000,
            ..SdistLimits::default()
        },
        ..Limits::default()
    };
    inspect(Cursor::new(bytes), &filename.parse().unwrap(), &limits)
}

fn refused(bytes: Vec<u8>, filename: &str) -> String {
    match look(bytes, filename) {
        Ok(_) => panic!("must be refused"),
        Err(rejection) => rejection.to_string(),
    }
}

const fn wheel_members(metadata: &[u8]) -> [(&str, &[u8]); 4] {
    [
        ("some_thing/__init__.py", b"x = 1\n"),
        ("some_thing-1.0.dist-info/METADATA", metadata),
        ("some_thing-1.0.dist-info/WHEEL", TAGS),
        ("some_thing-1.0.dist-info/RECORD", b""),
    ]
}

fn wheel_and(more: &[(&str, &[u8])]) -> Vec<u8> {
    zip_of(&[&wheel_members(METADATA), more].concat())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, data) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *data).unwrap();
    }
    builder.into_inner().unwrap()
}

fn sdist_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    gzip(&tar_of(files))
}

#[test]
fn honest_distributions_are_read() {
    let wheel = look(wheel_and(&[]), WHEEL).unwrap();
    assert_eq!((wheel.raw_metadata.as_slice(), wheel.metadata.name.as_given()), (METADATA, "Some-Thing"));
    let sdist = look(sdist_of(&[("some_thing-1.0/PKG-INFO", METADATA), ("some_thing-1.0/a.py", b"")]), SDIST)
        .unwrap();
    assert_eq!(sdist.raw_metadata, METADATA);
}

#[test]
fn a_name_that_lies() {
    for (honest, lie) in [("Some-Thing", "other"), ("1.0", "1.1")] {
        let lying = String::from_utf8(METADATA.to_vec()).unwrap().replace(honest, lie);
        assert!(refused(zip_of(&wheel_members(lying.as_bytes())), WHEEL).contains("file name"));
        assert!(
            refused(sdist_of(&[("some_thing-1.0/PKG-INFO", lying.as_bytes())]), SDIST).contains("file name")
        );
    }
}

#[test]
fn wheels_without_their_metadata() {
    for missing in 1..4 {
        let mut members = wheel_members(METADATA).to_vec();
        members.remove(missing);
        assert!(refused(zip_of(&members), WHEEL).contains("holds no"));
    }
    let mut old = wheel_members(METADATA);
    old[2].1 = b"Wheel-Version: 2.0\n";
    assert!(refused(zip_of(&old), WHEEL).contains("Wheel-Version"));
}

#[test]
fn two_dist_info_directories() {
    assert!(
        refused(wheel_and(&[("other-1.0.dist-info/METADATA", b"")]), WHEEL).contains("other-1.0.dist-info")
    );
    assert!(refused(wheel_and(&[("Some_Thing-1.0.DIST-INFO/METADATA", b"")]), WHEEL).contains("DIST-INFO"));
    look(wheel_and(&[("vendored/other-1.0.dist-info/METADATA", b"")]), WHEEL).unwrap();
}

#[test]
fn zip_slip() {
    for evil in ["../x", "/etc/passwd", "a/../../x", "C:/x", "a\\b"] {
        refused(wheel_and(&[(evil, b"")]), WHEEL);
    }
    refused(sdist_of(&[("some_thing-1.0/PKG-INFO", METADATA), ("some_thing-2.0/x", b"")]), SDIST);
}

#[test]
fn zip_bomb() {
    let zeros = vec![0; 4 << 20];
    let rejection = look(wheel_and(&[("zeros", &zeros)]), WHEEL).unwrap_err();
    assert!(matches!(rejection, Rejection::TooLarge(_)), "{rejection}");
    look(stored(&[&wheel_members(METADATA)[..], &[("zeros", &zeros)]].concat()), WHEEL).unwrap();
}

#[test]
fn gzip_bomb_before_and_after_the_end_of_the_tar() {
    let zeros = vec![0; 4 << 20];
    let inside = sdist_of(&[("some_thing-1.0/PKG-INFO", METADATA), ("some_thing-1.0/zeros", &zeros)]);
    let behind = gzip(&[tar_of(&[("some_thing-1.0/PKG-INFO", METADATA)]), zeros].concat());
    for bomb in [inside, behind] {
        assert!(matches!(look(bomb, SDIST), Err(Rejection::TooLarge(_))));
    }
}

#[test]
fn metadata_without_end() {
    let long = [METADATA, &vec![b'x'; 20_000]].concat();
    assert!(matches!(
        look(sdist_of(&[("some_thing-1.0/PKG-INFO", &long)]), SDIST),
        Err(Rejection::TooLarge(_))
    ));
}

#[test]
fn sdists_without_their_metadata_or_with_more_than_one_directory() {
    assert!(refused(sdist_of(&[("some_thing-1.0/x", b"")]), SDIST).contains("holds no"));
    assert!(refused(sdist_of(&[("PKG-INFO", METADATA)]), SDIST).contains("everything must stand in"));
    assert!(refused(sdist_of(&[("some_thing-1.0", b"")]), SDIST).contains("everything must stand in"));
}

#[test]
fn a_pkg_info_that_stands_there_twice() {
    let (info, licence) = (("some_thing-1.0/PKG-INFO", METADATA), ("some_thing-1.0/LICENSE", &b"MIT"[..]));
    assert!(refused(sdist_of(&[info, info]), SDIST).contains("twice"));
    look(sdist_of(&[info, licence, licence]), SDIST).unwrap();
}

#[test]
fn a_pkg_info_that_is_a_link() {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, "some_thing-1.0/PKG-INFO", "other").unwrap();
    assert!(refused(gzip(&builder.into_inner().unwrap()), SDIST).contains("regular file"));
}

#[test]
fn truncated_and_foreign_files() {
    let (wheel, sdist) = (wheel_and(&[]), sdist_of(&[("some_thing-1.0/PKG-INFO", METADATA)]));
    for part in [0, 1, 10, sdist.len() / 2, sdist.len() - 1] {
        refused(sdist[..part].to_vec(), SDIST);
        refused(wheel[..part].to_vec(), WHEEL);
    }
    refused(wheel.clone(), SDIST);
    refused(sdist.clone(), WHEEL);
    refused([sdist, wheel].concat(), SDIST);
}

#[test]
fn a_second_gzip_member_is_part_of_the_archive() {
    let two = [sdist_of(&[("some_thing-1.0/PKG-INFO", METADATA)]), sdist_of(&[("some_thing-1.0/evil", b"")])]
        .concat();
    assert!(refused(two, SDIST).contains("behind its end"));
}

proptest::proptest! {
    #[test]
    fn damaged_bytes_never_panic(at in 0_usize..4096, value: u8, cut in 0_usize..4096) {
        let (wheel, tar) = (wheel_and(&[]), tar_of(&[("some_thing-1.0/PKG-INFO", METADATA)]));
        for (mut bytes, name) in [(wheel, WHEEL), (gzip(&tar), SDIST)] {
            let length = bytes.len();
            bytes[at % length] = value;
            let _ = look(bytes.clone(), name);
            bytes.drain(cut % length..);
            let _ = look(bytes, name);
        }
        let mut tar = tar;
        let length = tar.len();
        tar[at % length] = value;
        let _ = look(gzip(&tar), SDIST);
    }
}

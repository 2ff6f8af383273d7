//! Whole archives: honest ones, and one for each attack.

use std::io::{Cursor, Write};

use bonded_model::Clock;
use chrono::DateTime;
use serde_json::json;
use tar::{EntryType, Header};

use super::*;
use crate::zip::tests::{stored, zip_of};
use crate::{CondaLimits, Expansion};

const CONDA: &str = "a-b-1.0-0.conda";
const TAR_BZ2: &str = "a-b-1.0-0.tar.bz2";
const FORMAT: &[u8] = br#"{"conda_pkg_format_version": 2}"#;
const INFO: &str = "info-a-b-1.0-0.tar.zst";
const PKG: &str = "pkg-a-b-1.0-0.tar.zst";

fn look(bytes: Vec<u8>, filename: &str) -> Result<CondaArchive, Rejection> {
    let limits = Limits {
        conda: CondaLimits {
            entries: 1_000,
            info: Expansion { always: 1 << 20, ratio: 100, most: 1 << 22 },
            package: Expansion { always: 1 << 20, ratio: 100, most: 1 << 22 },
            json: 300_000,
            ..CondaLimits::default()
        },
        ..Limits::default()
    };
    let now = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap()).now();
    inspect(Cursor::new(bytes), &filename.parse().unwrap(), &limits, now)
}

fn refused(bytes: Vec<u8>, filename: &str) -> String {
    match look(bytes, filename) {
        Ok(_) => panic!("must be refused"),
        Err(rejection) => rejection.to_string(),
    }
}

fn each_refused(archives: [(Vec<u8>, &str); 2]) {
    for (bytes, filename) in archives {
        refused(bytes, filename);
    }
}

fn index() -> Vec<u8> {
    json!({"name": "a-b", "version": "1.0", "build": "0", "build_number": 0, "subdir": "linux-64", "depends": []})
        .to_string()
        .into_bytes()
}

#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn add(mut self, kind: EntryType, path: &str, link: &str, data: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_size(data.len() as u64);
        header.set_cksum();
        self.0.extend(header.as_bytes());
        self.0.extend(data);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, path: &str, data: &[u8]) -> Self {
        self.add(EntryType::Regular, path, "", data)
    }
}

fn info() -> Tar {
    Tar::default().file("info/index.json", &index())
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn conda_of(info: &Tar, pkg: &Tar) -> Vec<u8> {
    stored(&[("metadata.json", FORMAT), (INFO, &zst(&info.0)), (PKG, &zst(&pkg.0))])
}

fn bz2_of(tar: &Tar) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(&tar.0).unwrap();
    encoder.finish().unwrap()
}

/// Both formats, with the same entries.
fn both(info: impl Fn() -> Tar, pkg: impl Fn(Tar) -> Tar) -> [(Vec<u8>, &'static str); 2] {
    [(conda_of(&info(), &pkg(Tar::default())), CONDA), (bz2_of(&pkg(info())), TAR_BZ2)]
}

#[test]
fn honest_archives_of_both_formats_say_the_same() {
    let full = || {
        info()
            .file("info/about.json", br#"{"summary": "s"}"#)
            .file("info/run_exports.json", br#"{"weak": ["x"]}"#)
            .add(EntryType::Directory, "info/licenses/", "", b"")
    };
    for (bytes, name) in both(full, |tar| tar.file("lib/a", b"1").add(EntryType::Symlink, "lib/b", "a", b""))
    {
        let archive = look(bytes, name).unwrap();
        assert_eq!(serde_json::to_vec(&archive.index).unwrap(), index());
        assert_eq!(
            (archive.subdir.as_str(), archive.noarch, archive.link_scripts),
            ("linux-64", None, false)
        );
        assert_eq!(archive.about, Some(json!({"summary": "s"})));
        assert_eq!(archive.run_exports, Some(json!({"weak": ["x"]})));
    }
}

#[test]
fn link_scripts_are_noticed() {
    for (script, runs) in [
        ("bin/.a-b-post-link.sh", true),
        ("Scripts/.a-b-pre-unlink.bat", true),
        ("bin/.other-post-link.sh", false),
    ] {
        for (bytes, name) in both(info, |tar| tar.file(script, b"")) {
            assert_eq!(look(bytes, name).unwrap().link_scripts, runs, "{script}");
        }
    }
}

#[test]
fn a_name_that_lies() {
    for (bytes, name) in both(info, |tar| tar) {
        for lie in ["other-1.0-0", "a-b-1.00-0", "a-b-1.0-1"] {
            let text = refused(bytes.clone(), &name.replace("a-b-1.0-0", lie));
            assert!(text.contains("file name"), "{text}");
        }
    }
}

#[test]
fn members_that_do_not_belong_into_a_conda() {
    let (info, pkg) = (zst(&info().0), zst(&[]));
    let honest: [(&str, &[u8]); 3] = [("metadata.json", FORMAT), (INFO, &info), (PKG, &pkg)];
    look(stored(&honest), CONDA).unwrap();
    for extra in ["x", "../../etc/x", "C:\\x", "info-other-1.0-0.tar.zst"] {
        assert!(refused(stored(&[&honest[..], &[(extra, b"")]].concat()), CONDA).contains("nothing else"));
    }
    for missing in 0..3 {
        let mut members = honest.to_vec();
        members.remove(missing);
        assert!(refused(stored(&members), CONDA).contains("holds no"));
    }
    let other = [("metadata.json", &br#"{"conda_pkg_format_version": 1}"#[..]), honest[1], honest[2]];
    refused(stored(&other), CONDA);
}

#[test]
fn a_deflated_member_and_bytes_around_the_zip() {
    let (info, pkg) = (zst(&info().0), zst(&[]));
    let honest: [(&str, &[u8]); 3] = [("metadata.json", FORMAT), (INFO, &info), (PKG, &pkg)];
    assert!(refused(zip_of(&honest), CONDA).contains("second time"));
    refused([b"x".as_slice(), &stored(&honest)].concat(), CONDA);
    refused([stored(&honest).as_slice(), b"x"].concat(), CONDA);
}

#[test]
fn index_json_as_a_link_twice_or_in_the_wrong_tar() {
    let linked = || Tar::default().add(EntryType::Symlink, "info/index.json", "other.json", b"");
    let outside = || Tar::default().add(EntryType::Symlink, "info/index.json", "/etc/passwd", b"");
    let hard = || info().add(EntryType::Link, "info/about.json", "info/index.json", b"");
    for evil in [&linked as &dyn Fn() -> Tar, &outside, &hard] {
        each_refused(both(evil, |tar| tar));
    }
    for (bytes, name) in both(|| info().file("info/index.json", &index()), |tar| tar) {
        assert!(refused(bytes, name).contains("more than once"));
    }
    assert!(refused(conda_of(&info(), &info()), CONDA).contains("must not hold"));
    assert!(
        refused(conda_of(&info(), &Tar::default().file("INFO/index.json", b"")), CONDA)
            .contains("must not hold")
    );
    assert!(refused(conda_of(&info().file("bin/x", b""), &Tar::default()), CONDA).contains("must not hold"));
    assert!(refused(bz2_of(&Tar::default()), TAR_BZ2).contains("holds no"));
}

#[test]
fn zip_slip_links_out_and_device_nodes() {
    for evil in ["../x", "/etc/x", "C:/x", "a\\x", "conda-meta/x.json"] {
        each_refused(both(info, |tar| tar.file(evil, b"")));
    }
    for kind in [EntryType::Symlink, EntryType::Link] {
        each_refused(both(info, |tar| tar.add(kind, "lib/x", "../../x", b"")));
    }
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo] {
        each_refused(both(info, |tar| tar.add(kind, "dev", "", b"")));
    }
}

#[test]
fn bombs_of_zstd_and_bzip2() {
    let zeros = vec![0; 8 << 20];
    let honest = info();
    for (bytes, name) in [
        (conda_of(&honest, &Tar::default().file("zeros", &zeros)), CONDA),
        (conda_of(&info().file("info/zeros", &zeros), &Tar::default()), CONDA),
        (bz2_of(&info().file("zeros", &zeros)), TAR_BZ2),
        // Behind the end of the tar.
        (bz2_of(&Tar([honest.0.clone(), zeros.clone()].concat())), TAR_BZ2),
    ] {
        assert!(bytes.len() < 100_000);
        assert!(matches!(look(bytes, name), Err(Rejection::TooLarge(_))));
    }
}

#[test]
fn a_window_of_2_gib() {
    // Magic number, a frame header without content size, the descriptor of a 2 GiB window, one empty last block.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00];
    let honest = zst(&[]);
    let bytes = stored(&[("metadata.json", FORMAT), (INFO, &frame), (PKG, &honest)]);
    assert!(refused(bytes, CONDA).contains("memory"));
}

#[test]
fn a_million_empty_entries() {
    let many = |tar: Tar| (0..1_001).fold(tar, |tar, n| tar.file(&n.to_string(), b""));
    for (bytes, name) in both(info, many) {
        assert!(matches!(look(bytes, name), Err(Rejection::TooLarge(_))));
    }
}

#[test]
fn json_that_is_deep_double_or_large() {
    let deep = "[".repeat(100_000);
    let large = format!("{{\"x\": {:?}}}", "x".repeat(300_000));
    for evil in [deep.as_str(), r#"{"name": "a-b", "name": "evil"}"#, "[]", "", &large] {
        each_refused(both(|| Tar::default().file("info/index.json", evil.as_bytes()), |tar| tar));
        each_refused(both(
            || info().file("info/about.json", &[b"{".as_slice(), evil.as_bytes()].concat()),
            |tar| tar,
        ));
    }
}

#[test]
fn entry_points_that_are_paths() {
    let link = br#"{"noarch": {"type": "python", "entry_points": ["../../evil = a:b"]}}"#;
    for (bytes, name) in both(|| info().file("info/link.json", link), |tar| tar) {
        assert!(refused(bytes, name).contains("entry point"));
    }
}

#[test]
fn truncated_and_foreign_files() {
    for (bytes, name) in both(info, |tar| tar.file("lib/a", b"some data")) {
        for part in 0..bytes.len() {
            refused(bytes[..part].to_vec(), name);
        }
    }
    let [(conda, _), (bz2, _)] = both(info, |tar| tar);
    refused(conda.clone(), TAR_BZ2);
    refused(bz2.clone(), CONDA);
    refused([bz2, conda].concat(), TAR_BZ2);
}

proptest::proptest! {
    #[test]
    fn damaged_bytes_never_panic(at in 0_usize..4096, value: u8) {
        for (mut bytes, name) in both(info, |tar| tar.file("lib/a", b"some data")) {
            let length = bytes.len();
            bytes[at % length] = value;
            let _ = look(bytes, name);
        }
        let mut tar = info();
        let length = tar.0.len();
        tar.0[at % length] = value;
        let _ = look(conda_of(&tar, &Tar::default()), CONDA);
        let _ = look(bz2_of(&tar), TAR_BZ2);
    }
}

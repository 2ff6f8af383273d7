use tar::{Builder, Header};

use super::*;

const LIMITS: WalkLimits = WalkLimits { entries: 10, names: 1_000, repeats: false, what: "the archive" };

fn entry(kind: EntryType, path: &str, link: &str, data: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_size(data.len() as u64);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn walk_all(tar: &[u8]) -> Result<Vec<(String, Kind, usize)>, Rejection> {
    let mut found = Vec::new();
    walk(tar, &LIMITS, |entry| {
        let size = read_all(entry.data, 100, "a file")?.len();
        found.push((entry.path.to_owned(), entry.kind, size));
        Ok(())
    })?;
    Ok(found)
}

fn refused(tar: &[u8]) -> String {
    walk_all(tar).expect_err("must be refused").to_string()
}

fn pax(kind: EntryType, records: &[(&str, &str)]) -> Vec<u8> {
    let mut data = Vec::new();
    for (key, value) in records {
        let length = key.len() + value.len() + 3;
        let length = length + (length + 2).to_string().len();
        data.extend(format!("{length} {key}={value}\n").bytes());
    }
    entry(kind, "pax", "", &data)
}

#[test]
fn files_directories_and_inner_links_pass() {
    let tar = [
        entry(EntryType::Directory, "./", "", b""),
        entry(EntryType::Directory, "a/", "", b""),
        entry(EntryType::Regular, "./a/file", "", b"data"),
        entry(EntryType::Symlink, "a/link", "../a/file", b""),
        entry(EntryType::Link, "a/hard", "a/file", b""),
        vec![0; 10_240],
    ];
    let found = walk_all(&tar.concat()).unwrap();
    let expected = [
        ("a", Kind::Directory, 0),
        ("a/file", Kind::File, 4),
        ("a/link", Kind::Symlink, 0),
        ("a/hard", Kind::Hardlink, 0),
    ];
    assert_eq!(found, expected.map(|(path, kind, size)| (path.to_owned(), kind, size)));
}

#[test]
fn long_names_of_both_kinds_are_put_together() {
    let long = "d/".repeat(120) + "file";
    let mut builder = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(2);
    builder.append_data(&mut header, &long, &b"hi"[..]).unwrap();
    assert_eq!(walk_all(&builder.into_inner().unwrap()).unwrap(), [(long.clone(), Kind::File, 2)]);
    let tar = [
        pax(EntryType::XHeader, &[("mtime", "1.5"), ("path", &long)]),
        entry(EntryType::Regular, "short", "", b"hi"),
    ];
    assert_eq!(walk_all(&tar.concat()).unwrap(), [(long, Kind::File, 2)]);
}

#[test]
fn a_global_comment_passes_and_global_overrides_do_not() {
    assert_eq!(walk_all(&pax(EntryType::XGlobalHeader, &[("comment", "0123abc")])).unwrap(), []);
    assert!(refused(&pax(EntryType::XGlobalHeader, &[("path", "x")])).contains("global"));
}

#[test]
fn zip_slip() {
    for evil in ["../x", "/etc/passwd", "a/../../x", "a\\..\\x", "C:/x"] {
        refused(&entry(EntryType::Regular, evil, "", b""));
    }
    refused(
        &[pax(EntryType::XHeader, &[("path", "../../x")]), entry(EntryType::Regular, "short", "", b"")]
            .concat(),
    );
}

#[test]
fn links_that_lead_out() {
    for target in ["/etc/passwd", "../../x", "a/../../../x"] {
        assert!(refused(&entry(EntryType::Symlink, "a/link", target, b"")).contains("leads out"));
        refused(&entry(EntryType::Link, "a/link", target, b""));
    }
    refused(
        &[pax(EntryType::XHeader, &[("linkpath", "/etc")]), entry(EntryType::Symlink, "l", "x", b"")]
            .concat(),
    );
}

#[test]
fn writing_through_a_link() {
    let tar = [entry(EntryType::Symlink, "a", "b", b""), entry(EntryType::Regular, "a/x", "", b"evil")];
    assert!(refused(&tar.concat()).contains("below a symbolic link"));
}

#[test]
fn device_nodes_pipes_and_sparse_files() {
    for kind in
        [EntryType::Char, EntryType::Block, EntryType::Fifo, EntryType::Continuous, EntryType::new(b'!')]
    {
        assert!(refused(&entry(kind, "dev", "", b"")).contains("special entries"));
    }
    let sparse = refused(&entry(EntryType::GNUSparse, "s", "", b""));
    assert!(sparse.contains("sparse"), "{sparse}");
    assert!(refused(&pax(EntryType::XHeader, &[("GNU.sparse.major", "1")])).contains("sparse"));
}

#[test]
fn sizes_that_differ_between_readers() {
    let tar = [pax(EntryType::XHeader, &[("size", "1")]), entry(EntryType::Regular, "a", "", b"data")];
    assert!(refused(&tar.concat()).contains("overrides the size"));
    assert!(refused(&entry(EntryType::Symlink, "a", "b", b"data")).contains("carries data"));
}

#[test]
fn the_same_path_twice() {
    let tar = [entry(EntryType::Regular, "a", "", b"1"), entry(EntryType::Regular, "./a", "", b"2")];
    assert!(refused(&tar.concat()).contains("more than once"));
    let lenient = WalkLimits { repeats: true, ..LIMITS };
    assert_eq!(walk(tar.concat().as_slice(), &lenient, |_| Ok(())), Ok(()));
    let over_link = [entry(EntryType::Symlink, "a", "b", b""), entry(EntryType::Regular, "a", "", b"2")];
    assert!(walk(over_link.concat().as_slice(), &lenient, |_| Ok(())).is_err());
    let link_over = [entry(EntryType::Regular, "a", "", b"2"), entry(EntryType::Symlink, "a", "b", b"")];
    assert!(walk(link_over.concat().as_slice(), &lenient, |_| Ok(())).is_err());
}

#[test]
fn a_second_tar_behind_the_first() {
    let tar =
        [entry(EntryType::Regular, "a", "", b""), vec![0; 1024], entry(EntryType::Regular, "b", "", b"")];
    assert!(refused(&tar.concat()).contains("behind its end"));
}

#[test]
fn too_many_entries_and_too_long_names() {
    let many: Vec<u8> = (0..11).flat_map(|n| entry(EntryType::Regular, &n.to_string(), "", b"")).collect();
    assert!(matches!(walk_all(&many), Err(Rejection::TooLarge(_))));
    let long: Vec<u8> = (0..9)
        .flat_map(|n| {
            let name = format!("{n}{}", "x".repeat(400));
            [pax(EntryType::XHeader, &[("path", &name)]), entry(EntryType::Regular, "x", "", b"")].concat()
        })
        .collect();
    assert!(matches!(walk_all(&long), Err(Rejection::TooLarge(_))));
}

#[test]
fn truncated_and_damaged() {
    let tar = entry(EntryType::Regular, "a", "", b"data");
    refused(&tar[..300]);
    refused(&tar[..513]);
    let mut damaged = tar.clone();
    damaged[0] ^= 1;
    assert!(refused(&damaged).contains("damaged"));
    let dangling = pax(EntryType::XHeader, &[("path", "x")]);
    refused(&dangling);
}

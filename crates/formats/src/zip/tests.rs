//! Attacks on the framing. Each begins with an honest archive and changes one thing.

use std::io::{Cursor, Write};

use super::*;

const LIMITS: DirectoryLimits = DirectoryLimits { entries: 100, names: 10_000 };

/// An archive of deflated members, as an honest tool writes it.
pub(crate) fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(members, ::zip::CompressionMethod::Deflated)
}

pub(crate) fn stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(members, ::zip::CompressionMethod::Stored)
}

fn zip_with(members: &[(&str, &[u8])], method: ::zip::CompressionMethod) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, data) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn read(bytes: &[u8]) -> Result<Directory, Rejection> {
    Directory::read(&mut Source::open(Cursor::new(bytes)).unwrap(), &LIMITS)
}

fn refused(bytes: &[u8]) -> String {
    match read(bytes) {
        Ok(_) => panic!("must be refused"),
        Err(rejection) => rejection.to_string(),
    }
}

fn find(bytes: &[u8], signature: u32) -> usize {
    let signature = signature.to_le_bytes();
    bytes.windows(4).position(|window| window == signature).unwrap()
}

fn honest() -> Vec<u8> {
    zip_of(&[("a.txt", b"aaaaaaaaaaaaaaaa"), ("b.txt", b"bbbb")])
}

/// The honest archive with one byte at `offset` behind the first record of a kind set to `value`.
fn patched(signature: u32, offset: usize, value: u8) -> Vec<u8> {
    let mut bytes = honest();
    let at = find(&bytes, signature) + offset;
    assert_ne!(bytes[at], value, "the patch changes nothing");
    bytes[at] = value;
    bytes
}

#[test]
fn an_honest_archive_is_read() {
    let bytes = honest();
    let directory = read(&bytes).unwrap();
    let names: Vec<&str> = directory.members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, ["a.txt", "b.txt"]);
    let mut source = Source::open(Cursor::new(&bytes)).unwrap();
    let member = directory.find("a.txt").unwrap();
    assert_eq!((member.contents(&mut source, 16).unwrap(), member.size), (b"aaaaaaaaaaaaaaaa".to_vec(), 16));
    assert!(matches!(member.contents(&mut source, 15), Err(Rejection::TooLarge(_))));
}

#[test]
fn zip64_sizes_are_read() {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("large", ::zip::write::SimpleFileOptions::default().large_file(true)).unwrap();
    writer.write_all(b"data").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    assert_eq!(read(&bytes).unwrap().members[0].size, 4);
}

#[test]
fn a_comment_at_the_end_passes_when_it_ends_the_file() {
    let mut bytes = honest();
    let at = bytes.len() - 2;
    bytes[at] = 3;
    refused(&bytes);
    bytes.extend(b"hey");
    read(&bytes).unwrap();
}

#[test]
fn prefix_bytes() {
    assert!(refused(&[b"#!/bin/sh\n".as_slice(), &honest()].concat()).contains("does not begin"));
}

#[test]
fn trailing_bytes_and_a_second_archive() {
    assert!(refused(&[honest().as_slice(), b"x"].concat()).contains("behind its end"));
    refused(&[honest(), honest()].concat());
}

#[test]
fn a_member_missing_from_the_directory() {
    let (with, without) = (stored(&[("a", b"1"), ("b", b"2")]), stored(&[("a", b"1")]));
    let (local, central) = (&with[..find(&with, CENTRAL_HEADER)], &without[find(&without, CENTRAL_HEADER)..]);
    assert!(refused(&[local, central].concat()).contains("does not list"));
}

#[test]
fn a_member_that_only_the_directory_lists() {
    let (with, without) = (stored(&[("a", b"1"), ("b", b"2")]), stored(&[("a", b"1")]));
    let (local, central) = (&without[..find(&without, CENTRAL_HEADER)], &with[find(&with, CENTRAL_HEADER)..]);
    assert!(refused(&[local, central].concat()).contains("not there"));
}

#[test]
fn two_names_for_one_member() {
    let mut bytes = honest();
    let at = find(&bytes, CENTRAL_HEADER) + 46;
    bytes[at] = b'z';
    assert!(refused(&bytes).contains("contradicts"));
}

#[test]
fn two_sizes_or_checksums_for_one_member() {
    for offset in [16, 20, 24] {
        assert!(refused(&patched(CENTRAL_HEADER, offset, 0xee)).contains("contradicts"), "{offset}");
    }
}

#[test]
fn duplicate_names() {
    let mut bytes = stored(&[("a", b"1"), ("b", b"2")]);
    for letter in bytes.iter_mut().filter(|byte| **byte == b'b') {
        *letter = b'a';
    }
    assert!(refused(&bytes).contains("more than once"));
}

#[test]
fn encryption_streaming_and_odd_methods() {
    assert!(refused(&patched(LOCAL_HEADER, 6, 1)).contains("encrypted"));
    assert!(refused(&patched(LOCAL_HEADER, 6, 1 << 3)).contains("behind its data"));
    assert!(refused(&patched(LOCAL_HEADER, 6, 1 << 5)).contains("patch"));
    assert!(refused(&patched(LOCAL_HEADER, 8, 12)).contains("method"));
}

#[test]
fn control_characters_and_unmarked_encodings_in_names() {
    assert!(refused(&patched(LOCAL_HEADER, 30, b'\n')).contains("control"));
    assert!(refused(&patched(LOCAL_HEADER, 30, 0xe4)).contains("UTF-8"));
}

#[test]
fn comments_and_disks_in_the_directory() {
    assert!(refused(&patched(CENTRAL_HEADER, 32, 1)).contains("comments"));
    assert!(refused(&patched(CENTRAL_HEADER, 34, 1)).contains("disks"));
}

#[test]
fn an_end_record_that_lies() {
    for offset in [4, 6, 8, 10, 12, 16] {
        assert!(refused(&patched(END, offset, 0x77)).contains("contradicts"), "{offset}");
    }
}

#[test]
fn a_second_name_in_an_extra_field() {
    let name_and_extra = [b"a".as_slice(), &[0x75, 0x70, 2, 0, 1, 2]].concat();
    let mut header = LOCAL_HEADER.to_le_bytes().to_vec();
    header.extend([0; 22]);
    header.extend([1, 0, 6, 0]);
    assert!(refused(&[header, name_and_extra].concat()).contains("second name"));
}

#[test]
fn truncated_at_any_byte() {
    let bytes = honest();
    for end in 0..bytes.len() {
        refused(&bytes[..end]);
    }
}

#[test]
fn too_many_members() {
    let names: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert!(matches!(read(&stored(&members)), Err(Rejection::TooLarge(_))));
}

#[test]
fn a_member_larger_than_declared_is_found_when_it_is_read() {
    let mut bytes = honest();
    for (signature, offset) in [(LOCAL_HEADER, 22), (CENTRAL_HEADER, 24)] {
        let at = find(&bytes, signature) + offset;
        bytes[at] = 5;
    }
    let directory = read(&bytes).unwrap();
    let contents = directory.members[0].contents(&mut Source::open(Cursor::new(&bytes)).unwrap(), 100);
    assert!(contents.unwrap_err().to_string().contains("damaged"));
}

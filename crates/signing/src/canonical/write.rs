//! Strings, arrays and objects as Python writes them.

/// A string between quotation marks, in ASCII alone.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            ' '..='~' => out.push(character as u8),
            _ => escape(character, out),
        }
    }
    out.push(b'"');
}

/// `\uXXXX`, twice for what lies beyond the first plane.
fn escape(character: char, out: &mut Vec<u8>) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        out.extend_from_slice(b"\\u");
        out.extend_from_slice(hex::encode(unit.to_be_bytes()).as_bytes());
    }
}

/// An array or object: each item on a line of its own, or nothing between the brackets.
pub(super) fn container<T, E>(
    [open, close]: [u8; 2],
    depth: usize,
    items: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    mut item: impl FnMut(T, &mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    out.push(open);
    let mut is_empty = true;
    for each in items {
        if !is_empty {
            out.push(b',');
        }
        is_empty = false;
        line(depth, out);
        item(each, out)?;
    }
    if !is_empty {
        line(depth - 1, out);
    }
    out.push(close);
    Ok(())
}

fn line(depth: usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

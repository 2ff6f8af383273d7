//! Canonical JSON: the bytes that are signed.
//!
//! They are those of Python's `json.dumps(value, indent=2, sort_keys=True)`: members sorted by code point, two spaces
//! for each level, everything outside of ASCII as lower-case `\uXXXX`, numbers as Python writes them, no final newline.
//! The input is JSON text and not a parsed value, because integers of any size must come through.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::Deserialize;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

mod number;
mod write;

/// The longest JSON text that is taken, in bytes. Records and roles are a thousandth of it.
pub const MAX_BYTES: usize = 4 << 20;
/// How many arrays and objects may stand in each other.
pub const MAX_DEPTH: usize = 64;

/// The canonical bytes of one JSON value.
///
/// # Errors
/// For text that is not JSON, is too long or too deep, repeats a member (readers would disagree on which counts), or
/// holds what has no canonical form: half of a surrogate pair, a float beyond the range of 64 bits, an integer with
/// more digits than Python reads (4300).
pub fn canonical(json: &[u8]) -> Result<Vec<u8>, CanonicalError> {
    if json.len() > MAX_BYTES {
        return Err(CanonicalError::TooLong(json.len()));
    }
    let raw: &RawValue = serde_json::from_slice(json)?;
    let mut out = Vec::with_capacity(json.len() + json.len() / 2);
    value(raw, 0, &mut out)?;
    Ok(out)
}

/// Why bytes have no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// Not JSON, or with a member twice.
    #[error("the text is not JSON as it can be signed: {0}")]
    Json(#[from] serde_json::Error),
    /// Longer than [`MAX_BYTES`].
    #[error("the JSON text has {0} bytes; {MAX_BYTES} are the limit")]
    TooLong(usize),
    /// Deeper than [`MAX_DEPTH`].
    #[error("the JSON text is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A number that Python does not read back as it was written.
    #[error("the JSON text holds a number that is too large to be signed")]
    Number,
}

fn value(raw: &RawValue, depth: usize, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{' | b'[') if depth == MAX_DEPTH => return Err(CanonicalError::TooDeep),
        Some(b'{') => return object(text, depth + 1, out),
        Some(b'[') => return array(text, depth + 1, out),
        Some(b'"') => write::string(&serde_json::from_str::<Text<'_>>(text)?.0, out),
        Some(b'-' | b'0'..=b'9') => number::write(text, out)?,
        // `true`, `false` and `null`: the parser has let nothing else through.
        _ => out.extend_from_slice(text.as_bytes()),
    }
    Ok(())
}

fn object(text: &str, depth: usize, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    let Members(members) = serde_json::from_str(text)?;
    write::container(*b"{}", depth, members, out, |(name, member), out| {
        write::string(&name, out);
        out.extend_from_slice(b": ");
        value(member, depth, out)
    })
}

fn array(text: &str, depth: usize, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    let items: Vec<&RawValue> = serde_json::from_str(text)?;
    write::container(*b"[]", depth, items, out, |item, out| value(item, depth, out))
}

/// A string that borrows from the text where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in the order of code points, which is the order of UTF-8's bytes. None stands there twice.
pub(crate) struct Members<'a>(pub(crate) BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, member)) = map.next_entry::<String, &RawValue>()? {
            match members.entry(name) {
                Entry::Vacant(place) => place.insert(member),
                Entry::Occupied(_) => return Err(A::Error::custom("an object has the same member twice")),
            };
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> String {
        String::from_utf8(canonical(json.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn members_are_sorted_by_code_point_and_indented_by_two_spaces() {
        assert_eq!(
            text(r#"{"b":[1,{"z":null}],"B":{},"a":[]}"#),
            "{\n  \"B\": {},\n  \"a\": [],\n  \"b\": [\n    1,\n    {\n      \"z\": null\n    }\n  ]\n}"
        );
    }

    #[test]
    fn a_character_beyond_the_first_plane_is_sorted_by_its_code_point_and_not_by_its_surrogates() {
        assert_eq!(text(r#"{"😀":1,"～":2}"#), "{\n  \"\\uff5e\": 2,\n  \"\\ud83d\\ude00\": 1\n}");
    }

    #[test]
    fn what_is_canonical_stays_as_it_is() {
        let once = canonical("{\"ü\":[1.50,-0,\"\\u00e9/\"], \"a\" : {\"b\":1e2}}".as_bytes()).unwrap();
        assert_eq!(canonical(&once).unwrap(), once);
    }

    #[test]
    fn a_member_that_stands_twice_is_refused_also_when_it_is_written_differently() {
        assert!(matches!(canonical(br#"{"a":1,"a":1}"#), Err(CanonicalError::Json(_))));
        assert!(matches!(canonical(br#"{"x":{"a":1,"\u0061":2}}"#), Err(CanonicalError::Json(_))));
    }

    #[test]
    fn text_that_is_not_strict_json_is_refused() {
        for json in [
            "",
            "{",
            "NaN",
            "Infinity",
            "01",
            "+1",
            "1.",
            "'a'",
            "{\"a\":1,}",
            "1 2",
            "\"\\ud800\"",
            "\"\n\"",
        ] {
            assert!(canonical(json.as_bytes()).is_err(), "{json:?}");
        }
        assert!(canonical(b"\"\xff\"").is_err());
    }

    #[test]
    fn depth_and_length_have_a_limit() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(canonical(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(matches!(canonical(nested(MAX_DEPTH + 1).as_bytes()), Err(CanonicalError::TooDeep)));
        assert!(canonical(nested(100_000).as_bytes()).is_err());
        let long = format!("\"{}\"", "a".repeat(MAX_BYTES - 1));
        assert!(matches!(canonical(long.as_bytes()), Err(CanonicalError::TooLong(_))));
    }
}

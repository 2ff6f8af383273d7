//! The e-mail headers in which Python metadata is written.
//!
//! No RFC is followed to the letter: what counts is how Python's own `email` parser reads such a file under its
//! `compat32` policy, because that is what installers do. Where that parser passes over oddities, this one refuses.

use crate::Rejection;

/// A file of headers and a body.
#[derive(Debug)]
pub(super) struct Headers<'a> {
    fields: Vec<(&'a str, String)>,
    /// What follows the first empty line.
    pub(super) body: &'a str,
}

impl<'a> Headers<'a> {
    /// Reads the file that messages call `what`.
    pub(super) fn parse(bytes: &'a [u8], what: &str) -> Result<Self, Rejection> {
        let refuse = |why: &str| Err(Rejection::Invalid(format!("{what} {why}")));
        let Ok(text) = std::str::from_utf8(bytes) else { return refuse("is not UTF-8") };
        if text.contains('\0') {
            return refuse("holds a NUL character");
        }
        let mut fields: Vec<(&str, String)> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (line, after) = split_line(rest);
            if line.starts_with([' ', '\t']) {
                let Some((_, value)) = fields.last_mut() else {
                    return refuse("begins with a continued line");
                };
                value.push_str(line);
            } else if line.starts_with("From ") {
                return refuse("holds the envelope line of a mailbox");
            } else if let Some((name, value)) = field(line) {
                fields.push((name, value.to_owned()));
            } else {
                // An empty line ends the headers. Any other line does too, and is the first of the body.
                rest = if line.trim_end_matches(['\r', '\n']).is_empty() { after } else { rest };
                break;
            }
            rest = after;
        }
        for (_, value) in &mut fields {
            let kept = value.trim_end_matches(['\r', '\n']).trim_start_matches([' ', '\t', '\r', '\n']);
            *value = kept.to_owned();
        }
        Ok(Self { fields, body: rest })
    }

    /// All values of a field. Names are compared without regard to case.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = move |(field, _): &&(&str, String)| field.eq_ignore_ascii_case(name);
        self.fields.iter().filter(same).map(|(_, value)| value.as_str())
    }

    /// The value of a field that may stand there once.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, Rejection> {
        let mut values = self.all(name);
        let value = values.next();
        if values.next().is_some() {
            return Err(Rejection::Invalid(format!("the metadata gives {name} more than once")));
        }
        Ok(value)
    }
}

/// The first line with its end (CR LF, CR or LF), and the rest.
fn split_line(text: &str) -> (&str, &str) {
    let end = match text.find(['\r', '\n']) {
        Some(at) if text[at..].starts_with("\r\n") => at + 2,
        Some(at) => at + 1,
        None => text.len(),
    };
    text.split_at(end)
}

/// Name and value of a header line: printable ASCII without white space, then a colon.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Headers<'_> {
        Headers::parse(text.as_bytes(), "it").unwrap()
    }

    #[test]
    fn fields_continue_and_the_body_follows_the_empty_line() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["Name:  a:b ", "License: one", "        two", "X:", "", "body", ""].join(end);
            let headers = parse(&text);
            assert_eq!(headers.one("NAME"), Ok(Some("a:b ")));
            assert_eq!(headers.one("license"), Ok(Some(format!("one{end}        two").as_str())));
            assert_eq!((headers.one("X"), headers.one("Y")), (Ok(Some("")), Ok(None)));
            assert_eq!(headers.body, format!("body{end}"));
        }
    }

    #[test]
    fn a_line_that_is_no_header_begins_the_body() {
        assert_eq!(parse("Name: a\nnot a header\nVersion: 1\n").body, "not a header\nVersion: 1\n");
    }

    #[test]
    fn single_fields_stand_once() {
        let headers = parse("Name: a\nname: b\n");
        assert!(headers.one("Name").is_err());
        assert_eq!(headers.all("Name").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn what_readers_may_read_differently_is_refused() {
        for evil in [&b"Name: \xff\n"[..], b"Name: a\0b\n", b" Name: a\n", b"Name: a\nFrom x\nName: b\n"] {
            assert!(Headers::parse(evil, "it").is_err());
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in any::<String>(), lines in "([a:\\r\\n \\t]|From )*") {
            let _ = Headers::parse(text.as_bytes(), "it");
            let _ = Headers::parse(lines.as_bytes(), "it");
        }
    }
}

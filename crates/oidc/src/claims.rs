//! Claims of a token whose signature was verified.

use serde_json::{Map, Value};

/// What an issuer says of a run. Providers differ in how they write numbers and truth, so both forms are read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(crate) const fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// The claim as it is.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A text that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A text that is not empty, or a whole number as text: ids come as either.
    pub fn id(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
            _ => None,
        }
    }

    /// An id in digits, which may be kept as part of a configuration.
    pub(crate) fn digits(&self, name: &str) -> Option<String> {
        self.id(name).filter(|id| crate::form::rule::digits(id).is_ok())
    }

    /// `true` or `false`, also as texts.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            _ => None,
        }
    }

    /// The texts of a list; empty where it is none.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let texts = self.get(name).and_then(Value::as_array);
        texts.map(|texts| texts.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// The claim in one short line, as a log may show it: what was received is written by whoever names branches.
    pub fn shown(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(shown(text)),
            other => Some(shown(&other.to_string())),
        }
    }

    /// The names, in the order of the token.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// A text in one short line: control characters would speak to the terminal or to the runner that shows the log.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut line: String =
        text.chars().take(LONGEST).map(|c| if invisible(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}

fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        Claims::new(value.as_object().cloned().unwrap())
    }

    #[test]
    fn numbers_and_truth_are_read_in_both_forms() {
        let claims =
            claims(json!({"id": 65, "text_id": "65", "yes": "true", "no": false, "empty": "", "odd": 1.5}));
        assert_eq!((claims.id("id"), claims.id("text_id")), (Some("65".into()), Some("65".into())));
        assert_eq!((claims.flag("yes"), claims.flag("no")), (Some(true), Some(false)));
        assert_eq!((claims.text("empty"), claims.id("empty"), claims.flag("empty")), (None, None, None));
        assert_eq!((claims.id("odd"), claims.text("id"), claims.flag("id")), (None, None, None));
    }

    #[test]
    fn a_claim_cannot_speak_to_the_log_that_shows_it() {
        let claims =
            claims(json!({"ref": "refs/heads/x\n::error::owned\u{1b}[2J\u{202e}", "long": "x".repeat(300)}));
        assert_eq!(claims.shown("ref").unwrap(), "refs/heads/x\u{fffd}::error::owned\u{fffd}[2J\u{fffd}");
        assert_eq!(claims.shown("long").unwrap().chars().count(), 201);
    }
}

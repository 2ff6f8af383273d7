//! What of an identity is not as a publisher wants it.

use std::fmt;

use crate::Claims;
use crate::claims::shown;

/// One claim that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The claim's name.
    pub claim: String,
    /// What would have been right.
    pub expected: String,
    /// What was received, shortened; `None` where the claim is missing.
    pub received: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.received {
            Some(received) => write!(f, "{}: expected {}, received '{received}'", self.claim, self.expected),
            None => write!(f, "{}: expected {}, and the token does not have it", self.claim, self.expected),
        }
    }
}

/// Collects what differs.
pub(crate) struct Checks<'a> {
    claims: &'a Claims,
    differences: Vec<Difference>,
}

impl<'a> Checks<'a> {
    pub(crate) const fn new(claims: &'a Claims) -> Self {
        Self { claims, differences: Vec::new() }
    }

    /// A claim is what it should be, or it is put down with what was `expected`, in words.
    pub(crate) fn that(&mut self, claim: &str, right: bool, expected: impl FnOnce() -> String) {
        if !right {
            let received = self.claims.shown(claim);
            self.differences.push(Difference { claim: claim.into(), expected: expected(), received });
        }
    }

    /// A text or number is exactly so.
    pub(crate) fn exact(&mut self, claim: &str, expected: &str) {
        let right = self.claims.id(claim).as_deref() == Some(expected);
        self.that(claim, right, || quoted(expected));
    }

    /// A text or number is exactly so, where something is expected at all.
    pub(crate) fn optional(&mut self, claim: &str, expected: Option<&str>) {
        if let Some(expected) = expected {
            self.exact(claim, expected);
        }
    }

    /// A text is so, but for the case of its ASCII letters. Others have no other case here: the sign for Kelvin is a small k in
    /// lower case, and nobody protects the environment whose name is spelled with it.
    pub(crate) fn any_case(&mut self, claim: &str, expected: &str) {
        let right = self.claims.text(claim).is_some_and(|text| text.eq_ignore_ascii_case(expected));
        self.that(claim, right, || quoted(expected));
    }

    pub(crate) fn finish(self) -> Result<(), Vec<Difference>> {
        if self.differences.is_empty() { Ok(()) } else { Err(self.differences) }
    }
}

pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", shown(text))
}

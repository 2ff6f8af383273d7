//! What a token may do.

use std::fmt;

/// One thing that a token may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Verb {
    /// Read private channels.
    Read = 1,
    /// Publish files.
    Publish = 2,
    /// Yank releases and take that back.
    Yank = 4,
    /// Delete files.
    Delete = 8,
    /// Manage members and narrower tokens.
    Manage = 16,
}

crate::text_enum!(Verb {
    Read = "read",
    Publish = "publish",
    Yank = "yank",
    Delete = "delete",
    Manage = "manage",
});

/// A set of verbs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Verbs(u8);

impl Verbs {
    /// Every verb as bits; the form that the database keeps.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set behind `bits`. Bits that no verb owns are dropped: an unknown verb permits nothing.
    pub fn from_bits(bits: u8) -> Self {
        Verb::ALL.iter().copied().filter(|verb| bits & *verb as u8 != 0).collect()
    }

    /// Whether the set holds `verb`.
    pub const fn contains(self, verb: Verb) -> bool {
        self.0 & verb as u8 != 0
    }

    /// Whether the set permits reading and nothing else. Only such a token may travel in a URL.
    pub const fn is_read_only(self) -> bool {
        self.0 == Verb::Read as u8
    }

    /// Whether the set permits nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The verbs, in the order of declaration.
    pub fn iter(self) -> impl Iterator<Item = Verb> {
        Verb::ALL.iter().copied().filter(move |verb| self.contains(*verb))
    }
}

impl FromIterator<Verb> for Verbs {
    fn from_iter<I: IntoIterator<Item = Verb>>(verbs: I) -> Self {
        Self(verbs.into_iter().fold(0, |bits, verb| bits | verb as u8))
    }
}

impl fmt::Debug for Verbs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl serde::Serialize for Verbs {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> serde::Deserialize<'de> for Verbs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from_iter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_bits_permit_nothing() {
        assert!(Verbs::from_bits(0b1110_0000).is_empty());
        assert_eq!(Verbs::from_bits(0xff), Verb::ALL.iter().copied().collect());
    }

    #[test]
    fn only_read_alone_is_read_only() {
        assert!(Verbs::from_iter([Verb::Read]).is_read_only());
        assert!(!Verbs::from_iter([Verb::Read, Verb::Publish]).is_read_only());
        assert!(!Verbs::default().is_read_only());
    }
}

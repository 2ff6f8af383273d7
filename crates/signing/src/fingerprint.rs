//! Fingerprints of roots: what people compare before they trust one.

use std::fmt;
use std::str::FromStr;

use bonded_model::Sha256;

use crate::hexadecimal;

/// The SHA-256 of the canonical bytes of a root's `signed`. Signatures that are added later do not change it, and they
/// need no protection by it: they are verified.
///
/// It is written in groups of four digits. It is read in any case, with any spaces, colons and dashes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// The fingerprint of canonical bytes.
    pub(crate) fn of(canonical: &[u8]) -> Self {
        Self(Sha256::of(canonical))
    }

    /// 64 digits in one piece, for programs.
    pub fn compact(&self) -> String {
        self.0.to_string()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, pair) in self.0.as_bytes().chunks(2).enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{}", hex::encode(pair))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let digits: String =
            text.chars().filter(|c| !c.is_ascii_whitespace() && !matches!(c, ':' | '-')).collect();
        let bytes = hexadecimal::exactly::<32>(&digits.to_ascii_lowercase()).ok_or(NotAFingerprint)?;
        Ok(Self(bytes.into()))
    }
}

/// The text is not a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a fingerprint of a root: 64 hexadecimal digits are expected, spaces between them are fine")]
pub struct NotAFingerprint;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_people_type_it() {
        let print = Fingerprint::of(b"root");
        let shown = print.to_string();
        assert_eq!(shown.split(' ').count(), 16);
        assert_eq!(shown.parse(), Ok(print));
        assert_eq!(shown.to_uppercase().replace(' ', ":").parse(), Ok(print));
        assert_eq!(print.compact().parse(), Ok(print));
        assert_eq!(shown[1..].parse::<Fingerprint>(), Err(NotAFingerprint));
        assert_eq!("".parse::<Fingerprint>(), Err(NotAFingerprint));
    }
}

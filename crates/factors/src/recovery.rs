//! Recovery codes: eight single-use codes that stand in for a lost authenticator app or key.

use std::fmt;
use std::str::FromStr;

use bonded_model::Random;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};

use crate::argon2id::{self, Hash};

/// Codes of one set.
pub const CODES: usize = 8;
/// Random bytes of a code: 80 bits.
const BYTES: usize = 10;
/// Digits of a code, five bits each.
const DIGITS: usize = 16;
/// Digits between two dashes.
const GROUP: usize = 4;
/// Crockford's base 32 in lower case: no `i`, `l`, `o` and `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A recovery code as its owner keeps it. It shows itself only through [`Code::expose`].
#[derive(Clone)]
pub struct Code(SecretString);

impl Code {
    fn new(random: &Random) -> Self {
        let mut bytes = random.bytes::<BYTES>();
        let mut number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        let mut digits = [0; DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit = ALPHABET[(number & 31) as usize];
            number >>= 5;
        }
        bytes.zeroize();
        Self(digits.map(char::from).iter().collect::<String>().into())
    }

    /// The code in four groups of four, for the one time that it is shown.
    pub fn expose(&self) -> String {
        let digits = self.0.expose_secret();
        let groups = (0..DIGITS).step_by(GROUP).map(|start| &digits[start..start + GROUP]);
        groups.collect::<Vec<_>>().join("-")
    }

    /// What the database knows of the code: the same slow hash as for a password. Takes tens of milliseconds.
    pub fn hash(&self, random: &Random) -> Hash {
        argon2id::hash(self.0.expose_secret().as_bytes(), random)
    }

    /// Whether the code was hashed to `hash`. Takes as long as [`Code::hash`].
    pub fn matches(&self, hash: &Hash) -> bool {
        argon2id::matches(self.0.expose_secret().as_bytes(), hash)
    }

    /// Which of `hashes` is this code's. All of them are compared, so that the time tells nothing of the place; takes
    /// tens of milliseconds for each.
    pub fn find(&self, hashes: &[Hash]) -> Option<usize> {
        let matches: Vec<bool> = hashes.iter().map(|hash| self.matches(hash)).collect();
        matches.iter().position(|matches| *matches)
    }
}

impl FromStr for Code {
    type Err = MalformedCode;

    /// Reads a code as people type it: spaces, dashes and case do not matter, and letters that look like digits count
    /// as those.
    fn from_str(text: &str) -> Result<Self, MalformedCode> {
        let typed =
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'));
        let digits: Option<String> = typed.take(DIGITS + 1).map(digit).collect();
        match digits {
            Some(digits) if digits.len() == DIGITS => Ok(Self(digits.into())),
            _ => Err(MalformedCode),
        }
    }
}

fn digit(typed: char) -> Option<char> {
    let digit = match typed.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    u8::try_from(digit).is_ok_and(|byte| ALPHABET.contains(&byte)).then_some(digit)
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code([redacted])")
    }
}

/// The text cannot be a recovery code. The text does not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a recovery code has 16 letters and digits in four groups, like 7x2k-m9pd-4hqa-w3tz: type one of yours whole"
)]
pub struct MalformedCode;

/// A new set of codes.
pub fn generate(random: &Random) -> [Code; CODES] {
    std::array::from_fn(|_| Code::new(random))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_eighty_bits_in_four_groups() {
        let code = Code::new(&Random::seeded(1)).expose();
        assert_eq!(code.len(), 19);
        assert!(code.split('-').all(|group| group.len() == 4));
        assert!(code.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)));
    }

    #[test]
    fn a_set_has_eight_codes_and_none_twice() {
        let codes = generate(&Random::seeded(1)).map(|code| code.expose());
        assert_eq!(codes.iter().collect::<std::collections::BTreeSet<_>>().len(), 8);
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code: Code = "0a1b-2c3d-4e5f-6g7h".parse().unwrap();
        let hash = code.hash(&Random::seeded(1));
        for typed in ["OA1B2C3D4E5F6G7H", " oaIb 2c3d 4e5f 6g7h\n", "0al b-2c3d\u{2013}4e5f-6g7h"] {
            assert!(typed.parse::<Code>().unwrap().matches(&hash), "{typed}");
        }
        assert!(!"0a1b-2c3d-4e5f-6g7j".parse::<Code>().unwrap().matches(&hash));
    }

    #[test]
    fn the_place_of_a_code_in_its_set_is_found() {
        let random = Random::seeded(1);
        let codes = generate(&random);
        let hashes: Vec<Hash> = codes[..3].iter().map(|code| code.hash(&random)).collect();
        assert_eq!(codes[1].find(&hashes), Some(1));
        assert_eq!(codes[4].find(&hashes), None);
    }

    #[test]
    fn what_cannot_be_a_code_is_refused_without_hashing() {
        for text in ["", "0a1b", "0a1b-2c3d-4e5f-6g7h-8", "0a1b-2c3d-4e5f-6g7u", "0a1b-2c3d-4e5f-6g7ä"] {
            assert_eq!(text.parse::<Code>().err(), Some(MalformedCode), "{text}");
        }
    }

    #[test]
    fn the_debug_form_hides_the_code() {
        assert_eq!(format!("{:?}", Code::new(&Random::seeded(1))), "Code([redacted])");
    }

    proptest! {
        #[test]
        fn a_shown_code_reads_back_as_itself(seed: u64) {
            let code = Code::new(&Random::seeded(seed));
            prop_assert_eq!(code.expose().parse::<Code>().unwrap().expose(), code.expose());
        }

        #[test]
        fn no_text_makes_the_reader_panic(text: String) {
            let _ = text.parse::<Code>();
        }
    }
}

//! Secret keys on paper: four lines with check digits, so that a typing error is found in its line.
//!
//! ```text
//! public 97f6 dfe1 9f00 98ae …
//! 1 80eb 1b65 ac2f c24d  0a3f
//! ```

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::{PublicKey, SigningKey, hexadecimal};

/// Bytes of the seed in each line.
const LINE: usize = 8;
/// Bytes of the checksum in each line.
const CHECK: usize = 2;

/// The printed form: the public key, and the seed in four lines.
pub fn print(key: &SigningKey) -> Zeroizing<String> {
    // Large enough that it never moves and leaves a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(512));
    text.push_str("public");
    groups(key.public().as_bytes(), &mut text);
    text.push('\n');
    for (line, bytes) in (1..).zip(key.seed().chunks(LINE)) {
        text.push(char::from(b'0' + line));
        groups(bytes, &mut text);
        text.push(' ');
        groups(&check(line, bytes), &mut text);
        text.push('\n');
    }
    text
}

/// Groups of four digits, each behind a space.
fn groups(bytes: &[u8], text: &mut String) {
    for pair in bytes.chunks(2) {
        text.push(' ');
        for byte in pair {
            let _ = write!(text, "{byte:02x}");
        }
    }
}

/// Reads the printed form as somebody typed it: in any case, with any spaces. Other lines are let be.
///
/// # Errors
/// When a line is missing or mistyped, or the whole is not the key that the first line names.
pub fn read(text: &str) -> Result<SigningKey, PaperError> {
    let mut seed = Zeroizing::new([0; 32]);
    for (line, bytes) in (1..).zip(seed.chunks_mut(LINE)) {
        let digits = digits(text, &line.to_string()).ok_or(PaperError::Missing(line))?;
        let mut read = hexadecimal::exactly::<{ LINE + CHECK }>(&digits).ok_or(PaperError::Mistyped(line))?;
        let (part, checksum) = read.split_at(LINE);
        if check(line, part) != checksum {
            return Err(PaperError::Mistyped(line));
        }
        bytes.copy_from_slice(part);
        read.zeroize();
    }
    let key = SigningKey::from_seed(&seed);
    let public = digits(text, "public").and_then(|digits| digits.parse::<PublicKey>().ok());
    if public.ok_or(PaperError::Public)? == key.public() { Ok(key) } else { Err(PaperError::OtherKey) }
}

/// What stands behind the first line that begins with that word, without spaces and in lower case.
fn digits(text: &str, word: &str) -> Option<Zeroizing<String>> {
    let mut lines = text.lines().map(|line| line.trim().split_ascii_whitespace());
    let words = lines.find_map(|mut words| words.next()?.eq_ignore_ascii_case(word).then_some(words))?;
    let mut digits = Zeroizing::new(String::with_capacity(text.len()));
    words.for_each(|word| digits.push_str(word));
    digits.make_ascii_lowercase();
    Some(digits)
}

/// The line is part of it, so that lines that change places are found.
fn check(line: u8, bytes: &[u8]) -> [u8; CHECK] {
    let digest =
        Sha256::new().chain_update(b"bonded paper key").chain_update([line]).chain_update(bytes).finalize();
    [digest[0], digest[1]]
}

/// Why a printed key does not read back. No text repeats any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// A line is not there.
    #[error("the printed key has no line {0}: there are four, each begins with its number")]
    Missing(u8),
    /// The check digits do not fit.
    #[error("line {0} of the printed key is mistyped: its last four digits do not fit the others")]
    Mistyped(u8),
    /// The public key is not there.
    #[error("the printed key has no line \"public\" with the 64 digits of the public key")]
    Public,
    /// The lines of two keys, perhaps.
    #[error("the four lines are not the key that the line \"public\" names")]
    OtherKey,
}

#[cfg(test)]
mod tests {
    use bonded_model::Random;

    use super::*;

    fn key() -> SigningKey {
        SigningKey::generate(&Random::seeded(1))
    }

    fn lines() -> Vec<String> {
        print(&key()).lines().map(str::to_owned).collect()
    }

    fn error(lines: &[String]) -> PaperError {
        read(&lines.join("\n")).unwrap_err()
    }

    #[test]
    fn a_printed_key_reads_back_as_people_type_it() {
        let printed = print(&key());
        assert_eq!(read(&printed).unwrap().public(), key().public());
        let typed = format!("Root key of Ann\r\n\n{}", printed.to_uppercase().replace('\n', "  \r\n   "));
        assert_eq!(read(&typed).unwrap().public(), key().public());
        assert_eq!(printed.lines().count(), 5);
    }

    #[test]
    fn each_digit_that_is_mistyped_is_found_in_its_line() {
        for line in 1..=4 {
            for place in 2..lines()[line].len() {
                let mut changed = lines();
                let old = changed[line].as_bytes()[place];
                if old == b' ' {
                    continue;
                }
                let other = if old == b'0' { "1" } else { "0" };
                changed[line].replace_range(place..=place, other);
                assert_eq!(error(&changed), PaperError::Mistyped(u8::try_from(line).unwrap()), "{changed:?}");
            }
        }
    }

    #[test]
    fn lines_that_are_missing_or_change_places_are_found() {
        let mut missing = lines();
        missing.remove(3);
        assert_eq!(error(&missing), PaperError::Missing(3));
        let mut swapped = lines();
        let (second, third) = (swapped[2].clone(), swapped[3].clone());
        swapped[2] = format!("2{}", &third[1..]);
        swapped[3] = format!("3{}", &second[1..]);
        assert_eq!(error(&swapped), PaperError::Mistyped(2));
        let mut nameless = lines();
        nameless.remove(0);
        assert_eq!(error(&nameless), PaperError::Public);
    }

    #[test]
    fn the_lines_of_another_key_are_found() {
        let mut mixed = lines();
        let other = print(&SigningKey::generate(&Random::seeded(9)));
        mixed[4] = other.lines().nth(4).unwrap().to_owned();
        assert_eq!(error(&mixed), PaperError::OtherKey);
    }
}

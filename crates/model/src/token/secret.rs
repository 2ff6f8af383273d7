//! The secret of a token: `bonded-`, 32 random bytes in base 62, and a CRC-32 of those digits in base 62.
//!
//! Only letters, digits and hyphens, because conda reads a token in a URL as `[a-zA-Z0-9-]*`. The prefix lets secret
//! scanners find leaked tokens, the checksum lets them (and us) dismiss look-alikes without a look-up.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString, zeroize::Zeroize};
use sha2::{Digest, Sha256};

use crate::Random;

/// What every token begins with.
pub(super) const PREFIX: &str = "bonded-";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Base-62 digits of 256 bits.
const SECRET_LEN: usize = 43;
/// Base-62 digits of 32 bits.
const CHECKSUM_LEN: usize = 6;
/// What stands behind the prefix.
pub(super) const DIGIT_COUNT: usize = SECRET_LEN + CHECKSUM_LEN;

/// A token as its holder presents it. It shows itself only through [`ApiToken::expose`].
#[derive(Clone)]
pub struct ApiToken(SecretString);

impl ApiToken {
    /// A new token with 256 bits of entropy.
    pub fn generate(random: &Random) -> Self {
        let mut bytes = random.bytes::<32>();
        let digits = base62::<SECRET_LEN>(&bytes);
        bytes.zeroize();
        let checksum = checksum(&digits);
        Self(SecretString::from(format!("{PREFIX}{digits}{checksum}")))
    }

    /// The token's text, for the one time that it is shown to its owner.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the database knows of the token. A fast hash is right here: 256 random bits cannot be guessed.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.expose()).into())
    }
}

impl FromStr for ApiToken {
    type Err = MalformedToken;

    /// Reads a token; white space around it is ignored, because people paste it.
    fn from_str(text: &str) -> Result<Self, MalformedToken> {
        let text = text.trim();
        let body = text.strip_prefix(PREFIX).ok_or(MalformedToken::Prefix)?;
        if body.len() != DIGIT_COUNT || !body.bytes().all(|byte| DIGITS.contains(&byte)) {
            return Err(MalformedToken::Form);
        }
        let (digits, given) = body.split_at(SECRET_LEN);
        if checksum(digits) != given {
            return Err(MalformedToken::Checksum);
        }
        Ok(Self(SecretString::from(text)))
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiToken([redacted])")
    }
}

/// SHA-256 of a token's text: the key under which the database finds its row.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash([redacted])")
    }
}

/// Why a text is not a token. None of the texts repeats what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedToken {
    /// Another kind of secret, perhaps a password.
    #[error("this is not a Bonded token: those begin with 'bonded-'")]
    Prefix,
    /// Cut off, or with something added.
    #[error("the token has the wrong length or characters; was it copied whole?")]
    Form,
    /// Mistyped.
    #[error("the token's checksum does not fit; was it mistyped?")]
    Checksum,
}

fn checksum(digits: &str) -> String {
    base62::<CHECKSUM_LEN>(&crc32fast::hash(digits.as_bytes()).to_be_bytes())
}

/// `bytes`, a big-endian number, as exactly `LEN` base-62 digits: schoolbook long division.
fn base62<const LEN: usize>(bytes: &[u8]) -> String {
    let mut number = bytes.to_vec();
    let mut digits = [0; LEN];
    for digit in digits.iter_mut().rev() {
        let remainder = number.iter_mut().fold(0, |carry, byte| {
            let value = carry * 256 + u32::from(*byte);
            *byte = u8::try_from(value / 62).expect("carry is below 62, so the quotient is below 256");
            value % 62
        });
        *digit = DIGITS[remainder as usize];
    }
    debug_assert!(number.iter().all(|byte| *byte == 0), "{LEN} digits must hold the number");
    number.zeroize();
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base62_of_known_numbers() {
        assert_eq!(base62::<3>(&[0]), "000");
        assert_eq!(base62::<3>(&[61]), "00z");
        assert_eq!(base62::<3>(&62u32.to_be_bytes()), "010");
        assert_eq!(base62::<6>(&u32::MAX.to_be_bytes()), "4gfFC3");
        assert_eq!(base62::<SECRET_LEN>(&[0xff; 32]).len(), SECRET_LEN);
    }

    #[test]
    fn the_debug_form_hides_the_secret() {
        let token = ApiToken::generate(&Random::seeded(1));
        assert!(!format!("{token:?} {:?}", token.hash()).contains(&token.expose()[7..20]));
    }

    #[test]
    fn each_kind_of_malformed_token_is_told_apart() {
        let token = ApiToken::generate(&Random::seeded(2)).expose().to_owned();
        let parse = |text: &str| text.parse::<ApiToken>().map(|_| ()).unwrap_err();
        assert_eq!(parse("pypi-AgEIcHlwaS5vcmc"), MalformedToken::Prefix);
        assert_eq!(parse(&token[..50]), MalformedToken::Form);
        assert_eq!(parse(&token.replace('-', "_")), MalformedToken::Prefix);
        let mut mistyped = token.into_bytes();
        mistyped[10] = if mistyped[10] == b'a' { b'b' } else { b'a' };
        assert_eq!(parse(&String::from_utf8(mistyped).unwrap()), MalformedToken::Checksum);
    }

    proptest! {
        #[test]
        fn every_token_fits_condas_url_pattern_and_round_trips(seed: u64) {
            let token = ApiToken::generate(&Random::seeded(seed));
            let text = token.expose();
            prop_assert_eq!(text.len(), 56);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
            let padded = format!(" {text}\r\n");
            prop_assert_eq!(padded.parse::<ApiToken>().unwrap().hash(), token.hash());
        }

        #[test]
        fn no_text_makes_the_parser_panic(text: String) {
            let _ = text.parse::<ApiToken>();
        }
    }
}

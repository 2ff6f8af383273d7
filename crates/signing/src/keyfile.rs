//! Key files: a secret key in its printed form, encrypted with a passphrase as an age file in text form
//! (age-encryption.org/v1, scrypt). Every program that knows age opens them, also when Bonded is gone.

use age::secrecy::SecretString;
use age::{DecryptError, scrypt};
use zeroize::Zeroizing;

use crate::SigningKey;
use crate::paper::{self, PaperError};

/// The work that scrypt takes, as the power of two: 256 MiB of memory and about a second, for us and for who guesses.
pub const WORK: u8 = 18;
/// The most that is taken from a file that asks for more.
const MAX_WORK: u8 = 22;
/// Key files are shorter than this, in bytes.
const MAX_BYTES: usize = 16 << 10;

/// The file of a key. `work` is [`WORK`] outside of tests.
///
/// Salt and nonce come from the operating system: the format leaves them to its library.
///
/// # Errors
/// None that memory cannot explain.
pub fn seal(key: &SigningKey, passphrase: SecretString, work: u8) -> Result<String, KeyFileError> {
    let mut recipient = scrypt::Recipient::new(passphrase);
    recipient.set_work_factor(work);
    age::encrypt_and_armor(&recipient, paper::print(key).as_bytes()).map_err(|_| KeyFileError::Damaged)
}

/// The key of a file.
///
/// # Errors
/// When the passphrase is another, or the file is no key file.
pub fn open(file: &[u8], passphrase: SecretString) -> Result<SigningKey, KeyFileError> {
    if file.len() > MAX_BYTES {
        return Err(KeyFileError::Damaged);
    }
    let mut identity = scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(MAX_WORK);
    let text = match age::decrypt(&identity, file) {
        Ok(text) => Zeroizing::new(text),
        Err(DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed) => {
            return Err(KeyFileError::Passphrase);
        }
        Err(DecryptError::ExcessiveWork { .. }) => return Err(KeyFileError::Work),
        Err(_) => return Err(KeyFileError::Damaged),
    };
    let text = std::str::from_utf8(&text).map_err(|_| KeyFileError::Damaged)?;
    Ok(paper::read(text)?)
}

/// Why a key file does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// Another passphrase.
    #[error("the passphrase is wrong")]
    Passphrase,
    /// No age file that a passphrase opens, or cut off or changed.
    #[error("this is no key file, or it is damaged: an age file with a passphrase is expected")]
    Damaged,
    /// Made to take hours.
    #[error("the key file asks for more work than key files do")]
    Work,
    /// An age file of something else.
    #[error("the file opens, but holds no key: {0}")]
    Content(#[from] PaperError),
}

#[cfg(test)]
mod tests {
    use bonded_model::Random;

    use super::*;

    fn phrase(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn a_key_file_opens_with_its_passphrase_alone() {
        let key = SigningKey::generate(&Random::seeded(1));
        let file = seal(&key, phrase("marmalade"), 8).unwrap();
        assert!(file.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
        assert_eq!(open(file.as_bytes(), phrase("marmalade")).unwrap().public(), key.public());
        assert_eq!(open(file.as_bytes(), phrase("Marmalade")).unwrap_err(), KeyFileError::Passphrase);
    }

    #[test]
    fn a_file_that_was_damaged_or_is_another_is_refused() {
        let key = SigningKey::generate(&Random::seeded(1));
        let file = seal(&key, phrase("marmalade"), 8).unwrap();
        for file in ["", "key", &file[..file.len() / 2], &file.replacen('A', "B", 20)] {
            assert!(open(file.as_bytes(), phrase("marmalade")).is_err(), "{file}");
        }
        let mut recipient = scrypt::Recipient::new(phrase("marmalade"));
        recipient.set_work_factor(8);
        let other = age::encrypt_and_armor(&recipient, b"a poem").unwrap();
        assert!(matches!(open(other.as_bytes(), phrase("marmalade")), Err(KeyFileError::Content(_))));
    }

    #[test]
    fn a_file_that_asks_for_hours_of_work_is_refused() {
        let file = seal(&SigningKey::generate(&Random::seeded(1)), phrase("x"), 8).unwrap();
        let mut reader = age::armor::ArmoredReader::new(file.as_bytes());
        let mut binary = Vec::new();
        std::io::Read::read_to_end(&mut reader, &mut binary).unwrap();
        let text = String::from_utf8_lossy(&binary[..90]).replacen(" 8\n", " 40\n", 1);
        let end = text.len() - 1;
        let changed = [text.as_bytes(), &binary[end..]].concat();
        assert_eq!(open(&changed, phrase("x")).unwrap_err(), KeyFileError::Work);
    }
}

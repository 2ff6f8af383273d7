//! The passwords that attackers try first and that the estimate of [`crate::strength`] lets pass.
//!
//! Some 35,000 from published lists, each as the first six bytes of its SHA-256: that is smaller than the words, and
//! takes no word into the program that does not belong there. That another password is refused by chance happens once
//! in eight thousand million. `data/README.md` says where they come from and how the file is made.

use sha2::{Digest, Sha256};

/// Bytes that stand for a password.
const PREFIX: usize = 6;

/// In ascending order.
static PREFIXES: &[u8] = include_bytes!("../data/common-passwords.bin");

/// Whether the password is on the list, as it is or in lower case.
pub(crate) fn contains(password: &str) -> bool {
    is_listed(password) || is_listed(&password.to_lowercase())
}

fn is_listed(password: &str) -> bool {
    let digest = Sha256::digest(password);
    let (prefixes, _) = PREFIXES.as_chunks::<PREFIX>();
    digest.first_chunk::<PREFIX>().is_some_and(|prefix| prefixes.binary_search(prefix).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_in_order() {
        let (prefixes, rest) = PREFIXES.as_chunks::<PREFIX>();
        assert!(rest.is_empty());
        assert!(prefixes.len() > 30_000, "{}", prefixes.len());
        assert!(prefixes.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn passwords_of_the_list_are_on_it_in_any_case_and_others_are_not() {
        for listed in ["FQRG7CS493", "fqrg7cs493", "therewillbeblood", "ThereWillBeBlood"] {
            assert_eq!(contains(listed), listed != "fqrg7cs493", "{listed}");
        }
        assert!(!contains("unlisted marmalade teapot"));
    }
}

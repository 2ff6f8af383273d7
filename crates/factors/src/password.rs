//! Passwords: Argon2id hashes and their verification. What a good password is stands in [`crate::strength`].

use bonded_model::Random;
use secrecy::{ExposeSecret, SecretString};

use crate::argon2id;
pub use crate::argon2id::{Hash, LANES, MEMORY_KIB, MalformedHash, PASSES};

/// The longest password in bytes: enough for every pass phrase, too little to keep a server busy.
pub const MAX_BYTES: usize = 4096;

/// What became of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The password was right.
    pub ok: bool,
    /// It was right, and its hash should be made anew because the parameters have changed since.
    pub needs_rehash: bool,
}

/// Hashes a password with a new salt. Takes tens of milliseconds and 19 MiB.
pub fn hash(password: &SecretString, random: &Random) -> Hash {
    argon2id::hash(password.expose_secret().as_bytes(), random)
}

/// Compares a password with a hash. Takes as long as [`hash`], also for a wrong password and for [`dummy`].
pub fn verify(password: &SecretString, hash: &Hash) -> Verified {
    let password = password.expose_secret();
    let ok = password.len() <= MAX_BYTES && argon2id::matches(password.as_bytes(), hash);
    Verified { ok, needs_rehash: ok && argon2id::is_outdated(hash) }
}

/// A hash that no password is known for. Verifying against it for accounts that do not exist, or that have no password,
/// takes as long as for those that do, so that the time of an answer tells nothing.
pub fn dummy() -> Hash {
    const DUMMY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    DUMMY.parse().expect("the constant is a well-formed hash")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        text.into()
    }

    #[test]
    fn a_password_fits_its_own_hash_and_no_other() {
        let random = Random::seeded(1);
        let hash = hash(&secret("correct horse"), &random);
        assert_eq!(verify(&secret("correct horse"), &hash), Verified { ok: true, needs_rehash: false });
        assert_eq!(verify(&secret("correct horsE"), &hash), Verified { ok: false, needs_rehash: false });
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let random = Random::seeded(1);
        assert_ne!(hash(&secret("same"), &random), hash(&secret("same"), &random));
    }

    #[test]
    fn a_hash_survives_the_database_and_shows_nothing() {
        let stored = hash(&secret("correct horse"), &Random::seeded(2));
        let read: Hash = stored.as_str().parse().unwrap();
        assert!(verify(&secret("correct horse"), &read).ok);
        assert_eq!(format!("{read:?}"), "Hash([redacted])");
        assert_eq!("plain".parse::<Hash>(), Err(MalformedHash));
    }

    #[test]
    fn a_hash_of_smaller_cost_is_accepted_and_to_be_made_anew() {
        use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
        let small = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let old: Hash = small.hash_password_with_salt(b"old", &[7; 16]).unwrap().to_string().parse().unwrap();
        assert_eq!(verify(&secret("old"), &old), Verified { ok: true, needs_rehash: true });
        assert_eq!(verify(&secret("other"), &old), Verified { ok: false, needs_rehash: false });
    }

    #[test]
    fn the_dummy_costs_what_a_real_hash_costs_and_fits_nothing() {
        let parameters = |hash: &Hash| hash.as_str().split('$').take(4).collect::<Vec<_>>().join("$");
        let real = hash(&secret("x"), &Random::seeded(3));
        assert_eq!(parameters(&dummy()), parameters(&real));
        assert_eq!(dummy().as_str().len(), real.as_str().len());
        assert!(!verify(&secret(""), &dummy()).ok);
    }

    #[test]
    fn an_overlong_password_fits_nothing() {
        let long = "x".repeat(MAX_BYTES + 1);
        let hash = hash(&secret(&long), &Random::seeded(4));
        assert!(!verify(&secret(&long), &hash).ok);
    }
}

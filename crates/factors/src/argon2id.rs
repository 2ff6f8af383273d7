//! The one slow hash of the house, for secrets that people choose or type.

use std::fmt;
use std::str::FromStr;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use bonded_model::Random;

/// Memory of one hash, in KiB. With [`PASSES`] and [`LANES`] one of the equal settings of the OWASP Password Storage
/// Cheat Sheet (2023); some 20 ms on a server of 2024.
pub const MEMORY_KIB: u32 = 19_456;
/// Passes over the memory.
pub const PASSES: u32 = 2;
/// Lanes that could be filled in parallel.
pub const LANES: u32 = 1;
/// Bytes of salt (RFC 9106, section 3.1).
const SALT_LEN: usize = 16;

const PARAMS: Params = match Params::new(MEMORY_KIB, PASSES, LANES, None) {
    Ok(params) => params,
    Err(_) => panic!("the constants above are valid parameters"),
};

/// An Argon2id hash as PHC text (`$argon2id$v=19$m=…`), the form in which it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Hash(Box<str>);

impl Hash {
    /// The text for the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Hash {
    type Err = MalformedHash;

    /// Reads what the database keeps.
    fn from_str(text: &str) -> Result<Self, MalformedHash> {
        PasswordHash::new(text).map_err(|_| MalformedHash)?;
        Ok(Self(text.into()))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash([redacted])")
    }
}

/// The stored text is not a password hash; it was not written by Bonded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored password hash is damaged: restore it from a backup, or let its owner reset the password")]
pub struct MalformedHash;

/// Hashes `secret` with a new salt.
pub(crate) fn hash(secret: &[u8], random: &Random) -> Hash {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS);
    let hash = argon2.hash_password_with_salt(secret, &random.bytes::<SALT_LEN>());
    Hash(hash.expect("parameters and salt are valid and the secret is far below 4 GiB").to_string().into())
}

/// Whether `secret` gives `hash`, with the parameters that the hash names.
pub(crate) fn matches(secret: &[u8], hash: &Hash) -> bool {
    let parsed = PasswordHash::new(&hash.0);
    parsed.is_ok_and(|parsed| Argon2::default().verify_password(secret, &parsed).is_ok())
}

/// Whether the hash was made with anything but the present parameters.
pub(crate) fn is_outdated(hash: &Hash) -> bool {
    !PasswordHash::new(&hash.0).is_ok_and(|parsed| {
        parsed.algorithm.as_str() == Algorithm::Argon2id.as_str()
            && parsed.version == Some(Version::V0x13.into())
            && Params::try_from(&parsed).is_ok_and(|params| costs(&params) == costs(&PARAMS))
    })
}

fn costs(params: &Params) -> (u32, u32, u32) {
    (params.m_cost(), params.t_cost(), params.p_cost())
}

//! What is kept of signed conda channels: documents, keys and signatures, as bytes. Nothing here can check a signature.

use std::fmt;
use std::str::FromStr;

use crate::Timestamp;
use crate::ids::{ChannelId, FileId, UserId};
use crate::user::UserName;

/// Who signs the records of a conda channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signing {
    /// Nobody. Python channels are always so.
    Off,
    /// The server, with its package manager key.
    Server,
    /// Its publishers, with keys that the server does not have.
    Publisher,
}

crate::text_enum!(Signing { Off = "off", Server = "server", Publisher = "publisher" });

/// An ed25519 public key as bytes. The text form is 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyBytes([u8; 32]);

impl KeyBytes {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for KeyBytes {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyBytes({self})")
    }
}

impl FromStr for KeyBytes {
    type Err = NotAKey;

    /// Reads 64 lower-case hexadecimal digits: upper-case ones would be another name of the same key.
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAKey)?;
        let key = Self(bytes);
        if key.to_string() == text { Ok(key) } else { Err(NotAKey) }
    }
}

impl serde::Serialize for KeyBytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for KeyBytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The text is not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public key: 64 lower-case hexadecimal digits are expected")]
pub struct NotAKey;

/// A root document (`N.root.json`), with the bytes that are served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrustRoot {
    /// Its version, from 1.
    pub version: i64,
    /// The document.
    pub body: String,
    /// When it was installed.
    pub installed_at: Timestamp,
}

/// A key manager document (`key_mgr.json`), with the bytes that are served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrustKeyManager {
    /// Its version, from 1.
    pub version: i64,
    /// The document.
    pub body: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A key of the server's that signs records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PackageManagerKey {
    /// The public key.
    pub key: KeyBytes,
    /// When it was made.
    pub made_at: Timestamp,
    /// Since when it is being replaced; `None` for the present one.
    pub leaving_since: Option<Timestamp>,
}

/// A key of a publisher's, which signs records outside of the server.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct PublisherKey {
    /// The channel whose records it may sign.
    pub channel: ChannelId,
    /// The public key.
    pub key: KeyBytes,
    /// What it is called.
    pub name: String,
    /// Who added it; `None` for the operator.
    pub added_by: Option<UserId>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// A publisher's key as people see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublisherKeyView {
    /// The public key.
    pub key: KeyBytes,
    /// What it is called.
    pub name: String,
    /// Who added it; `None` for the operator, and once the account is gone.
    pub added_by: Option<UserName>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// How far the signing of a channel's records with another key has come: those of the subdirs that do not show its
/// signatures yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SigningProgress {
    /// How many records there are.
    pub records: i64,
    /// How many of them have the key's signature.
    pub signed: i64,
}

/// A signature over a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordSignature {
    /// Whose.
    pub key: KeyBytes,
    /// The signature.
    pub signature: [u8; 64],
    /// Whether a publisher made it.
    pub publisher: bool,
}

/// A signature on its way into the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewSignature {
    /// The file whose record was signed.
    pub file: FileId,
    /// The signature.
    pub signature: RecordSignature,
    /// When it was made.
    pub signed_at: Timestamp,
}

/// A signature with the file name that it belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileSignature {
    /// The file name without the subdir.
    pub filename: String,
    /// The signature.
    pub signature: RecordSignature,
}

/// Who signed a record, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordSigner {
    /// The key.
    pub key: KeyBytes,
    /// Whether it is a publisher's.
    pub publisher: bool,
    /// When.
    pub signed_at: Timestamp,
}

/// Who signed the record of which file, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileSigner {
    /// The file.
    pub file: FileId,
    /// Who, and when.
    pub signer: RecordSigner,
}

/// A record that lacks the signature of some key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnsignedRecord {
    /// The file.
    pub file: FileId,
    /// Its name without the subdir.
    pub filename: String,
    /// The record, as JSON.
    pub record: String,
    /// `run_exports.json` (CEP 12), as JSON.
    pub run_exports: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_text_form() {
        let key = KeyBytes::from([0xab; 32]);
        assert_eq!(key.to_string().parse(), Ok(key));
        for bad in [key.to_string().to_uppercase(), "ab".into(), format!(" {key}"), format!("{key}0")] {
            assert_eq!(bad.parse::<KeyBytes>(), Err(NotAKey), "{bad}");
        }
    }
}

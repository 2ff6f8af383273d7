//! From columns to the types of the model. What does not fit is reported with the name of its column.

use std::str::FromStr;

use bonded_model::Sha256;
use bonded_model::Switches;
use bonded_model::file::Stored;
use bonded_model::secret::SecretHash;
use bonded_model::trust::KeyBytes;

/// A word or name that was checked before it was written.
pub(super) fn parsed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    column: &str,
    text: &str,
) -> sqlx::Result<T> {
    text.parse().map_err(|error| corrupt(column, error))
}

pub(super) fn bytes<const N: usize>(column: &str, value: &[u8]) -> sqlx::Result<[u8; N]> {
    value.try_into().map_err(|error| corrupt(column, error))
}

pub(super) fn sha256(column: &str, value: &[u8]) -> sqlx::Result<Sha256> {
    bytes(column, value).map(Sha256::from)
}

pub(super) fn key(column: &str, value: &[u8]) -> sqlx::Result<KeyBytes> {
    bytes(column, value).map(KeyBytes::from)
}

pub(super) fn secret_hash(column: &str, value: &[u8]) -> sqlx::Result<SecretHash> {
    bytes(column, value).map(SecretHash::from)
}

pub(super) fn size(column: &str, value: i64) -> sqlx::Result<u64> {
    u64::try_from(value).map_err(|error| corrupt(column, error))
}

/// A blob in two columns that are set or empty together.
pub(super) fn stored(column: &str, sha: Option<&[u8]>, length: Option<i64>) -> sqlx::Result<Option<Stored>> {
    let (Some(sha), Some(length)) = (sha, length) else { return Ok(None) };
    Ok(Some(Stored { sha256: sha256(column, sha)?, size: size(column, length)? }))
}

/// What a channel or project asks of credentials, from its three columns.
pub(super) fn switches(
    trusted_publishers_only: bool,
    tokens_need_expiry: bool,
    longest_token_life: Option<i64>,
) -> sqlx::Result<Switches> {
    let days = longest_token_life
        .map(|days| u32::try_from(days).map_err(|error| corrupt("longest_token_life", error)));
    Ok(Switches { trusted_publishers_only, tokens_need_expiry, longest_token_life: days.transpose()? })
}

/// A length in bytes on its way into the database.
pub(super) fn length(value: u64) -> sqlx::Result<i64> {
    i64::try_from(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub(super) fn corrupt(
    column: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: source.into() }
}

/// A value that was written as JSON.
pub(super) fn json<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> sqlx::Result<T> {
    serde_json::from_str(text).map_err(|error| corrupt(column, error))
}

/// A value on its way into the database, as JSON.
pub(super) fn to_json(value: &impl serde::Serialize) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

//! From a token that anybody could have written to claims that an issuer signed (RFC 7519, OpenID Connect Core 3.1.3.7).
//!
//! Signatures are verified with `ring`, which the TLS of the house brings along. A library for tokens would want a
//! provider of the same few lines, a choice for the whole process, and would read the machine's clock by itself.

use bonded_model::Timestamp;
use bonded_model::publishing::Issuer;
use chrono::{DateTime, TimeDelta};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::claims::shown;
use crate::{Claims, Keys, Unverified};

/// How far the clocks of issuer and server may be apart.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// The longest that a token may live. Those of CI providers live for minutes or hours; GitLab's as long as its job may run,
/// and a job that may run for days has no business with a token that could publish for days.
pub const MAX_LIFE: TimeDelta = TimeDelta::hours(24);
/// Characters of the longest `jti` that is kept as it is.
const MAX_JTI: usize = 255;

/// Claims that the issuer signed, for this server, for now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// The claims.
    pub claims: Claims,
    /// What is burnt when the token is used: the claim `jti`, or a hash of what was signed where there is none. The hash
    /// leaves the signature out, because some signatures have a second form.
    pub replay_id: String,
    /// When the token ends, by its own word: without the leeway.
    pub expires_at: Timestamp,
}

/// Why a token is not believed. No text repeats the token.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is not signed as this issuer signs.
    #[error("it is signed with {received}, and this issuer signs with {expected}")]
    Algorithm {
        /// What is pinned for the issuer.
        expected: &'static str,
        /// What its header says.
        received: String,
    },
    /// Its header asks for an extension (RFC 7515, section 4.1.11).
    #[error("its header has critical extensions (crit), which are not understood")]
    Critical,
    /// It does not say which key signed it.
    #[error("its header names no key (kid)")]
    NoKeyId,
    /// The issuer has no such key, as far as is known: refresh the keys, then try again.
    #[error("the issuer has no key '{0}'")]
    UnknownKey(String),
    /// The signature is wrong, or the key is of another kind.
    #[error("its signature is not by the issuer's key")]
    Signature,
    /// It was issued by somebody else.
    #[error("its issuer (iss) is '{0}'")]
    Issuer(String),
    /// It was issued for somebody else, or for several.
    #[error("its audience (aud) is {received}, and has to be the single text '{expected}'")]
    Audience {
        /// The server's audience.
        expected: String,
        /// What it has.
        received: String,
    },
    /// A time is missing or is no time.
    #[error("its claim {0} is missing or is no time")]
    Time(&'static str),
    /// It ended.
    #[error("it expired at {0}")]
    Expired(Timestamp),
    /// It begins to be valid later.
    #[error("it is not valid before {at} ({claim}); compare the clocks")]
    Early {
        /// The claim that says so.
        claim: &'static str,
        /// When.
        at: Timestamp,
    },
    /// It lives for too long.
    #[error(
        "it lives longer than 24 hours, or ends before it begins (iat, exp); at GitLab it lives as long as its job may run: \
         give the job a timeout of at most 24 hours"
    )]
    Life,
}

/// Verifies a token: the algorithm that is pinned for the issuer, a key of the issuer, the issuer itself, the audience
/// and the times.
///
/// # Errors
/// The first thing that is not right. [`VerifyError::UnknownKey`] may be healed by newer keys.
pub fn verify(
    token: &Unverified<'_>,
    keys: &Keys,
    issuer: &Issuer,
    audience: &str,
    now: Timestamp,
) -> Result<Verified, VerifyError> {
    check_signature(token, keys, issuer)?;
    let claims = Claims::new(token.claims.clone());
    if claims.get("iss").and_then(Value::as_str) != Some(&issuer.url) {
        return Err(VerifyError::Issuer(claims.shown("iss").unwrap_or_default()));
    }
    check_audience(&claims, audience)?;
    let expires_at = check_times(&claims, now)?;
    let replay_id = match claims.text("jti") {
        Some(jti) if jti.len() <= MAX_JTI => jti.into(),
        _ => format!("sha256:{}", hex::encode(Sha256::digest(token.signed))),
    };
    Ok(Verified { claims, replay_id, expires_at })
}

pub(crate) fn check_signature(
    token: &Unverified<'_>,
    keys: &Keys,
    issuer: &Issuer,
) -> Result<(), VerifyError> {
    let named = token.header.get("alg").and_then(Value::as_str).unwrap_or("nothing");
    let expected = issuer.algorithm.as_str();
    if named != expected {
        return Err(VerifyError::Algorithm { expected, received: shown(named) });
    }
    if token.header.contains_key("crit") {
        return Err(VerifyError::Critical);
    }
    let key = token.key_id().filter(|key| !key.is_empty()).ok_or(VerifyError::NoKeyId)?;
    match keys.verify(key, issuer.algorithm, token.signed.as_bytes(), &token.signature) {
        Some(true) => Ok(()),
        Some(false) => Err(VerifyError::Signature),
        None => Err(VerifyError::UnknownKey(shown(key))),
    }
}

/// A token for several audiences could be used here by each of the others.
pub(crate) fn check_audience(claims: &Claims, audience: &str) -> Result<(), VerifyError> {
    if claims.get("aud").and_then(Value::as_str) == Some(audience) {
        return Ok(());
    }
    let received = match claims.get("aud") {
        None => "missing".into(),
        Some(aud) => shown(&aud.to_string()),
    };
    Err(VerifyError::Audience { expected: audience.into(), received })
}

/// When the token ends.
pub(crate) fn check_times(claims: &Claims, now: Timestamp) -> Result<Timestamp, VerifyError> {
    let (begin, end) = (time(claims, "iat")?, time(claims, "exp")?);
    if now > end + LEEWAY {
        return Err(VerifyError::Expired(end));
    }
    if begin > now + LEEWAY {
        return Err(VerifyError::Early { claim: "iat", at: begin });
    }
    if end <= begin || end - begin > MAX_LIFE {
        return Err(VerifyError::Life);
    }
    if claims.get("nbf").is_some() {
        let at = time(claims, "nbf")?;
        if at > now + LEEWAY {
            return Err(VerifyError::Early { claim: "nbf", at });
        }
    }
    Ok(end)
}

/// Whole seconds; fractions, which RFC 7519 allows, are cut off.
fn time(claims: &Claims, name: &'static str) -> Result<Timestamp, VerifyError> {
    /// The end of the year 9999. No sum of such times overflows.
    const LAST: f64 = 253_402_300_799.0;
    let seconds = claims.get(name).and_then(Value::as_f64).filter(|seconds| (0.0..=LAST).contains(seconds));
    let whole = seconds.map(|seconds| seconds as i64);
    whole.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).ok_or(VerifyError::Time(name))
}

#[cfg(test)]
mod tests;

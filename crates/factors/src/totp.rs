//! Authenticator apps: time-based one-time passwords (RFC 6238) with what every app supports: SHA-1, six digits, thirty
//! seconds.

use std::fmt;

use bonded_model::{Random, Timestamp};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use totp_rs::{Builder, Totp};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::qr;

/// Seconds for which a code stands.
pub const STEP_SECONDS: i64 = 30;
/// Bytes of a secret (RFC 4226, section 4, R6).
pub const SECRET_LEN: usize = 20;
/// Steps to either side of the present one that are accepted: people type slowly, and clocks are off by seconds.
const SKEW: i64 = 1;
/// Steps to either side in which an enrolment looks for a clock that is off.
const SEARCH: i64 = 10;

/// What server and app share. Keep it [sealed](crate::sealing) only.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; SECRET_LEN]);

impl Secret {
    /// A new secret of 160 bits.
    pub fn generate(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// The secret from its bytes, or `None` if there are not [`SECRET_LEN`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().map(Self).ok()
    }

    /// The bytes, for sealing.
    pub const fn as_bytes(&self) -> &[u8; SECRET_LEN] {
        &self.0
    }

    /// The secret in base 32, in groups of four, for people who type it into their app.
    pub fn base32(&self) -> String {
        let digits = totp_rs::Secret::new_stack(self.0).to_base32();
        let groups: Vec<&str> = (0..digits.len()).step_by(4).map(|start| &digits[start..start + 4]).collect();
        groups.join(" ")
    }

    /// The `otpauth://` address that apps read. `issuer` is the instance's name, `account` the user's; a colon in them
    /// becomes a space, for it divides the two.
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> String {
        let part = |text: &str| text.replace(':', " ");
        let totp = Builder::new()
            .with_secret(self.0)
            .with_issuer(Some(part(issuer)))
            .with_account_name(part(account));
        totp.build_noncompliant().to_url().unwrap_or_else(|_| self.nameless_uri())
    }

    fn nameless_uri(&self) -> String {
        format!("otpauth://totp/Bonded?secret={}", totp_rs::Secret::new_stack(self.0).to_base32())
    }

    /// [`Secret::otpauth_uri`] as a QR code: one `<svg>` element to be put into a page as it is. `None` if the names are
    /// too long for a QR code; then the page shows [`Secret::base32`] alone.
    pub fn qr_svg(&self, issuer: &str, account: &str) -> Option<String> {
        qr::svg(&self.otpauth_uri(issuer, account), "QR code for your authenticator app")
    }

    fn generator(&self) -> Totp {
        Builder::new().with_secret(self.0).build_noncompliant()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// Why a code was not accepted. The texts are for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not six digits.
    #[error("a code has six digits: type the one that your app shows now")]
    Malformed,
    /// Not a code of this time.
    #[error("this code is wrong or has expired: type the one that your app shows now")]
    Wrong,
    /// Right, but it or a later one was used before.
    #[error("this code was used before: wait until your app shows the next one")]
    Replayed,
    /// At an enrolment: right for another time. The app's clock is so many seconds ahead (or behind, if negative).
    #[error(
        "this code is right for another time: the clock of your device is {} seconds {}; set it to automatic and try again",
        .0.unsigned_abs(), if *.0 < 0 { "behind" } else { "ahead" }
    )]
    ClockOff(i64),
}

/// Checks a code at a sign-in or a proof and returns its step, which the caller keeps: the same or an earlier step is
/// never accepted again (RFC 6238, section 5.2). Spaces are ignored.
pub fn accept(secret: &Secret, code: &str, now: Timestamp, last_step: Option<i64>) -> Result<i64, Refused> {
    let code = digits(code).ok_or(Refused::Malformed)?;
    let step = find(secret, &code, now, SKEW).ok_or(Refused::Wrong)?;
    if last_step.is_some_and(|last| step <= last) { Err(Refused::Replayed) } else { Ok(step) }
}

/// Checks the first code of a new app. Like [`accept`], and tells a clock that is off by up to five minutes from a wrong
/// code: at an enrolment nobody is let in by that knowledge.
pub fn accept_first(secret: &Secret, code: &str, now: Timestamp) -> Result<i64, Refused> {
    let refused = match accept(secret, code, now, None) {
        Err(Refused::Wrong) => digits(code).and_then(|code| find(secret, &code, now, SEARCH)),
        other => return other,
    };
    refused.map_or(Err(Refused::Wrong), |step| Err(Refused::ClockOff((step - step_of(now)) * STEP_SECONDS)))
}

fn step_of(now: Timestamp) -> i64 {
    now.timestamp().div_euclid(STEP_SECONDS)
}

fn digits(code: &str) -> Option<[u8; 6]> {
    let typed = code.bytes().filter(|byte| *byte != b' ').take(7).collect::<Vec<u8>>();
    let digits: [u8; 6] = typed.try_into().ok()?;
    digits.iter().all(u8::is_ascii_digit).then_some(digits)
}

/// The latest step around `now` that has this code. All of them are compared, without a branch on the outcome.
fn find(secret: &Secret, code: &[u8; 6], now: Timestamp, skew: i64) -> Option<i64> {
    let (generator, present) = (secret.generator(), step_of(now));
    let (mut found, mut step) = (Choice::from(0), 0);
    for candidate in present - skew..=present + skew {
        let Ok(time) = u64::try_from(candidate * STEP_SECONDS) else { continue };
        let equal = generator.generate(time).to_string().as_bytes().ct_eq(code);
        step.conditional_assign(&candidate, equal);
        found |= equal;
    }
    bool::from(found).then_some(step)
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The secret of RFC 6238, appendix B, for SHA-1.
    fn rfc() -> Secret {
        Secret::from_bytes(b"12345678901234567890").unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_6238_are_accepted_at_their_times() {
        // Appendix B has eight digits; six are the last six of them.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(accept(&rfc(), code, at(seconds), None), Ok(seconds / 30), "{code}");
        }
    }

    #[test]
    fn one_step_to_either_side_is_accepted_and_two_are_not() {
        for (offset, accepted) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let now = at(2_000_000_000 + offset);
            assert_eq!(accept(&rfc(), "279037", now, None).is_ok(), accepted, "{offset}");
        }
    }

    #[test]
    fn totp_replay_of_the_same_or_an_earlier_code_is_refused() {
        let now = at(1_111_111_111);
        let (earlier, present) = ("081804", "050471");
        let step = accept(&rfc(), present, now, None).unwrap();
        assert_eq!(accept(&rfc(), present, now, Some(step)), Err(Refused::Replayed));
        assert_eq!(accept(&rfc(), earlier, now, Some(step)), Err(Refused::Replayed));
        assert_eq!(accept(&rfc(), present, now, Some(step - 1)), Ok(step));
    }

    #[test]
    fn totp_replay_with_spaces_is_refused() {
        let now = at(59);
        assert_eq!(accept(&rfc(), " 287 082 ", now, None), Ok(1));
        assert_eq!(accept(&rfc(), "28 70 82", now, Some(1)), Err(Refused::Replayed));
    }

    #[test]
    fn what_is_not_six_digits_is_told_apart_from_a_wrong_code() {
        for code in ["", "28708", "2870822", "28708a", "+87082", "28\u{a0}7082", "２８７０８２"] {
            assert_eq!(accept(&rfc(), code, at(59), None), Err(Refused::Malformed), "{code}");
        }
        assert_eq!(accept(&rfc(), "287083", at(59), None), Err(Refused::Wrong));
    }

    #[test]
    fn an_enrolment_tells_a_clock_that_is_off() {
        let now = at(1_111_111_111);
        assert_eq!(accept_first(&rfc(), "050471", now), Ok(1_111_111_111 / 30));
        assert_eq!(accept_first(&rfc(), "050471", at(1_111_111_111 + 300)), Err(Refused::ClockOff(-300)));
        assert_eq!(accept_first(&rfc(), "050471", at(1_111_111_111 - 90)), Err(Refused::ClockOff(90)));
        assert_eq!(accept_first(&rfc(), "050471", at(1_111_111_111 + 330)), Err(Refused::Wrong));
        assert_eq!(accept_first(&rfc(), "05047", now), Err(Refused::Malformed));
        assert!(Refused::ClockOff(-300).to_string().contains("300 seconds behind"));
    }

    #[test]
    fn a_sign_in_does_not_say_that_a_clock_is_off() {
        assert_eq!(accept(&rfc(), "050471", at(1_111_111_111 + 300), None), Err(Refused::Wrong));
    }

    #[test]
    fn the_secret_is_shown_in_groups_and_as_an_address() {
        assert_eq!(rfc().base32(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            rfc().otpauth_uri("Example: Registry", "ada"),
            "otpauth://totp/Example%20%20Registry:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20%20Registry"
        );
        assert!(
            rfc()
                .qr_svg("Example", "ada")
                .unwrap()
                .contains("<title>QR code for your authenticator app</title>")
        );
        assert_eq!(format!("{:?}", rfc()), "Secret([redacted])");
    }

    #[test]
    fn nothing_is_accepted_before_1970() {
        assert_eq!(accept(&rfc(), "287082", at(-1_000_000), None), Err(Refused::Wrong));
    }

    proptest! {
        #[test]
        fn no_text_and_no_time_make_it_panic(code: String, seconds in -60_000_000_000_i64..60_000_000_000, last: Option<i64>) {
            let _ = accept(&rfc(), &code, at(seconds), last);
            let _ = accept_first(&rfc(), &code, at(seconds));
        }
    }
}

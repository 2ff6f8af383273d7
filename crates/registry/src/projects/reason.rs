//! The words in which people say why.

use crate::Error;

/// The longest reason, in characters.
const MAX: usize = 1_000;

/// A reason without the spaces around it; it may be empty.
pub(super) fn checked_reason(typed: &str) -> Result<String, Error> {
    let reason = typed.trim().replace("\r\n", " ");
    let printable = |c: char| !c.is_control();
    if reason.chars().count() <= MAX && reason.chars().all(printable) {
        return Ok(reason);
    }
    Err(Error::field("reason", format!("Use at most {MAX} characters, all on one line.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_one_line_of_bounded_length() {
        assert_eq!(checked_reason("  breaks on\r\nWindows ").ok().as_deref(), Some("breaks on Windows"));
        assert_eq!(checked_reason(&"ß".repeat(MAX)).map(|reason| reason.len()).ok(), Some(2 * MAX));
        for bad in ["a\nb", "a\0b", &"x".repeat(MAX + 1)] {
            assert!(matches!(checked_reason(bad), Err(Error::Field { field: "reason", .. })));
        }
    }
}

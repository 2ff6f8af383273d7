//! The passwords that attackers try first and that the estimate of [`crate::strength`] lets pass.

/// Whether the password is on the list.
pub(crate) fn contains(password: &str) -> bool {
    PASSWORDS.binary_search(&password).is_ok()
}

static PASSWORDS: [&str; 1] = ["password"];

//! Prefixes of names, as people type them.

use bonded_model::{Channel, ChannelFormat};

use crate::Error;

/// Shorter ones would take in what nobody meant.
const SHORTEST: usize = 2;
const LONGEST: usize = 100;

/// The prefix in the form in which the channel compares names. A `*` behind it is how people write prefixes.
pub(super) fn checked(channel: &Channel, typed: &str) -> Result<String, Error> {
    let typed = typed.trim();
    let typed = typed.strip_suffix('*').unwrap_or(typed);
    let prefix = crate::projects::normalized_part(channel.format, typed);
    let separators: &[char] = match channel.format {
        ChannelFormat::Python => &['-'],
        ChannelFormat::Conda => &['-', '_', '.'],
    };
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || separators.contains(&c);
    // conda knows names that begin with an underscore.
    let begins = |c: char| c.is_ascii_alphanumeric() || (channel.format == ChannelFormat::Conda && c == '_');
    if !(SHORTEST..=LONGEST).contains(&prefix.len())
        || !prefix.starts_with(begins)
        || !prefix.chars().all(inner)
    {
        return Err(Error::field(
            "prefix",
            format!(
                "How the names begin, with {SHORTEST} to {LONGEST} characters that names may have: acme-"
            ),
        ));
    }
    Ok(prefix)
}

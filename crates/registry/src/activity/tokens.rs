//! What happened to tokens, in plain words.

use bonded_model::Timestamp;
use bonded_model::token::{Networks, Verbs};

/// Of a token that was made: what it may do, and for how long.
pub(super) fn made(verbs: Verbs, expires_at: Option<Timestamp>, by_operator: bool) -> String {
    let operator = if by_operator { " The operator issued it." } else { "" };
    format!("It may {}, {}.{operator}", verbs_in_words(verbs), until(expires_at))
}

/// Of a token that was narrowed: what it may do, for how long, and from where.
pub(super) fn narrowed(verbs: Verbs, expires_at: Option<Timestamp>, networks: &Networks) -> String {
    let place = if networks.is_empty() { "from everywhere".to_owned() } else { format!("from {networks}") };
    format!("It may {}, {}, {place}.", verbs_in_words(verbs), until(expires_at))
}

/// What a token may do.
fn verbs_in_words(verbs: Verbs) -> String {
    let words: Vec<_> = verbs.iter().map(|verb| verb.as_str()).collect();
    words.join(", ")
}

/// How long it works.
pub(super) fn until(end: Option<Timestamp>) -> String {
    end.map_or_else(|| "without an end".to_owned(), |end| format!("until {}", end.format("%-d %B %Y")))
}

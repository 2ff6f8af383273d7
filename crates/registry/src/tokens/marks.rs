//! What a person should know about a token of theirs.

use bonded_model::Timestamp;
use bonded_model::token::{Token, TokenState};
use chrono::TimeDelta;

/// How long before its end a token is said to end soon.
const SOON: TimeDelta = TimeDelta::days(14);
/// How long nobody uses a token that is probably not needed any more.
const UNUSED: TimeDelta = TimeDelta::days(90);

/// Something about a token that its owner should look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// It was seen where it leaks, and has the same secret still.
    Leaked,
    /// It ends within two weeks.
    EndsSoon,
    /// Nobody used it for three months.
    Unused,
    /// A project that it publishes to has a trusted publisher, which needs no secret.
    PublisherInstead,
    /// It may publish in many places, and published to one project only for three months.
    WiderThanUsed,
}

bonded_model::text_enum!(Mark {
    Leaked = "leaked",
    EndsSoon = "ends-soon",
    Unused = "unused",
    PublisherInstead = "publisher-instead",
    WiderThanUsed = "wider-than-used",
});

/// What is to be said of a token; nothing of one that does not work any more.
pub fn marks(token: &Token, now: Timestamp) -> Vec<Mark> {
    if token.state(now) != TokenState::Active {
        return Vec::new();
    }
    let ends_soon = token.expires_at.is_some_and(|end| end - now <= SOON);
    let unused = now - token.last_used_at.unwrap_or(token.created_at) >= UNUSED;
    let marks = [
        token.leaked_at.map(|_| Mark::Leaked),
        ends_soon.then_some(Mark::EndsSoon),
        unused.then_some(Mark::Unused),
    ];
    marks.into_iter().flatten().collect()
}

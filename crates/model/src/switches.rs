//! What a channel or a project asks of the credentials that change it.

use chrono::TimeDelta;

use crate::Timestamp;
use crate::actor::Authority;
use crate::token::Token;

/// What a channel or a project asks of the credentials that publish to it, yank and delete.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Switches {
    /// Tokens and passwords of people are refused.
    pub trusted_publishers_only: bool,
    /// Tokens that never end are refused, and passwords.
    pub tokens_need_expiry: bool,
    /// For how many days the secret of a token may work; `None` for any time.
    pub longest_token_life: Option<u32>,
}

/// Why a credential is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SwitchRefusal {
    /// It is a person's.
    NoTrustedPublisher,
    /// It never ends.
    NoExpiry,
    /// It works for longer than so many days.
    TooLong(u32),
}

impl Switches {
    /// What both ask: the stricter of the two counts.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let lives = [self.longest_token_life, other.longest_token_life];
        Self {
            trusted_publishers_only: self.trusted_publishers_only || other.trusted_publishers_only,
            tokens_need_expiry: self.tokens_need_expiry || other.tokens_need_expiry,
            longest_token_life: lives.into_iter().flatten().min(),
        }
    }

    /// Whether a credential is good enough. A signed-in browser is no credential that could lie around somewhere.
    ///
    /// # Errors
    /// The first thing that is asked and not met.
    pub fn check(&self, authority: &Authority) -> Result<(), SwitchRefusal> {
        match authority {
            Authority::Session(_) => Ok(()),
            _ if self.trusted_publishers_only => Err(SwitchRefusal::NoTrustedPublisher),
            Authority::Token(token) => self.check_life(token),
            // It works until somebody changes it.
            Authority::Password if self.tokens_need_expiry => Err(SwitchRefusal::NoExpiry),
            Authority::Password => {
                self.longest_token_life.map_or(Ok(()), |days| Err(SwitchRefusal::TooLong(days)))
            }
        }
    }

    /// A token passes on no better life than its own: an endless one could mint itself a short-lived one for each use.
    fn check_life(&self, token: &Token) -> Result<(), SwitchRefusal> {
        if let Some(minter) = &token.minted_by {
            self.check_span(minter.secret_at, minter.expires_at)?;
        }
        // When the secret before the present one came into being, nobody noted; the token itself is older still.
        let since = if token.presented == token.rotations { token.secret_at } else { token.created_at };
        self.check_span(since, token.expires_at)
    }

    fn check_span(&self, since: Timestamp, end: Option<Timestamp>) -> Result<(), SwitchRefusal> {
        if self.tokens_need_expiry && end.is_none() {
            return Err(SwitchRefusal::NoExpiry);
        }
        let Some(days) = self.longest_token_life else { return Ok(()) };
        let longest = TimeDelta::days(i64::from(days));
        match end {
            Some(end) if end - since <= longest => Ok(()),
            _ => Err(SwitchRefusal::TooLong(days)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{SessionId, TokenId, UserId};
    use crate::people::Client;
    use crate::token::{Cuts, Minter, Networks, TokenScope, Verbs};
    use crate::{Clock, Random};

    fn token(days: Option<i64>) -> Authority {
        let (now, random) = (Clock::manual(chrono::DateTime::UNIX_EPOCH).now(), Random::seeded(1));
        Authority::Token(Box::new(Token {
            id: TokenId::generate(now, &random),
            user: UserId::generate(now, &random),
            name: "ci".into(),
            verbs: Verbs::from_bits(1),
            scope: TokenScope::Owner,
            cuts: Cuts::default(),
            by_operator: true,
            minted_by: None,
            created_at: now - TimeDelta::days(300),
            secret_at: now,
            expires_at: days.map(|days| now + TimeDelta::days(days)),
            revoked_at: None,
            last_used_at: None,
            last_client: Client::default(),
            networks: Networks::default(),
            leaked_at: None,
            rotations: 1,
            previous_until: None,
            presented: 1,
        }))
    }

    #[test]
    fn the_life_of_a_secret_counts_from_its_rotation() {
        let month = Switches { longest_token_life: Some(30), ..Switches::default() };
        assert_eq!(month.check(&token(Some(30))), Ok(()));
        assert_eq!(month.check(&token(Some(31))), Err(SwitchRefusal::TooLong(30)));
        assert_eq!(month.check(&token(None)), Err(SwitchRefusal::TooLong(30)));
    }

    #[test]
    fn the_secret_that_was_replaced_counts_from_the_token_s_own_beginning() {
        let Authority::Token(new) = token(Some(30)) else { panic!("a token") };
        let old = Authority::Token(Box::new(Token { presented: 0, ..*new }));
        let switches = |days| Switches { longest_token_life: Some(days), ..Switches::default() };
        assert_eq!(switches(329).check(&old), Err(SwitchRefusal::TooLong(329)));
        assert_eq!(switches(330).check(&old), Ok(()));
    }

    #[test]
    fn a_token_without_an_end_is_refused_where_one_is_needed() {
        let ending = Switches { tokens_need_expiry: true, ..Switches::default() };
        assert_eq!(ending.check(&token(Some(10_000))), Ok(()));
        assert_eq!(ending.check(&token(None)), Err(SwitchRefusal::NoExpiry));
        assert_eq!(ending.check(&Authority::Password), Err(SwitchRefusal::NoExpiry));
        assert_eq!(Switches::default().check(&token(None)), Ok(()));
    }

    #[test]
    fn a_token_that_is_refused_helps_itself_by_minting_none_that_is_not() {
        let switches = |need, days| Switches {
            tokens_need_expiry: need,
            longest_token_life: days,
            ..Switches::default()
        };
        let minted = |manager: Option<i64>| {
            let (Authority::Token(manager), Authority::Token(child)) = (token(manager), token(Some(1)))
            else {
                panic!("tokens")
            };
            Authority::Token(Box::new(Token { minted_by: Some(Minter::from(&*manager)), ..*child }))
        };
        assert_eq!(switches(true, None).check(&minted(None)), Err(SwitchRefusal::NoExpiry));
        assert_eq!(switches(false, Some(30)).check(&minted(None)), Err(SwitchRefusal::TooLong(30)));
        assert_eq!(switches(true, Some(30)).check(&minted(Some(365))), Err(SwitchRefusal::TooLong(30)));
        assert_eq!(switches(true, Some(30)).check(&minted(Some(30))), Ok(()));
    }

    #[test]
    fn trusted_publishers_only_refuses_all_but_people_in_their_browsers() {
        let trusted = Switches { trusted_publishers_only: true, ..Switches::default() };
        let session = SessionId::generate(chrono::DateTime::UNIX_EPOCH, &Random::seeded(2));
        assert_eq!(trusted.check(&Authority::Session(session)), Ok(()));
        for refused in [token(Some(1)), Authority::Password] {
            assert_eq!(trusted.check(&refused), Err(SwitchRefusal::NoTrustedPublisher));
        }
    }

    #[test]
    fn the_stricter_of_two_counts() {
        let one = Switches { tokens_need_expiry: true, longest_token_life: Some(90), ..Switches::default() };
        let other = Switches { longest_token_life: Some(30), ..Switches::default() };
        let both = Switches { longest_token_life: Some(30), ..one };
        assert_eq!((one.and(other), other.and(one)), (both, both));
        assert_eq!(other.and(Switches::default()), other);
    }
}

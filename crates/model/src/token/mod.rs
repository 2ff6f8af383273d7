//! API tokens: the secret that a client holds, and the row that says what it may do.

mod cuts;
mod minter;
mod networks;
mod secret;
mod text;
mod verbs;

pub use cuts::{Cuts, TokenCut};
pub use minter::Minter;
pub use networks::{InvalidNetworks, Networks};
pub use secret::{ApiToken, MalformedToken, TokenHash};
pub use text::{holds_token, redacted, tokens_in};
pub use verbs::{Verb, Verbs};

use crate::Timestamp;
use crate::ids::{ChannelId, ProjectId, TokenId, UserId};
use crate::people::Client;

/// What a token can reach. The present rights of its owner bound it as well, at each use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenScope {
    /// Everything that its owner may reach.
    Owner,
    /// These channels, whole, and these projects.
    Limited {
        /// Channels with all that is in them.
        channels: Vec<ChannelId>,
        /// Single projects, each with the channel that it stands in.
        projects: Vec<(ChannelId, ProjectId)>,
    },
}

impl TokenScope {
    /// Whether everything that this reaches is in reach of the other as well.
    pub fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Owner) => true,
            (Self::Owner, Self::Limited { .. }) => false,
            (Self::Limited { channels, projects }, Self::Limited { .. }) => {
                channels.iter().all(|channel| other.covers_channel(*channel))
                    && projects.iter().all(|(channel, project)| other.covers_project(*channel, *project))
            }
        }
    }

    /// Whether everything in the channel is in scope.
    pub fn covers_channel(&self, channel: ChannelId) -> bool {
        match self {
            Self::Owner => true,
            Self::Limited { channels, .. } => channels.contains(&channel),
        }
    }

    /// Whether anything in the channel is in scope.
    pub fn reaches_into(&self, channel: ChannelId) -> bool {
        match self {
            Self::Owner => true,
            Self::Limited { channels, projects } => {
                channels.contains(&channel) || projects.iter().any(|(of, _)| *of == channel)
            }
        }
    }

    /// Whether the project is in scope, alone or with its channel.
    pub fn covers_project(&self, channel: ChannelId, project: ProjectId) -> bool {
        match self {
            Self::Owner => true,
            Self::Limited { channels, projects } => {
                channels.contains(&channel) || projects.contains(&(channel, project))
            }
        }
    }
}

/// A token as it stands in the database. The secret itself is kept nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// Its id: what people revoke, and what logs and audit events name.
    pub id: TokenId,
    /// Its owner.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub verbs: Verbs,
    /// Where it may do it.
    pub scope: TokenScope,
    /// Where those who look after a place took that from it.
    pub cuts: Cuts,
    /// Whether the operator issued it: such a token works whatever factors its owner has.
    pub by_operator: bool,
    /// The token that its secret came from; `None` where a person or the operator made it.
    pub minted_by: Option<Minter>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it got its present secret.
    pub secret_at: Timestamp,
    /// When it ends by itself; `None` means never.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last seen, within a minute or so.
    pub last_used_at: Option<Timestamp>,
    /// Where it was last seen.
    pub last_client: Client,
    /// From where it works.
    pub networks: Networks,
    /// When it was seen in a place where it leaks, since it got its present secret.
    pub leaked_at: Option<Timestamp>,
    /// How often it got a new secret.
    pub rotations: i64,
    /// Until when the secret before the present one works, if there was one.
    pub previous_until: Option<Timestamp>,
    /// Which of its secrets was presented: the present one has the number `rotations`, the one before it one less.
    pub presented: i64,
}

impl Token {
    /// Whether it may act on everything in the channel.
    pub fn covers_channel(&self, channel: ChannelId) -> bool {
        self.scope.covers_channel(channel) && !self.cuts.hold_for_channel(channel)
    }

    /// Whether it may act on anything in the channel.
    pub fn reaches_into(&self, channel: ChannelId) -> bool {
        self.scope.reaches_into(channel) && !self.cuts.hold_for_channel(channel)
    }

    /// Whether it may act on the project.
    pub fn covers_project(&self, channel: ChannelId, project: ProjectId) -> bool {
        self.scope.covers_project(channel, project) && !self.cuts.hold_for_project(channel, project)
    }

    /// Whether it may act nowhere that the other one was cut off from.
    pub fn keeps_cuts_of(&self, other: &Self) -> bool {
        let channels = other.cuts.channels().iter();
        let mut projects = other.cuts.projects().iter();
        channels.copied().all(|channel| !self.reaches_into(channel))
            && projects.all(|(channel, project)| !self.covers_project(*channel, *project))
    }

    /// The state of the token at `now`. A revoked token stays revoked, whatever its expiry, and one that was minted ends
    /// with the token that it came from.
    pub fn state(&self, now: Timestamp) -> TokenState {
        let minter = self.minted_by.as_ref().and_then(|minter| minter.end(now));
        match (self.revoked_at, self.expires_at, minter) {
            (Some(at), ..) => TokenState::Revoked(at),
            (None, Some(at), _) if at <= now => TokenState::Expired(at),
            (None, _, Some(end)) => end,
            _ if self.is_replaced(now) => TokenState::Replaced,
            _ => TokenState::Active,
        }
    }

    /// Whether the secret that was presented gave way to a newer one, and may not overlap with it any more.
    fn is_replaced(&self, now: Timestamp) -> bool {
        match self.rotations - self.presented {
            0 => false,
            1 => self.previous_until.is_none_or(|until| until <= now),
            _ => true,
        }
    }
}

/// A use of a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenUse {
    /// The token.
    pub token: TokenId,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub client: Client,
}

/// Whether a token still works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenState {
    /// It works.
    Active,
    /// It ended at this moment.
    Expired(Timestamp),
    /// It was revoked at this moment.
    Revoked(Timestamp),
    /// It works, but by a newer secret than the one that was presented.
    Replaced,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clock, Random};

    /// A token that was cut off there, by channel and project.
    fn token(scope: TokenScope, cuts: &[(ChannelId, Option<ProjectId>)]) -> Token {
        let (now, random) = (chrono::DateTime::UNIX_EPOCH, Random::seeded(2));
        let id = TokenId::generate(now, &random);
        let cut = |(channel, project): &(_, _)| TokenCut {
            token: id,
            channel: *channel,
            project: *project,
            at: now,
            by: None,
        };
        Token {
            id,
            user: UserId::generate(now, &random),
            name: "ci".into(),
            verbs: Verbs::from_bits(1),
            scope,
            cuts: cuts.iter().map(cut).collect(),
            by_operator: false,
            minted_by: None,
            created_at: now,
            secret_at: now,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            last_client: Client::default(),
            networks: Networks::default(),
            leaked_at: None,
            rotations: 0,
            previous_until: None,
            presented: 0,
        }
    }

    #[test]
    fn a_token_keeps_the_cuts_of_another_where_it_reaches_no_place_that_was_taken_from_that_one() {
        let (clock, random) = (Clock::manual(chrono::DateTime::UNIX_EPOCH), Random::seeded(1));
        let [one, other] = [(); 2].map(|()| ChannelId::generate(clock.now(), &random));
        let project = ProjectId::generate(clock.now(), &random);
        let limited = |channel| TokenScope::Limited { channels: vec![channel], projects: Vec::new() };
        for cut in [(one, None), (one, Some(project))] {
            let manager = token(TokenScope::Owner, &[cut]);
            for (scope, cuts, kept) in [
                (TokenScope::Owner, &[][..], false),
                (TokenScope::Owner, &[cut], true),
                (TokenScope::Owner, &[(one, None)], true),
                (TokenScope::Owner, &[(other, None)], false),
                (limited(one), &[], false),
                (limited(other), &[], true),
            ] {
                assert_eq!(token(scope, cuts).keeps_cuts_of(&manager), kept, "{cut:?} {cuts:?}");
            }
        }
        let single = token(TokenScope::Limited { channels: Vec::new(), projects: vec![(one, project)] }, &[]);
        assert!(!single.keeps_cuts_of(&token(TokenScope::Owner, &[(one, Some(project))])));
    }

    #[test]
    fn what_was_minted_ends_with_the_token_that_it_came_from() {
        let now = chrono::DateTime::UNIX_EPOCH;
        let manager = token(TokenScope::Owner, &[]);
        let state = |manager: Token| {
            let minted = Token { minted_by: Some(Minter::from(&manager)), ..token(TokenScope::Owner, &[]) };
            minted.state(now)
        };
        assert_eq!(state(manager.clone()), TokenState::Active);
        assert_eq!(
            state(Token { rotations: 1, ..manager.clone() }),
            TokenState::Active,
            "a new secret ends nothing"
        );
        assert_eq!(state(Token { expires_at: Some(now), ..manager.clone() }), TokenState::Expired(now));
        assert_eq!(state(Token { revoked_at: Some(now), ..manager }), TokenState::Revoked(now));
    }

    #[test]
    fn a_scope_is_within_one_that_reaches_as_far() {
        let (clock, random) = (Clock::manual(chrono::DateTime::UNIX_EPOCH), Random::seeded(1));
        let [one, other] = [(); 2].map(|()| ChannelId::generate(clock.now(), &random));
        let project = ProjectId::generate(clock.now(), &random);
        let limited = |channels: &[ChannelId], projects: &[(ChannelId, ProjectId)]| TokenScope::Limited {
            channels: channels.to_vec(),
            projects: projects.to_vec(),
        };
        let (channel, single) = (limited(&[one], &[]), limited(&[], &[(one, project)]));
        assert!(channel.is_within(&TokenScope::Owner) && !TokenScope::Owner.is_within(&channel));
        assert!(single.is_within(&channel) && !channel.is_within(&single));
        assert!(single.is_within(&single) && channel.is_within(&limited(&[one, other], &[])));
        assert!(!limited(&[one, other], &[]).is_within(&channel));
        assert!(!limited(&[], &[(other, project)]).is_within(&channel));
    }
}

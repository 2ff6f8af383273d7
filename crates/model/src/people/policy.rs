//! Who needs a second factor, and which.

use std::collections::HashMap;

use super::{Factors, Standing};
use crate::ids::ChannelId;
use crate::project::Roles;
use crate::user::{ChannelRole, User};

/// Who needs a second factor.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactorFor {
    /// Nobody.
    Nobody,
    /// Whoever can publish or administrate.
    #[default]
    Publishers,
    /// Everybody.
    Everybody,
}

crate::text_enum!(SecondFactorFor { Nobody = "nobody", Publishers = "publishers", Everybody = "everybody" });

/// What an instance or a channel asks of people.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Policy {
    /// Who needs a second factor.
    pub second_factor: SecondFactorFor,
    /// Whether it must be one that phishing cannot relay: a security key or passkey.
    pub phishing_resistant: bool,
}

impl Policy {
    /// What a channel asks unless somebody chose otherwise: nothing beyond the instance's policy.
    pub const NOTHING: Self = Self { second_factor: SecondFactorFor::Nobody, phishing_resistant: false };

    /// This policy and another one, both of which somebody has to meet.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let phishing_resistant = [self, other]
            .iter()
            .any(|policy| policy.phishing_resistant && policy.second_factor != SecondFactorFor::Nobody);
        Self { second_factor: self.second_factor.max(other.second_factor), phishing_resistant }
    }

    /// What it asks of somebody who can or cannot publish.
    pub const fn asks(self, publishes: bool) -> Requirement {
        let concerned = match self.second_factor {
            SecondFactorFor::Nobody => false,
            SecondFactorFor::Publishers => publishes,
            SecondFactorFor::Everybody => true,
        };
        match (concerned, self.phishing_resistant) {
            (false, _) => Requirement::Nothing,
            (true, false) => Requirement::SecondFactor,
            (true, true) => Requirement::PhishingResistant,
        }
    }
}

/// What is asked of one person. Greater ones include the smaller ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Requirement {
    /// A password is enough.
    #[default]
    Nothing,
    /// A second factor of any kind.
    SecondFactor,
    /// A security key or passkey.
    PhishingResistant,
}

impl Requirement {
    /// Whether somebody with these factors meets it.
    pub const fn is_met_by(self, factors: Factors) -> bool {
        match self {
            Self::Nothing => true,
            Self::SecondFactor => factors.any(),
            Self::PhishingResistant => factors.key,
        }
    }
}

/// What the instance and the channels that they are members of ask of a person, whichever is most.
pub fn requirement(
    user: &User,
    roles: &Roles,
    instance: Policy,
    channels: &HashMap<ChannelId, Policy>,
) -> Requirement {
    let publishes = |role: &ChannelRole| *role >= ChannelRole::Publisher;
    let anywhere = user.admin || roles.channels.values().any(publishes) || !roles.projects.is_empty();
    let of_channel = |(id, role)| {
        let policy = channels.get(id).copied().unwrap_or(Policy::NOTHING);
        policy.asks(user.admin || publishes(role))
    };
    let most = roles.channels.iter().map(of_channel).max().unwrap_or_default();
    most.max(instance.asks(anywhere))
}

impl Standing {
    /// Whether nothing keeps this person from working: the address is verified and the factors suffice.
    pub const fn meets(self, requirement: Requirement) -> bool {
        self.verified && requirement.is_met_by(self.factors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ProjectId, UserId};
    use crate::user::ProjectRole;
    use crate::{Clock, Random};

    const KEY: Factors = Factors { totp: false, key: true };
    const TOTP: Factors = Factors { totp: true, key: false };

    fn ada() -> User {
        let now = Clock::manual(chrono::DateTime::UNIX_EPOCH).now();
        User {
            id: UserId::generate(now, &Random::seeded(1)),
            name: "ada".parse().unwrap(),
            display_name: None,
            email: "ada@example.org".parse().unwrap(),
            verified_at: Some(now),
            admin: false,
            created_at: now,
            suspended_at: None,
        }
    }

    fn id() -> ChannelId {
        ChannelId::generate(chrono::DateTime::UNIX_EPOCH, &Random::seeded(2))
    }

    #[test]
    fn each_level_is_met_by_the_right_factors() {
        let met = |requirement: Requirement| {
            [Factors::default(), TOTP, KEY].map(|factors| requirement.is_met_by(factors))
        };
        assert_eq!(met(Requirement::Nothing), [true, true, true]);
        assert_eq!(met(Requirement::SecondFactor), [false, true, true]);
        assert_eq!(met(Requirement::PhishingResistant), [false, false, true]);
    }

    #[test]
    fn by_default_publishers_and_administrators_need_a_second_factor() {
        let nothing = HashMap::new();
        let asked = |user: &User, roles: &Roles| requirement(user, roles, Policy::default(), &nothing);
        let mut roles = Roles::default();
        assert_eq!(asked(&ada(), &roles), Requirement::Nothing);
        assert_eq!(asked(&User { admin: true, ..ada() }, &roles), Requirement::SecondFactor);
        roles.channels.insert(id(), ChannelRole::Reader);
        assert_eq!(asked(&ada(), &roles), Requirement::Nothing);
        roles.channels.insert(id(), ChannelRole::Publisher);
        assert_eq!(asked(&ada(), &roles), Requirement::SecondFactor);
        let project = ProjectId::generate(chrono::DateTime::UNIX_EPOCH, &Random::seeded(3));
        let owner = Roles { projects: HashMap::from([(project, ProjectRole::Owner)]), ..Roles::default() };
        assert_eq!(asked(&ada(), &owner), Requirement::SecondFactor);
    }

    #[test]
    fn a_policy_that_concerns_nobody_adds_nothing_to_another() {
        let idle = Policy { second_factor: SecondFactorFor::Nobody, phishing_resistant: true };
        assert_eq!(Policy::default().and(idle), Policy::default());
        let strict = Policy { second_factor: SecondFactorFor::Everybody, phishing_resistant: true };
        assert_eq!(Policy::default().and(strict), strict);
    }

    #[test]
    fn the_strictest_channel_decides() {
        let strict = Policy { second_factor: SecondFactorFor::Everybody, phishing_resistant: true };
        let roles = Roles { channels: HashMap::from([(id(), ChannelRole::Reader)]), ..Roles::default() };
        let asked = |policy| requirement(&ada(), &roles, Policy::NOTHING, &HashMap::from([(id(), policy)]));
        assert_eq!(asked(strict), Requirement::PhishingResistant);
        assert_eq!(
            asked(Policy { second_factor: SecondFactorFor::Publishers, ..strict }),
            Requirement::Nothing
        );
        assert_eq!(asked(Policy::NOTHING), Requirement::Nothing);
    }
}

//! How a release compares with those before it.
//!
//! Somebody who stole a token uploads from their own machine, or from a source repository of their own. Both show: what
//! used to be verified is not, or says something else.

use std::collections::HashMap;

use bonded_model::Timestamp;
use bonded_model::ids::ReleaseId;
use bonded_model::publishing::Source;

/// How many files of a release come from a trusted publisher.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Origins {
    /// All.
    Full,
    /// Some.
    Partial,
    /// None.
    #[default]
    None,
}

impl Origins {
    /// The word that the API has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::None => "none",
        }
    }
}

/// What differs from the newest earlier release that has a verified source, or from what the release itself was before a
/// file came to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Alarm {
    /// A file has no verified source, while all of the earlier release had one; or none has.
    Lost {
        /// The earlier version; the release's own, if a file that came later is what differs.
        earlier: String,
        /// Where that came from.
        from: String,
    },
    /// A file comes from another source repository, or through another issuer.
    Changed {
        /// As for [`Alarm::Lost`].
        earlier: String,
        /// Where that came from.
        from: String,
        /// Where the file comes from.
        to: String,
    },
}

/// What is known of where a release comes from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Provenance {
    /// How many of its files come from a trusted publisher.
    pub origins: Origins,
    /// What differs from earlier ones.
    pub alarm: Option<Alarm>,
}

/// A release, and the source of each of its files, in the order in which they came.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) id: ReleaseId,
    pub(crate) version: String,
    pub(crate) created_at: Timestamp,
    pub(crate) sources: Vec<Option<Source>>,
}

impl Built {
    pub(crate) fn origins(&self) -> Origins {
        match self.known().count() {
            0 => Origins::None,
            known if known == self.sources.len() => Origins::Full,
            _ => Origins::Partial,
        }
    }

    fn known(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().flatten()
    }

    /// Compares with the newest earlier release that has a verified source, if there is one, and with itself.
    pub(crate) fn alarm(&self, earlier: Option<&Self>) -> Option<Alarm> {
        earlier.and_then(|earlier| self.compare(earlier)).or_else(|| self.grown(earlier))
    }

    /// What came to a release of which every file was verified until then: somebody with a stolen token may as well add a
    /// wheel to the very first release, and installers take wheels first. A source repository that the earlier release
    /// came from too is no stranger.
    fn grown(&self, earlier: Option<&Self>) -> Option<Alarm> {
        let (first, later) = self.sources.split_first()?;
        let first = first.as_ref()?;
        let is_known = |source: &Source| {
            let mut known = earlier.into_iter().flat_map(Self::known).chain([first]);
            known.any(|known| known.same_repository(source))
        };
        let other = later.iter().find(|source| !source.as_ref().is_some_and(is_known))?;
        let (earlier, from) = (self.version.clone(), first.place().to_owned());
        Some(match other {
            None => Alarm::Lost { earlier, from },
            Some(other) => Alarm::Changed { earlier, from, to: other.place().to_owned() },
        })
    }

    fn compare(&self, earlier: &Self) -> Option<Alarm> {
        let from = earlier.known().next()?;
        let (version, place) = (earlier.version.clone(), from.place().to_owned());
        let lost = match self.origins() {
            _ if self.sources.is_empty() => false,
            Origins::None => true,
            Origins::Partial => earlier.origins() == Origins::Full,
            Origins::Full => false,
        };
        if lost {
            return Some(Alarm::Lost { earlier: version, from: place });
        }
        let is_new = |source: &&Source| !earlier.known().any(|earlier| earlier.same_repository(source));
        let other = self.known().find(is_new)?;
        Some(Alarm::Changed { earlier: version, from: place, to: other.place().to_owned() })
    }
}

/// Every release compared with the one before it: in the order in which they were published, which an attacker cannot
/// choose, as a version could be.
pub(crate) fn compare_all(mut releases: Vec<Built>) -> HashMap<ReleaseId, Provenance> {
    releases.sort_by_key(|release| (release.created_at, release.id));
    let mut earlier: Option<&Built> = None;
    let mut compared = HashMap::new();
    for release in &releases {
        let alarm = release.alarm(earlier);
        let origins = release.origins();
        compared.insert(release.id, Provenance { origins, alarm });
        if origins != Origins::None {
            earlier = Some(release);
        }
    }
    compared
}

#[cfg(test)]
pub(super) mod tests {
    use bonded_model::Random;
    use bonded_model::publishing::Provider;
    use chrono::TimeDelta;

    use super::*;

    pub(in crate::provenance) fn source(url: &str) -> Source {
        Source {
            repository: url.splitn(4, '/').nth(3).map(str::to_owned),
            repository_url: Some(url.into()),
            ..Source::new(Provider::GitHub, "https://issuer.example", "repo")
        }
    }

    fn built(number: i64, sources: &[Option<&str>]) -> Built {
        let now = Timestamp::UNIX_EPOCH + TimeDelta::days(number);
        Built {
            id: ReleaseId::generate(now, &Random::seeded(1)),
            version: number.to_string(),
            created_at: now,
            sources: sources
                .iter()
                .map(|name| name.map(|name| source(&format!("https://git.example/{name}"))))
                .collect(),
        }
    }

    fn alarms(releases: &[Built]) -> Vec<&'static str> {
        let compared = compare_all(releases.iter().rev().cloned().collect());
        let word = |release: &Built| match compared.get(&release.id).and_then(|found| found.alarm.as_ref()) {
            None => "-",
            Some(Alarm::Lost { .. }) => "lost",
            Some(Alarm::Changed { .. }) => "changed",
        };
        releases.iter().map(word).collect()
    }

    const OURS: Option<&str> = Some("acme/rocket");
    const THEIRS: Option<&str> = Some("mallory/rocket");

    #[test]
    fn a_release_that_a_stolen_token_published_lost_its_source() {
        let releases =
            [built(1, &[OURS, OURS]), built(2, &[None]), built(3, &[None, None]), built(4, &[OURS])];
        assert_eq!(alarms(&releases), ["-", "lost", "lost", "-"]);
    }

    #[test]
    fn a_file_that_a_stolen_token_adds_to_a_verified_release_shows() {
        assert_eq!(alarms(&[built(1, &[OURS, OURS]), built(2, &[OURS, None])]), ["-", "lost"]);
        // That the release before it ended so is no excuse: whoever adds to one could have added to both.
        assert_eq!(alarms(&[built(1, &[OURS, None]), built(2, &[OURS, None])]), ["lost", "lost"]);
    }

    #[test]
    fn a_file_that_a_stolen_token_adds_to_the_first_verified_release_shows() {
        assert_eq!(alarms(&[built(1, &[None]), built(2, &[OURS, OURS, None, OURS])]), ["-", "lost"]);
        assert_eq!(alarms(&[built(1, &[OURS, THEIRS])]), ["changed"]);
        assert_eq!(alarms(&[built(1, &[OURS, Some("ACME/Rocket")])]), ["-"]);
    }

    #[test]
    fn who_begins_by_hand_is_not_warned_each_time() {
        assert_eq!(alarms(&[built(1, &[None, OURS]), built(2, &[None, OURS])]), ["-", "-"]);
    }

    #[test]
    fn a_release_that_was_always_built_in_two_source_repositories_is_not_warned_of_each_time() {
        let releases = [built(1, &[OURS, THEIRS]), built(2, &[OURS, THEIRS]), built(3, &[THEIRS, OURS])];
        assert_eq!(alarms(&releases), ["changed", "-", "-"]);
    }

    #[test]
    fn a_release_from_a_fork_changed_its_source() {
        let releases = [built(1, &[OURS]), built(2, &[OURS, THEIRS]), built(3, &[THEIRS]), built(4, &[OURS])];
        assert_eq!(alarms(&releases), ["-", "changed", "-", "changed"]);
        let renamed = built(2, &[Some("ACME/Rocket")]);
        assert_eq!(alarms(&[built(1, &[OURS]), renamed]), ["-", "-"]);
    }

    #[test]
    fn the_same_repository_through_another_issuer_changed_its_source() {
        let mut other = built(2, &[OURS]);
        other.sources.iter_mut().flatten().for_each(|source| source.issuer = "https://evil.example".into());
        assert_eq!(alarms(&[built(1, &[OURS]), other]), ["-", "changed"]);
    }

    #[test]
    fn what_never_had_a_source_raises_no_alarm() {
        let releases = [built(1, &[None]), built(2, &[None]), built(3, &[])];
        assert_eq!(alarms(&releases), ["-", "-", "-"]);
        assert_eq!(releases.map(|release| release.origins().as_str()), ["none"; 3]);
        assert_eq!(built(1, &[OURS, None]).origins(), Origins::Partial);
    }
}

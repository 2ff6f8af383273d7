//! Versions in the order in which the clients of a format put them.

use std::cmp::Reverse;

use bonded_model::ChannelFormat;
use bonded_model::project::ReleaseOutline;
use bonded_model::python::Version;

/// The version in the form in which releases are kept, where it has one.
pub(super) fn canonical(format: ChannelFormat, version: &str) -> String {
    match format {
        ChannelFormat::Python => version
            .parse::<Version>()
            .map_or_else(|_| version.replace('\0', ""), |version| version.canonical()),
        // PostgreSQL keeps no such character in a text.
        ChannelFormat::Conda => version.replace('\0', ""),
    }
}

/// Sorts releases, the newest first. What is no version of the format comes last, by its text.
pub(super) fn newest_first(format: ChannelFormat, releases: &mut [ReleaseOutline]) {
    match format {
        ChannelFormat::Python => {
            releases.sort_by_cached_key(|release| {
                Reverse((release.version.parse::<Version>().ok(), release.version.clone()))
            });
        }
        ChannelFormat::Conda => {
            releases.sort_by_cached_key(|release| {
                let version = release.version.parse::<rattler_conda_types::Version>().ok();
                Reverse((version, release.version.clone()))
            });
        }
    }
}

/// The release that stands for a project, of releases with the newest first: one that is not yanked before one that is,
/// a final one before a pre-release, and then the newest.
pub(super) fn latest<'a>(
    format: ChannelFormat,
    releases: impl IntoIterator<Item = &'a ReleaseOutline>,
) -> Option<&'a ReleaseOutline> {
    let rank =
        |release: &&ReleaseOutline| (release.yanked.is_some(), is_prerelease(format, &release.version));
    // Of equal ranks the first one wins.
    releases.into_iter().min_by_key(rank)
}

/// Whether nobody gets the version who does not ask for it. Conda knows no such thing.
pub(super) fn is_prerelease(format: ChannelFormat, version: &str) -> bool {
    format == ChannelFormat::Python && version.parse::<Version>().is_ok_and(|version| version.is_prerelease())
}

#[cfg(test)]
mod tests {
    use bonded_model::ids::{ProjectId, ReleaseId};
    use bonded_model::project::Yank;
    use bonded_model::{Random, Timestamp};

    use super::*;

    fn outlines(versions: &[(&str, bool)]) -> Vec<ReleaseOutline> {
        let (now, random) = (Timestamp::UNIX_EPOCH, Random::seeded(1));
        let project = ProjectId::generate(now, &random);
        let outline = |(version, yanked): &(&str, bool)| ReleaseOutline {
            id: ReleaseId::generate(now, &random),
            project,
            version: (*version).to_owned(),
            created_at: now,
            yanked: yanked.then(|| Yank { at: now, reason: String::new() }),
        };
        versions.iter().map(outline).collect()
    }

    fn sorted(format: ChannelFormat, versions: &[(&str, bool)]) -> (Vec<String>, Option<String>) {
        let mut releases = outlines(versions);
        newest_first(format, &mut releases);
        let latest = latest(format, &releases).map(|release| release.version.clone());
        (releases.into_iter().map(|release| release.version).collect(), latest)
    }

    #[test]
    fn versions_of_python_are_not_ordered_by_their_letters() {
        let (order, latest) = sorted(
            ChannelFormat::Python,
            &[("1.9", false), ("1.10", false), ("2.0rc1", false), ("1.11", true)],
        );
        assert_eq!(order, ["2.0rc1", "1.11", "1.10", "1.9"]);
        assert_eq!(latest.as_deref(), Some("1.10"));
    }

    #[test]
    fn versions_of_conda_follow_condas_order() {
        let (order, latest) =
            sorted(ChannelFormat::Conda, &[("1.9", false), ("1.10", false), ("1.10_1", true)]);
        assert_eq!(order, ["1.10_1", "1.10", "1.9"]);
        assert_eq!(latest.as_deref(), Some("1.10"));
    }

    #[test]
    fn where_all_is_yanked_or_early_the_newest_stands_for_the_project() {
        assert_eq!(sorted(ChannelFormat::Python, &[("1.0", true), ("2.0", true)]).1.as_deref(), Some("2.0"));
        assert_eq!(
            sorted(ChannelFormat::Python, &[("1.0", true), ("1.0b1", false)]).1.as_deref(),
            Some("1.0b1")
        );
        assert_eq!(sorted(ChannelFormat::Python, &[]).1, None);
    }
}

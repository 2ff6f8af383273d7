//! Whether an address that a project names belongs to the source repository that a release was built from.
//!
//! What is shown as verified must be where a browser goes. Whatever two programs could read differently is not verified,
//! whether there is an attack in it or not.

use bonded_model::publishing::{Provider, Source};
use url::Url;

/// Whether an address lies in the source repository of every one of these files, of which there is at least one.
pub(crate) fn verified(address: &str, sources: &[&Source]) -> bool {
    !sources.is_empty() && sources.iter().all(|source| belongs(address, source))
}

fn belongs(address: &str, source: &Source) -> bool {
    let Some(address) = plain(address) else { return false };
    let Some(base) = source.repository_url.as_deref().and_then(plain) else { return false };
    let any_case = matches!(source.provider, Provider::GitHub | Provider::GitLab | Provider::Forgejo);
    // The address to clone from is the repository too. (Of pages it is another place, which may be anybody's.)
    let clone = [".git", ".git/"];
    lies_in(&address, &base, &clone, any_case)
        || pages(&base, source.provider).is_some_and(|pages| lies_in(&address, &pages, &[], any_case))
}

/// An address that every program reads in the same way.
fn plain(address: &str) -> Option<Url> {
    let lower = address.to_ascii_lowercase();
    let (_, rest) = lower.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_odd = lower.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\');
    // Dots and slashes that one program decodes and the other does not.
    let is_hidden = ["%2e", "%2f", "%5c"].iter().any(|hidden| lower.contains(hidden));
    if is_odd || is_hidden || authority.is_empty() || authority.contains(['@', '%']) {
        return None;
    }
    let url = Url::parse(address).ok()?;
    (matches!(url.scheme(), "https" | "http") && url.host().is_some()).then_some(url)
}

/// Whether an address is that place, with one of those endings or with none, or lies below it.
fn lies_in(address: &Url, base: &Url, endings: &[&str], any_case: bool) -> bool {
    let place = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port());
    let case = |path: &str| if any_case { path.to_ascii_lowercase() } else { path.to_owned() };
    let (path, base_path) = (case(address.path()), case(base.path().trim_end_matches('/')));
    if place(address) != place(base) || base_path.is_empty() {
        return false;
    }
    match path.strip_prefix(&base_path) {
        Some(rest) => rest.is_empty() || rest.starts_with('/') || endings.contains(&rest),
        None => false,
    }
}

/// Where the two large hosts serve pages that come from the same repository.
fn pages(base: &Url, provider: Provider) -> Option<Url> {
    let (owner, rest) = base.path().trim_matches('/').split_once('/')?;
    let host = match (provider, base.host_str()?) {
        (Provider::GitHub, "github.com") => "github.io",
        (Provider::GitLab, "gitlab.com") => "gitlab.io",
        _ => return None,
    };
    Url::parse(&format!("https://{}.{host}/{rest}", owner.to_ascii_lowercase())).ok()
}

#[cfg(test)]
mod tests {
    use super::super::compare::tests::source;
    use super::*;

    /// The same lists go through the whole registry, as addresses of a project.
    const ALIKE: &str = include_str!("../../tests/projects/urls/alike.txt");
    const AMBIGUOUS: &str = include_str!("../../tests/projects/urls/ambiguous.txt");

    fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
        list.lines().filter(|line| !line.is_empty())
    }

    fn github(address: &str) -> bool {
        verified(address, &[&source("https://github.com/owner/project")])
    }

    fn gitlab(address: &str) -> bool {
        let source = Source { provider: Provider::GitLab, ..source("https://gitlab.com/group/sub/project") };
        verified(address, &[&source])
    }

    #[test]
    fn addresses_in_the_repository_are_verified() {
        for address in [
            "https://github.com/owner/project",
            "https://github.com/owner/project/",
            "https://github.com/owner/project.git",
            "https://github.com/owner/project/issues?q=open#top",
            "https://github.com/Owner/PROJECT/tree/main",
            "HTTPS://GitHub.com/owner/project",
            "https://github.com:443/owner/project",
            "https://owner.github.io/project",
            "https://OWNER.github.io/project/docs/",
        ] {
            assert!(github(address), "{address}");
        }
        for address in
            ["https://gitlab.com/group/sub/project/-/issues", "https://group.gitlab.io/sub/project/docs"]
        {
            assert!(gitlab(address), "{address}");
        }
    }

    #[test]
    fn addresses_that_only_look_alike_are_not() {
        for address in lines(ALIKE).chain([""]) {
            assert!(!github(address), "{address}");
        }
        for address in [
            "https://gitlab.com/group/project",
            "https://gitlab.com/group/sub",
            "https://gitlab.com/group/sub/other",
            "https://sub.gitlab.io/project",
            "https://group.gitlab.io/project",
        ] {
            assert!(!gitlab(address), "{address}");
        }
    }

    #[test]
    fn what_two_programs_read_differently_is_not_verified() {
        // What cannot stand in a line of metadata.
        let others = [
            "https://github.com/own\ter/project",
            "https://github.com/owner/project\n/../other",
            " https://github.com/owner/project",
            "https://github.com/owner/project ",
            "https://github.com/owner/project\0",
        ];
        for address in lines(AMBIGUOUS).chain(others) {
            assert!(!github(address), "{address:?}");
        }
    }

    #[test]
    fn a_path_whose_case_counts_is_compared_with_it() {
        let other = Source { provider: Provider::Other, ..source("https://git.example/owner/project") };
        assert!(verified("https://git.example/owner/project/x", &[&other]));
        assert!(!verified("https://git.example/Owner/project/x", &[&other]));
    }

    #[test]
    fn pages_of_a_server_of_ones_own_are_nobodys() {
        let own = source("https://github.example/owner/project");
        assert!(!verified("https://owner.github.io/project", &[&own]));
    }

    #[test]
    fn an_address_is_verified_by_all_files_or_not_at_all() {
        let (ours, theirs) =
            (source("https://github.com/owner/project"), source("https://github.com/mallory/project"));
        assert!(!verified("https://github.com/mallory/project", &[&ours, &theirs]));
        assert!(!verified("https://github.com/owner/project", &[]));
        let none = Source { repository_url: None, ..ours };
        assert!(!verified("https://github.com/owner/project", &[&none]));
        // An issuer at the root of a host does not verify the whole host.
        assert!(!verified("https://git.example/x", &[&source("https://git.example/")]));
    }
}

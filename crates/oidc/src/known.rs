//! Issuers that everybody uses, so that administrators need not look up their URLs.

use bonded_model::publishing::Provider;

/// An issuer that is the same for all its users.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Known {
    /// Its kind.
    pub provider: Provider,
    /// What people call it.
    pub name: &'static str,
    /// The claim `iss` of its tokens.
    pub url: &'static str,
}

/// The public issuers. They all sign with RS256. CircleCI has one issuer for each organization:
/// `https://oidc.circleci.com/org/ORGANIZATION_ID`; Forgejo one for each server: `https://HOST/api/actions`; GitHub
/// Enterprise Server `https://HOST/_services/token`; GitLab its own URL.
pub const ISSUERS: &[Known] = &[
    Known {
        provider: Provider::GitHub,
        name: "GitHub Actions",
        url: "https://token.actions.githubusercontent.com",
    },
    Known { provider: Provider::GitLab, name: "GitLab.com", url: "https://gitlab.com" },
    Known { provider: Provider::Google, name: "Google Cloud", url: "https://accounts.google.com" },
    Known {
        provider: Provider::ActiveState,
        name: "ActiveState",
        url: "https://platform.activestate.com/api/v1/oauth/oidc",
    },
    Known { provider: Provider::Buildkite, name: "Buildkite", url: "https://agent.buildkite.com" },
];

/// What people call a provider.
pub const fn provider_name(provider: Provider) -> &'static str {
    match provider {
        Provider::GitHub => "GitHub Actions",
        Provider::GitLab => "GitLab CI",
        Provider::Google => "Google Cloud",
        Provider::ActiveState => "ActiveState",
        Provider::Buildkite => "Buildkite",
        Provider::CircleCi => "CircleCI",
        Provider::Forgejo => "Forgejo Actions",
        Provider::Other => "another issuer",
    }
}

/// Which kind of issuer a URL belongs to, as far as URLs tell.
pub fn provider_of(issuer: &str) -> Provider {
    if let Some(known) = ISSUERS.iter().find(|known| known.url == issuer) {
        return known.provider;
    }
    let begins = |start: &str| issuer.starts_with(start);
    if begins("https://token.actions.") || issuer.ends_with("/_services/token") {
        Provider::GitHub
    } else if begins("https://oidc.circleci.com/org/") {
        Provider::CircleCi
    } else if issuer.ends_with("/api/actions") {
        Provider::Forgejo
    } else {
        Provider::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_known_issuers_tell_their_kind() {
        for (url, provider) in [
            ("https://token.actions.githubusercontent.com", Provider::GitHub),
            ("https://token.actions.acme.ghe.com", Provider::GitHub),
            ("https://git.example/_services/token", Provider::GitHub),
            ("https://gitlab.com", Provider::GitLab),
            ("https://oidc.circleci.com/org/76a31a5d-0000-4000-8000-000000000001", Provider::CircleCi),
            ("https://git.example/api/actions", Provider::Forgejo),
            ("https://gitlab.example", Provider::Other),
        ] {
            assert_eq!(provider_of(url), provider, "{url}");
        }
    }
}

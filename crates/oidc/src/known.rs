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

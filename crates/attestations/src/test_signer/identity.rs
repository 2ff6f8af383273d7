//! Whom a certificate is made for.

/// An identity, with what an authority would copy from its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The issuer's URL.
    pub issuer: String,
    /// An address, if it holds an `@` and no `/`; else a URL.
    pub subject: String,
    /// The last number of an extension under 1.3.6.1.4.1.57264.1, and its text.
    pub claims: Vec<(u8, String)>,
}

impl Identity {
    /// A run of GitHub Actions: `github("acme/widgets", "release.yml", "refs/tags/v1", "8f3c…")`.
    pub fn github(repository: &str, workflow: &str, git_ref: &str, commit: &str) -> Self {
        let url = format!("https://github.com/{repository}");
        let config = format!("{url}/.github/workflows/{workflow}@{git_ref}");
        Self::run("https://token.actions.githubusercontent.com", &url, &config, git_ref, commit)
    }

    /// A job of GitLab CI: `gitlab("https://gitlab.com", "acme/widgets", ".gitlab-ci.yml", "refs/heads/main", "8f3c…")`.
    pub fn gitlab(server: &str, project: &str, ci_file: &str, git_ref: &str, commit: &str) -> Self {
        let url = format!("{server}/{project}");
        Self::run(server, &url, &format!("{url}//{ci_file}@{git_ref}"), git_ref, commit)
    }

    /// An account with an address.
    pub fn email(issuer: &str, address: &str) -> Self {
        Self { issuer: issuer.into(), subject: address.into(), claims: Vec::new() }
    }

    fn run(issuer: &str, repository: &str, config: &str, git_ref: &str, commit: &str) -> Self {
        let claims = [
            (9, config),
            (12, repository),
            (13, commit),
            (14, git_ref),
            (18, config),
            (19, commit),
            (21, &format!("{repository}/actions/runs/1/attempts/1")),
        ];
        let claims = claims.into_iter().map(|(number, text)| (number, text.to_owned())).collect();
        Self { issuer: issuer.into(), subject: config.into(), claims }
    }

    /// The same with another text for one of the claims.
    #[must_use]
    pub fn with(mut self, number: u8, text: &str) -> Self {
        self.claims.retain(|(other, _)| *other != number);
        self.claims.push((number, text.to_owned()));
        self
    }
}

//! What an identity token says of the run that it was issued to.

use super::Provider;

/// Where something was built, as an issuer signed it. What the provider does not tell is `None`.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Source {
    /// The kind of issuer.
    pub provider: Provider,
    /// The issuer's URL.
    pub issuer: String,
    /// Who: the claim `sub`, or the address of a service account.
    pub subject: String,
    /// The source repository as its host names it: `owner/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Its URL, without a slash at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_url: Option<String>,
    /// The branch or tag: `refs/tags/v1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<String>,
    /// The commit's hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The file that describes the job, as the provider names it, from the repository's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// The run's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Where people see the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_url: Option<String>,
    /// The environment of the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What started it: `push`, `release`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Whether branch or tag are protected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
    /// Who owns the repository, by the id that never changes hands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
    /// The repository's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_id: Option<String>,
}

impl Source {
    /// Facts of a run of which nothing but its issuer and subject are known yet.
    pub fn new(provider: Provider, issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        Self {
            provider,
            issuer: issuer.into(),
            subject: subject.into(),
            repository: None,
            repository_url: None,
            git_ref: None,
            commit: None,
            workflow: None,
            run: None,
            run_url: None,
            environment: None,
            event: None,
            protected: None,
            owner_id: None,
            repository_id: None,
        }
    }

    /// The URL of the commit, where the provider's URLs are known.
    pub fn commit_url(&self) -> Option<String> {
        let (url, commit) = (self.repository_url.as_ref()?, self.commit.as_ref()?);
        match self.provider {
            Provider::GitHub | Provider::Forgejo => Some(format!("{url}/commit/{commit}")),
            Provider::GitLab => Some(format!("{url}/-/commit/{commit}")),
            _ => None,
        }
    }

    /// The run in words: `run 123 of commit 0a1b2c3d4e5f in acme/rocket`.
    pub fn in_words(&self) -> String {
        let run = self.run.as_ref().map_or_else(|| self.subject.clone(), |run| format!("run {run}"));
        let short = |commit: &String| format!(" of commit {}", commit.chars().take(12).collect::<String>());
        let commit = self.commit.as_ref().map(short).unwrap_or_default();
        let repository = self.repository.as_ref().map(|repository| format!(" in {repository}"));
        format!("{run}{commit}{}", repository.unwrap_or_default())
    }

    /// Where it was built, for people: the source repository, or who it was.
    pub fn place(&self) -> &str {
        self.repository_url.as_deref().or(self.repository.as_deref()).unwrap_or(&self.subject)
    }

    /// Whether both were built from the same source repository, by the ids where both have them.
    pub fn same_repository(&self, other: &Self) -> bool {
        if self.issuer != other.issuer {
            return false;
        }
        match (&self.repository_id, &other.repository_id) {
            (Some(one), Some(other)) => one == other,
            _ => match (&self.repository, &other.repository) {
                (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
                _ => self.subject == other.subject,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(repository: &str, id: Option<&str>) -> Source {
        let subject = format!("repo:{repository}:ref:refs/heads/main");
        Source {
            repository: Some(repository.into()),
            repository_url: Some(format!("https://github.example/{repository}")),
            commit: Some("abc".into()),
            repository_id: id.map(Into::into),
            ..Source::new(Provider::GitHub, "https://issuer.example", subject)
        }
    }

    #[test]
    fn a_repository_that_was_taken_over_by_name_is_another_one() {
        assert!(source("Acme/rocket", None).same_repository(&source("acme/rocket", Some("7"))));
        assert!(!source("acme/rocket", Some("8")).same_repository(&source("acme/rocket", Some("7"))));
        assert!(source("acme/renamed", Some("7")).same_repository(&source("acme/rocket", Some("7"))));
        let elsewhere = Source { issuer: "https://other.example".into(), ..source("acme/rocket", Some("7")) };
        assert!(!elsewhere.same_repository(&source("acme/rocket", Some("7"))));
    }

    #[test]
    fn a_run_is_told_in_words() {
        let run = Source { run: Some("12".into()), ..source("acme/rocket", None) };
        assert_eq!(run.in_words(), "run 12 of commit abc in acme/rocket");
        assert_eq!(run.place(), "https://github.example/acme/rocket");
        let robot = Source { commit: None, repository: None, repository_url: None, run: None, ..run };
        assert_eq!((robot.in_words(), robot.place()), (robot.subject.clone(), robot.subject.as_str()));
    }

    #[test]
    fn a_commit_has_the_url_of_its_host() {
        let url = source("acme/rocket", None).commit_url();
        assert_eq!(url.as_deref(), Some("https://github.example/acme/rocket/commit/abc"));
    }
}

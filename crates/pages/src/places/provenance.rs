//! Where files come from: what an issuer signed about the run that published them.

use bonded_model::publishing::Source;

use super::projects::is_web;

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

/// What differs from an earlier release, or from the first files of this one, in a way that somebody should look at.
#[derive(Clone)]
pub enum Alarm {
    /// The earlier release came from a trusted publisher; this one, or a file of it, did not.
    Lost {
        /// The version of the earlier release. `None`: the files that this one had first.
        earlier: Option<String>,
        /// Where it came from.
        from: String,
    },
    /// It comes from another source repository, or through another issuer.
    Changed {
        /// As for [`Alarm::Lost`].
        earlier: Option<String>,
        /// Where that came from.
        from: String,
        /// Where this one comes from.
        to: String,
    },
}

/// What is known of where a release comes from.
#[derive(Clone, Default)]
pub struct Provenance {
    /// How many of its files come from a trusted publisher.
    pub origins: Origins,
    /// What differs from earlier releases.
    pub alarm: Option<Alarm>,
}

impl Provenance {
    /// Whether a list says it: that nothing is verified is nothing new where nothing ever was.
    pub(crate) const fn is_noteworthy(&self) -> bool {
        self.alarm.is_some() || !matches!(self.origins, Origins::None)
    }

    /// The badge: its tone and its words.
    pub(crate) const fn badge(&self) -> (&'static str, &'static str) {
        match (&self.alarm, self.origins) {
            (Some(Alarm::Lost { .. }), _) => ("error", "source lost"),
            (Some(Alarm::Changed { .. }), _) => ("error", "source changed"),
            (None, Origins::Full) => ("done", "source verified"),
            (None, Origins::Partial) => ("warning", "source partly verified"),
            (None, Origins::None) => ("info", "source not verified"),
        }
    }

    /// What the badge means, where there is no alarm.
    pub(crate) const fn meaning(&self) -> &'static str {
        match self.origins {
            Origins::Full => {
                "All files were published by trusted publishers. Where they were built was signed by whoever ran the jobs."
            }
            Origins::Partial => {
                "Some files were published by a trusted publisher, others by a person or a token."
            }
            Origins::None => {
                "The files were published by a person or a token: nobody has verified where they were built."
            }
        }
    }
}

impl Alarm {
    pub(crate) const fn title(&self) -> &'static str {
        match self {
            Self::Lost { .. } => "This version lost its verified source.",
            Self::Changed { .. } => "This version comes from another source.",
        }
    }

    /// What happened, in sentences.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Lost { earlier: Some(earlier), from } => format!(
                "Version {earlier} was built and published from {from} by a trusted publisher. Files of this version were not: \
                 somebody uploaded them in another way."
            ),
            Self::Lost { earlier: None, from } => format!(
                "Its first files were built and published from {from} by a trusted publisher. Files that came later were not: \
                 somebody uploaded them in another way."
            ),
            Self::Changed { earlier: Some(earlier), from, to } => format!(
                "Version {earlier} was built and published from {from}. Files of this version were built and published from \
                 {to}."
            ),
            Self::Changed { earlier: None, from, to } => format!(
                "Its first files were built and published from {from}. Files that came later were built and published from \
                 {to}."
            ),
        }
    }
}

/// One fact about a run.
pub(crate) struct RunFact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    /// Where people see it.
    pub(crate) link: Option<String>,
}

/// What is verified about the run that published a file, for people.
pub(crate) fn run_facts(source: &Source) -> Vec<RunFact> {
    let fact = |label, value: &Option<String>, link: Option<String>| {
        let value = value.clone().filter(|value| !value.is_empty())?;
        Some(RunFact { label, value, link: link.filter(|link| is_web(link)) })
    };
    // A name alone tells people more than a subject, which repeats it in the provider's own form.
    let subject = source.repository.is_none().then(|| source.subject.clone());
    [
        fact("Source repository", &source.repository, source.repository_url.clone()),
        fact("Identity", &subject, None),
        fact("Branch or tag", &source.git_ref, None),
        fact("Commit", &source.commit, source.commit_url()),
        fact("Workflow", &source.workflow, None),
        fact("Run", &source.run, source.run_url.clone()),
        fact("Environment", &source.environment, None),
        fact("Started by", &source.event, None),
        fact("Signed by", &Some(source.issuer.clone()), None),
    ]
    .into_iter()
    .flatten()
    .collect()
}

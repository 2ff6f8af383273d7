//! Trusted publishers: which identities of CI jobs may publish to a place, without a secret stored anywhere.

use askama::Template;
use bonded_model::Timestamp;
use bonded_model::publishing::Source;

use super::Head;
use super::projects::is_web;
use crate::{Field, Shell, filters};

/// An issuer of identity tokens, to choose.
#[derive(Clone)]
pub struct IssuerChoice {
    /// Its id.
    pub id: String,
    /// What people call it, and what kind it is.
    pub name: String,
}

/// An identity that was refused, and which this publisher is the nearest one to.
#[derive(Clone)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// The claims that were received, and what differs; in lines.
    pub text: String,
}

/// A trusted publisher in a list.
#[derive(Clone)]
pub struct PublisherRow {
    /// Its id.
    pub id: String,
    /// What must be true of an identity, in a line.
    pub identity: String,
    /// What people call the issuer.
    pub issuer: String,
    /// What it is for, where that is not simply the place whose page this is; may be empty.
    pub reach: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// Who added it; empty where nobody knows any more.
    pub added_by: String,
    /// When it ends by itself, if it does.
    pub ends_at: Option<Timestamp>,
    /// When it last got a token, and for which run.
    pub used: Option<(Timestamp, Option<Source>)>,
    /// What its owners should know, in sentences.
    pub warnings: Vec<String>,
    /// The last identity that was refused.
    pub refused: Option<Refused>,
    /// The environment that was seen and could be required.
    pub narrow_to: Option<String>,
    /// Whether the viewer may change it here.
    pub changeable: bool,
}

impl PublisherRow {
    pub(crate) fn is_pending(&self) -> bool {
        self.ends_at.is_some()
    }
}

/// The last use of a publisher in words: `run 123 of commit 0a1b2c3d4e5f`, with links where people see them.
pub(crate) struct LastUse {
    pub(crate) run: String,
    pub(crate) run_url: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) commit_url: Option<String>,
}

pub(crate) fn last_use(source: &Source) -> LastUse {
    LastUse {
        run: source.run.as_ref().map_or_else(|| source.subject.clone(), |run| format!("run {run}")),
        run_url: source.run_url.clone().filter(|url| is_web(url)),
        commit: source.commit.as_ref().map(|commit| commit.chars().take(12).collect()),
        commit_url: source.commit_url().filter(|url| is_web(url)),
    }
}

/// `/projects/{channel}/{project}/publishers`, `/channels/{channel}/publishers` and `/groups/{name}/publishers`. The choice
/// of an issuer asks `publishers/new` with `issuer`; the buttons post `publisher` to `publishers/remove`, with
/// `environment` to `publishers/constrain`, and for a channel `reserve=yes`, where ticked, to `publishers/reserve`.
#[derive(Clone, Template)]
#[template(path = "places/publishers.html")]
pub struct Publishers {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// The publishers, oldest first.
    pub publishers: Vec<PublisherRow>,
    /// The issuers to choose from.
    pub issuers: Vec<IssuerChoice>,
    /// Whether the viewer may add one.
    pub adds: bool,
    /// Whether the names of pending publishers are kept free; nothing where that is not asked.
    pub reserves: Option<bool>,
}

/// How a field is filled in.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    /// One line.
    Line,
    /// Several lines.
    Lines,
    /// A box to tick.
    Flag,
    /// One of several values, each with its words.
    Choice(Vec<(String, String)>),
}

/// A field of a form whose fields depend on the provider.
#[derive(Clone)]
pub struct FormField {
    /// What the form sends.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What to type.
    pub hint: String,
    /// Whether it must not be empty.
    pub required: bool,
    /// How it is filled in.
    pub input: Input,
    /// What was typed, and what is wrong with it.
    pub field: Field,
}

impl FormField {
    pub(crate) fn is_lines(&self) -> bool {
        self.input == Input::Lines
    }

    pub(crate) fn is_flag(&self) -> bool {
        self.input == Input::Flag
    }

    pub(crate) fn choices(&self) -> Option<&[(String, String)]> {
        match &self.input {
            Input::Choice(choices) => Some(choices),
            _ => None,
        }
    }

    pub(crate) fn is_ticked(&self) -> bool {
        matches!(self.field.value.as_str(), "true" | "yes" | "on")
    }

    /// The rest of the label: what need not be filled in says so.
    pub(crate) fn full_label(&self) -> String {
        if self.required { self.label.clone() } else { format!("{} (optional)", self.label) }
    }
}

/// What a new publisher is for, besides the place whose page this is.
#[derive(Clone)]
pub enum Reach {
    /// The project.
    Project,
    /// Projects of the channel whose names begin so.
    Prefix(Field),
    /// Projects of a channel, in which the group may publish, whose names begin so.
    InChannel {
        /// The channel.
        channel: Field,
        /// How the names begin.
        prefix: Field,
    },
}

impl Reach {
    pub(crate) const fn channel(&self) -> Option<&Field> {
        match self {
            Self::InChannel { channel, .. } => Some(channel),
            Self::Project | Self::Prefix(_) => None,
        }
    }

    pub(crate) const fn prefix(&self) -> Option<&Field> {
        match self {
            Self::Prefix(prefix) | Self::InChannel { prefix, .. } => Some(prefix),
            Self::Project => None,
        }
    }
}

/// `…/publishers/new?issuer=`. The form posts `issuer`, `channel` and `prefix` where they are asked for, and the fields to
/// `publishers` of the place.
#[derive(Clone, Template)]
#[template(path = "places/new_publisher.html")]
pub struct NewPublisher {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// The issuer that was chosen.
    pub issuer: IssuerChoice,
    /// What it is for.
    pub reach: Reach,
    /// The fields.
    pub fields: Vec<FormField>,
}

#[cfg(test)]
mod tests {
    use super::super::provenance::run_facts;
    use super::*;

    #[test]
    fn a_link_that_is_no_web_address_is_left_out() {
        let mut source = crate::samples::source("acme/rocket");
        assert!(last_use(&source).run_url.is_some());
        source.run_url = Some("javascript:alert(1)".into());
        source.repository_url = Some("data:text/html,x".into());
        let used = last_use(&source);
        assert!(used.run_url.is_none() && used.commit_url.is_none());
        assert!(run_facts(&source).iter().all(|fact| fact.link.is_none()));
    }
}

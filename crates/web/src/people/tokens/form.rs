//! What forms about tokens hold: boxes that are ticked come under names of their own, `may-VERB`, `channel:NAME` and
//! `project:CHANNEL/NAME`.

use std::collections::BTreeMap;

use bonded_model::token::{Networks, Verb, Verbs};
use bonded_pages::Field;
use bonded_pages::account::{Choice, Lifetime};
use bonded_registry::Error;
use chrono::TimeDelta;

use crate::App;

/// For ever, as a lifetime.
pub(super) const NEVER: &str = "never";
/// The lifetime that a new token has unless somebody chooses otherwise.
pub(super) const USUAL: &str = "90";

/// The lifetimes to choose from, in days.
pub(super) const LIFETIMES: [(&str, &str); 6] = [
    ("1", "1 day"),
    ("7", "7 days"),
    ("30", "30 days"),
    (USUAL, "90 days"),
    ("180", "180 days"),
    ("365", "1 year"),
];

/// The verbs to choose from, in the words of people.
pub(super) const VERBS: [(Verb, &str, &str); 5] = [
    (Verb::Read, "Read", "Install from private channels."),
    (Verb::Publish, "Publish", "Upload packages."),
    (Verb::Yank, "Yank", "Take releases back that nobody should install, and undo that."),
    (Verb::Delete, "Delete", "Take files away for good."),
    (Verb::Manage, "Manage tokens", "Make, renew and revoke tokens that can do no more than this one."),
];

/// The boxes of a form.
pub(super) type Boxes = BTreeMap<String, String>;

/// What is ticked below a kind of boxes.
pub(super) fn ticked<'a>(boxes: &'a Boxes, kind: &'a str) -> impl Iterator<Item = &'a str> {
    boxes.keys().filter_map(move |field| field.strip_prefix(kind))
}

/// The verbs that are ticked.
pub(super) fn verbs(boxes: &Boxes) -> Verbs {
    ticked(boxes, "may-").filter_map(|verb| verb.parse::<Verb>().ok()).collect()
}

/// A lifetime that was chosen; `None` means for ever.
pub(super) fn lifetime(text: &str) -> Result<Option<TimeDelta>, Error> {
    if text == NEVER {
        return Ok(None);
    }
    let days = text.parse().ok().and_then(TimeDelta::try_days);
    days.map(Some).ok_or_else(|| wrong("lifetime", "choose how long the token works"))
}

/// Networks that were typed.
pub(super) fn networks(text: &str) -> Result<Networks, Error> {
    text.parse().map_err(|error: bonded_model::token::InvalidNetworks| wrong("networks", error.to_string()))
}

pub(super) fn wrong(field: &'static str, text: impl Into<String>) -> Error {
    Error::Field { field, text: text.into() }
}

/// What was refused, of which field.
#[derive(Default)]
pub(super) struct Wrong(pub(super) Option<(&'static str, String)>);

impl Wrong {
    /// What is wrong with this field.
    pub(super) fn with(&self, field: &str) -> Option<String> {
        self.0.as_ref().filter(|(of, _)| *of == field).map(|(_, text)| text.clone())
    }

    /// The same as a sentence.
    pub(super) fn sentence(&self, field: &str) -> Option<String> {
        self.with(field).and_then(|text| Field::wrong(text).error)
    }
}

/// A box.
pub(super) fn choice(field: String, label: impl Into<String>, hint: &'static str, boxes: &Boxes) -> Choice {
    Choice { ticked: boxes.contains_key(&field), field, label: label.into(), hint }
}

/// The lifetimes of which one is chosen, with what may stand before and behind them.
pub(super) fn lifetimes(
    first: Option<(&'static str, &'static str)>,
    app: &App,
    chosen: &str,
) -> Vec<Lifetime> {
    let never = app.settings.people.tokens_without_expiry.then_some((NEVER, "Until I revoke it"));
    let all = first.into_iter().chain(LIFETIMES).chain(never);
    all.map(|(value, words)| Lifetime { value, words, chosen: value == chosen }).collect()
}

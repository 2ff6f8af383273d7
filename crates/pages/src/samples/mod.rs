//! Every page in every state that looks different. Texts that people write are hostile or long in some of them.

mod account;
mod activity;
mod admin;
mod factors;
mod members;
mod places;
mod projects;
mod public;
mod publishers;
mod sign_in;
mod tokens;
mod trust;

use askama::Template;
use bonded_model::Timestamp;

#[cfg(test)]
pub(crate) use publishers::source;

use crate::{Fence, Location, Notice, Shell, Viewer};

/// What an attacker would type wherever text is taken.
pub const HOSTILE: &str = "\"'><script>alert(1)</script>";

/// The nonce of all samples.
pub const NONCE: &str = "c2FtcGxlIG5vbmNl";

/// A page in one state.
#[derive(Debug)]
pub struct Sample {
    /// The page and its state, such as `sign-in.refused`.
    pub name: &'static str,
    /// The document, or why it could not be written.
    pub html: Result<String, askama::Error>,
}

/// All samples.
pub fn all() -> Vec<Sample> {
    let account = [account::samples(), factors::samples(), tokens::samples(), activity::samples()];
    let others = [sign_in::samples(), admin::samples(), public::samples()];
    let places = [places::samples(), projects::samples(), members::samples(), trust::samples()];
    let publishing = [publishers::samples()];
    account.into_iter().chain(others).chain(places).chain(publishing).flatten().collect()
}

fn sample(name: &'static str, page: impl Template) -> Sample {
    Sample { name, html: page.render() }
}

/// The shell as a stranger sees it.
fn stranger() -> Shell {
    Shell {
        prefix: String::new(),
        nonce: NONCE.into(),
        csrf: "c2FtcGxlIGNzcmY".into(),
        instance: "packages.example".into(),
        ..Shell::default()
    }
}

/// The shell of somebody who is signed in.
fn signed_in() -> Shell {
    Shell { viewer: Some(Viewer { name: "ada".into(), admin: false }), ..stranger() }
}

/// The shell of an administrator.
fn administrator() -> Shell {
    Shell { viewer: Some(Viewer { name: "grace".into(), admin: true }), ..stranger() }
}

/// The shell of somebody who reaches only the pages that mend something.
fn fenced(fence: Fence) -> Shell {
    Shell { fence: Some(fence), ..signed_in() }
}

/// The shell of somebody whose name is as long as a name can be, with a notice.
fn hostile() -> Shell {
    let viewer = Viewer { name: "a-name-that-is-as-long-as-names-may-be-which-is-50".into(), admin: true };
    Shell { viewer: Some(viewer), notice: Some(Notice::error(HOSTILE)), ..stranger() }
}

/// Hours after a day in November.
fn hours(hours: i64) -> Timestamp {
    Timestamp::from_timestamp(1_795_170_000 + hours * 3_600, 0).unwrap_or_default()
}

fn location() -> Location {
    Location { address: "203.0.113.7".into(), browser: "Firefox on Linux".into() }
}

/// An IPv6 address at its longest, and a browser that lies.
fn hostile_location() -> Location {
    Location { address: "2001:db8:1111:2222:3333:4444:5555:6666".into(), browser: HOSTILE.into() }
}

#[cfg(test)]
mod tests;

//! A problem as a page.

use askama::Template;

use crate::Shell;

/// What a browser gets where a program gets a problem.
#[derive(Clone, Template)]
#[template(path = "public/problem.html")]
pub struct ProblemPage {
    /// What all pages share.
    pub shell: Shell,
    /// The status.
    pub status: u16,
    /// What went wrong, in a few words.
    pub title: String,
    /// What went wrong and what to do.
    pub detail: String,
}

//! A problem as a page.

use askama::Template;

use crate::Shell;
use crate::sentence::sentence;

/// What a browser gets where a program gets a problem.
#[derive(Clone, Template)]
#[template(path = "public/problem.html")]
pub struct ProblemPage {
    /// What all pages share.
    pub shell: Shell,
    /// The status.
    pub status: u16,
    /// What went wrong, in the words of HTTP.
    pub title: String,
    /// What went wrong and what to do.
    pub detail: String,
}

impl ProblemPage {
    /// What went wrong, in words that people use.
    fn heading(&self) -> &str {
        match self.status {
            400 | 413 | 415 | 422 => "That could not be read",
            401 => "Sign in first",
            403 => "That is not allowed",
            404 | 410 => "There is nothing here",
            409 => "That cannot be done now",
            429 => "Too many attempts",
            500 => "Something broke",
            503 => "Please try again in a moment",
            _ => &self.title,
        }
    }

    fn text(&self) -> String {
        sentence(&self.detail)
    }
}

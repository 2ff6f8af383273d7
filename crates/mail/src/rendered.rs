//! A mail as text and HTML.

use std::fmt;

use askama::Template;

use crate::content::Content;
use crate::message::{Instance, Message};

/// A mail, ready to be sent. It may hold a link that opens something: keep it sealed.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rendered {
    /// What the sender is called: the instance's name.
    pub sender: String,
    /// One line.
    pub subject: String,
    /// The plain form, complete in itself.
    pub text: String,
    /// The HTML form, which says the same.
    pub html: String,
    /// The link that the mail is about, if there is one.
    pub link: Option<String>,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A template did not render. Says nothing of the mail's contents.
#[derive(Debug, thiserror::Error)]
#[error("a mail could not be rendered")]
pub struct RenderError(#[from] askama::Error);

impl Message {
    /// The mail in the name of `instance`.
    pub fn render(&self, instance: &Instance) -> Result<Rendered, RenderError> {
        let name = one_line(&instance.name);
        let content =
            Content::of(self, &Instance { name: name.clone(), base_url: instance.base_url.clone() });
        let subject = one_line(&format!("[{name}] {}", content.subject));
        let link = content.action.as_ref().map(|action| action.link.clone());
        let text = Text { content: &content, base_url: &instance.base_url, name: &name }.render()?;
        let html = Html { content: &content, base_url: &instance.base_url, name: &name }.render()?;
        Ok(Rendered { sender: name, subject, text, html, link })
    }
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    content: &'a Content,
    base_url: &'a str,
    name: &'a str,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    content: &'a Content,
    base_url: &'a str,
    name: &'a str,
}

/// The text without line breaks and other control characters, so that no name ever begins a new header or a new line.
pub(crate) fn one_line(text: &str) -> String {
    let plain = text.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

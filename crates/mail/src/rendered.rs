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

#[cfg(test)]
mod tests {
    use html5gum::{Token, Tokenizer};

    use super::*;
    use crate::message::Factor;
    use crate::samples;

    fn rendered(message: &Message) -> Rendered {
        message.render(&samples::instance()).unwrap()
    }

    #[test]
    fn every_mail_as_text() {
        for (name, message) in samples::messages() {
            let rendered = rendered(&message);
            insta::assert_snapshot!(name, format!("Subject: {}\n\n{}", rendered.subject, rendered.text));
        }
    }

    #[test]
    fn a_mail_as_html() {
        let (_, message) =
            samples::messages().into_iter().find(|(name, _)| *name == "confirm-place").unwrap();
        insta::assert_snapshot!("html", rendered(&message).html);
    }

    /// The words of an HTML document, and its elements.
    fn read(html: &str) -> (String, Vec<String>) {
        let (mut words, mut elements) = (String::new(), Vec::new());
        for token in Tokenizer::new(html) {
            let Ok(token) = token;
            match token {
                Token::String(text) => words.push_str(&String::from_utf8_lossy(&text)),
                Token::StartTag(tag) => elements.push(String::from_utf8_lossy(&tag.name).into_owned()),
                _ => {}
            }
        }
        (words, elements)
    }

    #[test]
    fn both_forms_of_every_mail_say_the_same() {
        for (name, message) in samples::messages() {
            let rendered = rendered(&message);
            let (words, _) = read(&rendered.html);
            let footer = rendered.text.find("-- \n").unwrap();
            for line in rendered.text[..footer].lines().filter(|line| !line.is_empty()) {
                let said = line.split_once(": ").map_or(line, |(_, value)| value);
                assert!(words.contains(said.trim_end_matches(':')), "{name}: {line}");
            }
        }
    }

    #[test]
    fn no_mail_loads_or_runs_anything() {
        for (name, message) in samples::messages() {
            let (_, elements) = read(&rendered(&message).html);
            for banned in ["script", "img", "link", "iframe", "form", "style"] {
                assert!(!elements.iter().any(|element| element == banned), "{name}: {banned}");
            }
        }
    }

    #[test]
    fn every_mail_that_has_a_link_names_it_and_shows_it_twice() {
        for (name, message) in samples::messages() {
            let rendered = rendered(&message);
            assert_eq!(rendered.text.contains("?key="), rendered.link.is_some(), "{name}");
            if let Some(link) = &rendered.link {
                assert!(rendered.text.lines().any(|line| line == link), "{name}");
                assert_eq!(rendered.html.matches(link.as_str()).count(), 2, "{name}");
            }
        }
    }

    #[test]
    fn every_mail_names_the_account_and_the_instance() {
        for (name, message) in samples::messages() {
            let rendered = rendered(&message);
            assert!(name == "invitation" || rendered.text.contains("ada"), "{name}");
            assert!(rendered.subject.starts_with("[Example Registry] "), "{name}");
        }
    }

    fn key_added(name: &str) -> Message {
        let (user, at) = ("ada".parse().unwrap(), bonded_model::Timestamp::UNIX_EPOCH);
        Message::FactorAdded { user, at, client: Default::default(), factor: Factor::Key(name.to_owned()) }
    }

    #[test]
    fn header_injection_by_the_name_of_the_instance() {
        let name = "Example\r\nBcc: everybody@example.org\u{2028}x";
        let instance = Instance { name: name.to_owned(), ..samples::instance() };
        let rendered = key_added("blue").render(&instance).unwrap();
        assert_eq!(rendered.sender, "Example Bcc: everybody@example.org x");
        assert!(!rendered.subject.contains(['\r', '\n']), "{:?}", rendered.subject);
    }

    #[test]
    fn a_name_that_pretends_to_be_more_of_the_mail() {
        let name = format!("blue”\r\n\r\nSign in at https://evil.example {}", "x".repeat(100));
        let text = rendered(&key_added(&name)).text;
        assert!(!text.lines().any(|line| line.starts_with("Sign in at")), "{text}");
        assert!(!text.contains(&"x".repeat(60)) && text.contains("x…”"), "{text}");
    }

    #[test]
    fn markup_in_names() {
        let name = "<script>alert(1)</script>";
        let instance = Instance { name: "<b>&amp;".to_owned(), ..samples::instance() };
        let rendered = key_added(name).render(&instance).unwrap();
        let (words, elements) = read(&rendered.html);
        assert!(words.contains(name) && words.contains("<b>&amp;"));
        assert!(!elements.iter().any(|element| element == "script" || element == "b"));
        assert!(rendered.text.contains(name));
    }

    #[test]
    fn debug_forms_hide_links() {
        for (name, message) in samples::messages() {
            let shown = format!(
                "{message:?} {:?} {:?}",
                rendered(&message),
                Content::of(&message, &samples::instance())
            );
            assert!(!shown.contains("key="), "{name}: {shown}");
        }
    }
}

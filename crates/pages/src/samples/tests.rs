//! What must be true of every page in every state.

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{Token, Tokenizer};

use super::{HOSTILE, NONCE, all};

struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
}

impl Tag {
    fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }
}

/// The start tags of a document, and end tags with a slash before their name, as a browser understands them.
fn tags(html: &str) -> Vec<Tag> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let read = |token| match token {
        Token::StartTag(tag) => {
            let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
            Some(Tag { name: text(&tag.name), attributes: attributes.collect() })
        }
        Token::EndTag(tag) => {
            Some(Tag { name: format!("/{}", text(&tag.name)), attributes: BTreeMap::new() })
        }
        _ => None,
    };
    Tokenizer::new(html).filter_map(|Ok(token)| read(token)).collect()
}

/// Calls the check with each sample's name, text and tags.
fn each(check: impl Fn(&str, &str, &[Tag])) {
    for sample in all() {
        let html = sample.html.unwrap();
        check(sample.name, &html, &tags(&html));
    }
}

fn named<'a>(tags: &'a [Tag], name: &str) -> impl Iterator<Item = &'a Tag> {
    tags.iter().filter(move |tag| tag.name == name)
}

#[test]
fn samples_have_names_of_their_own() {
    let names: BTreeSet<&str> = all().iter().map(|sample| sample.name).collect();
    assert_eq!(names.len(), all().len());
    assert!(names.len() > 60);
}

#[test]
fn a_page_has_one_heading_a_title_and_a_language() {
    each(|page, html, tags| {
        assert_eq!(named(tags, "h1").count(), 1, "{page}");
        assert_eq!(named(tags, "main").count(), 1, "{page}");
        assert!(named(tags, "html").all(|tag| tag.get("lang") == Some("en")), "{page}");
        let (_, rest) = html.split_once("<title>").unwrap();
        let (title, _) = rest.split_once("</title>").unwrap();
        let (title, instance) = title.split_once(" · ").unwrap();
        assert!(["packages.example", "Bonded"].contains(&instance), "{page}");
        assert!(!title.is_empty(), "{page}");
    });
}

#[test]
fn ids_are_unique_and_what_refers_to_one_finds_it() {
    each(|page, _, tags| {
        let mut ids = BTreeSet::new();
        for id in tags.iter().filter_map(|tag| tag.get("id")) {
            assert!(ids.insert(id), "{page}: {id} twice");
        }
        for attribute in ["for", "aria-describedby", "aria-labelledby"] {
            for value in tags.iter().filter_map(|tag| tag.get(attribute)) {
                for id in value.split(' ') {
                    assert!(ids.contains(id), "{page}: {attribute}={id}");
                }
            }
        }
    });
}

#[test]
fn every_input_that_is_seen_has_a_label() {
    each(|page, _, tags| {
        let labels: BTreeSet<&str> = named(tags, "label").filter_map(|tag| tag.get("for")).collect();
        for input in named(tags, "input").filter(|input| input.get("type") != Some("hidden")) {
            let labelled = input.get("id").is_some_and(|id| labels.contains(id));
            assert!(labelled || input.get("aria-label").is_some(), "{page}: {:?}", input.attributes);
        }
    });
}

#[test]
fn every_form_that_posts_carries_the_csrf_token() {
    each(|page, _, tags| {
        let mut open: Option<bool> = None;
        for tag in tags {
            match tag.name.as_str() {
                "form" => {
                    assert!(tag.get("action").is_some(), "{page}: a form posts to itself, with its query");
                    open = (tag.get("method") == Some("post")).then_some(false);
                }
                "input" if tag.get("name") == Some("csrf") => {
                    assert!(tag.get("value").is_some_and(|value| !value.is_empty()), "{page}");
                    open = open.map(|_| true);
                }
                "/form" => assert_ne!(open.take(), Some(false), "{page}"),
                _ => {}
            }
        }
    });
}

#[test]
fn nothing_is_styled_or_handled_inside_a_tag_and_scripts_carry_the_nonce() {
    each(|page, _, tags| {
        for tag in tags {
            for attribute in tag.attributes.keys() {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{page}: {attribute}");
            }
            assert_ne!(tag.name, "style", "{page}");
            let loads = tag.name == "script" || tag.get("rel") == Some("stylesheet");
            assert!(!loads || tag.get("nonce") == Some(NONCE), "{page}");
        }
        assert_eq!(named(tags, "script").count(), 1, "{page}");
    });
}

#[test]
fn text_of_people_stays_text() {
    let hostile_pages = all().into_iter().filter_map(|sample| sample.html.ok());
    let escaped = hostile_pages.filter(|html| html.contains("alert(1)")).count();
    assert!(escaped > 15, "the samples try it: {escaped}");
    each(|page, html, _| assert!(!html.contains(HOSTILE) && !html.contains("<script>"), "{page}"));
}

#[test]
fn links_stay_inside_or_are_a_file_to_keep_or_what_a_publisher_says() {
    each(|page, _, tags| {
        for tag in named(tags, "a") {
            let link = tag.get("href").unwrap_or_default();
            let inside = link.starts_with('/') && !link.starts_with("//") || link.starts_with('#');
            let web = link.starts_with("https://") || link.starts_with("http://");
            let outside = web && tag.get("rel") == Some("nofollow noopener noreferrer ugc");
            assert!(inside || outside || link.starts_with("data:text/plain;"), "{page}: {link}");
        }
    });
}

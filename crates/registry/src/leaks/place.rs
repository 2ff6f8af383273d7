//! Where a token was found, as it may be kept and mailed.

use bonded_model::token::redacted;
use url::Url;

/// Longer than any URL that leads somewhere, in characters.
const MAX_URL: usize = 500;
/// Longer than any word for what a token was found in.
const MAX_SOURCE: usize = 40;

/// The URL without what may be a secret: user, password, query, fragment, and tokens of ours in its path. `None` where it
/// is no URL that people can open.
pub(super) fn cleaned(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(redacted(url.as_str()).chars().take(MAX_URL).collect())
}

/// In what a token was found, in the scanner's own word: `commit`, `issue_title`. Anything but a word is dropped.
pub(super) fn source(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let fits = (1..=MAX_SOURCE).contains(&word.len()) && word.chars().all(plain);
    if fits { word.to_owned() } else { "unknown".to_owned() }
}

#[cfg(test)]
mod tests {
    use bonded_model::Random;
    use bonded_model::token::ApiToken;

    use super::*;

    #[test]
    fn nothing_that_may_be_a_secret_is_left_of_a_url() {
        let token = ApiToken::generate(&Random::seeded(1));
        let url = format!(" https://ada:hunter2@code.example/a/{}/b?key=hunter3#hunter4", token.expose());
        assert_eq!(cleaned(&url).as_deref(), Some("https://code.example/a/bonded-[redacted]/b"));
    }

    #[test]
    fn what_leads_nowhere_is_dropped_and_what_is_endless_is_cut() {
        for bad in ["", "here", "/a/b", "javascript:alert(1)", "file:///etc/passwd", "https://"] {
            assert_eq!(cleaned(bad), None, "{bad}");
        }
        let long = format!("https://code.example/{}", "é".repeat(10_000));
        assert_eq!(cleaned(&long).map(|url| url.chars().count()), Some(MAX_URL));
    }

    #[test]
    fn a_source_is_a_word() {
        assert_eq!(source("pull_request_title"), "pull_request_title");
        for bad in ["", "two words", "<b>", "ä", &"a".repeat(41)] {
            assert_eq!(source(bad), "unknown", "{bad}");
        }
    }
}

//! Where to go on after a sign-in or a proof.

use std::borrow::Cow;

use bonded_model::token::redacted;

/// The path, if it is one of this host; otherwise the account's page. What browsers would read as another host or
/// scheme (`//evil`, `/\evil`, control characters, which they drop) is none.
pub(crate) fn local_path(next: Option<&str>) -> String {
    let next = next.unwrap_or_default();
    let local = next.starts_with('/')
        && !next[1..].starts_with(['/', '\\'])
        && next.len() <= 1_000
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        // Pages repeat it.
        && matches!(redacted(next), Cow::Borrowed(_));
    if local { next.to_owned() } else { "/account".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_host_stay() {
        for good in ["/", "/account/keys?x=1#y", "/a//b", "/login?next=//evil.example"] {
            assert_eq!(local_path(Some(good)), good);
        }
    }

    #[test]
    fn open_redirects_lead_home() {
        for evil in [
            "",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "evil.example",
            "/\t/evil.example",
            "/\r\nSet-Cookie: a=b",
            "/\u{0}",
            " //evil.example",
            "/ä",
            "/a\\b",
        ] {
            assert_eq!(local_path(Some(evil)), "/account", "{evil:?}");
        }
        assert_eq!(local_path(None), "/account");
        assert_eq!(local_path(Some(&format!("/t/bonded-{}/main", "a".repeat(49)))), "/account");
    }
}

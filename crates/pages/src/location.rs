//! Where a request came from, as a person recognises it.

/// A network address and a browser.
#[derive(Clone, Default)]
pub struct Location {
    /// The network address.
    pub address: String,
    /// The browser in words, such as "Firefox on Linux".
    pub browser: String,
}

impl Location {
    /// The location of a request with that address and that `User-Agent` header. The header is what the browser says of
    /// itself, so it serves recognition only.
    pub fn of(address: impl Into<String>, user_agent: Option<&str>) -> Self {
        Self { address: address.into(), browser: user_agent.map_or_else(unknown, browser) }
    }
}

fn unknown() -> String {
    "An unknown browser".to_owned()
}

/// The browser and the system in words. The order matters: Edge and Opera call themselves Chrome too, Chrome calls
/// itself Safari, and Android calls itself Linux.
fn browser(user_agent: &str) -> String {
    let find = |words: &[(&str, &'static str)]| {
        words.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, word)| *word)
    };
    let name = find(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(system)) => format!("An unknown browser on {system}"),
        (None, None) => unknown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_by_the_names_that_people_know() {
        let cases = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit Chrome/140.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("<script>", "An unknown browser"),
        ];
        for (user_agent, words) in cases {
            assert_eq!(Location::of("203.0.113.7", Some(user_agent)).browser, words);
        }
        assert_eq!(Location::of("203.0.113.7", None).browser, "An unknown browser");
    }
}

//! Browsers and programs by their `User-Agent`, in our own words.

/// `Firefox on Linux`, for its owner to recognize. Whatever else is in the header is not repeated.
pub(crate) fn describe(agent: &str) -> String {
    // Browsers claim to be their predecessors, so the newest names come first.
    let browser = first(
        agent,
        &[
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("Vivaldi/", "Vivaldi"),
            ("SamsungBrowser/", "Samsung Internet"),
            ("Firefox/", "Firefox"),
            ("FxiOS/", "Firefox"),
            ("CriOS/", "Chrome"),
            ("Chrome/", "Chrome"),
            ("Chromium/", "Chromium"),
            ("Safari/", "Safari"),
            ("bonded/", "bonded"),
            ("conda/", "conda"),
            ("mamba/", "mamba"),
            ("pixi/", "pixi"),
            ("pip/", "pip"),
            ("uv/", "uv"),
            ("twine/", "twine"),
            ("curl/", "curl"),
            ("python-requests/", "python-requests"),
        ],
    );
    let system = first(
        agent,
        &[
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Android", "Android"),
            ("CrOS", "ChromeOS"),
            ("Windows", "Windows"),
            ("Mac OS X", "macOS"),
            ("Linux", "Linux"),
        ],
    );
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("unknown, on {system}"),
        (None, None) => "unknown".to_owned(),
    }
}

fn first(agent: &str, names: &[(&str, &'static str)]) -> Option<&'static str> {
    names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_known_behind_their_disguises() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("twine/7.0.0 CPython/3.11.7", "twine"),
            ("conda/26.7.1 requests/2.34.2 CPython/3.11.7 Linux/6.1 debian/12", "conda on Linux"),
            ("", "unknown"),
        ] {
            assert_eq!(describe(agent), name, "{agent}");
        }
    }

    #[test]
    fn an_advertisement_in_the_header_is_not_passed_on() {
        assert_eq!(describe("Your account is at risk, go to https://evil.example"), "unknown");
    }
}

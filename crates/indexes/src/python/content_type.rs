//! Which form of a simple page a client gets (PEP 691).

/// A form of the simple API's pages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ContentType {
    /// HTML under its general name, for browsers and for clients that ask for nothing better.
    LegacyHtml,
    /// HTML under the API's own name. The bytes are those of [`ContentType::LegacyHtml`].
    Html,
    /// JSON.
    Json,
}

/// The order decides between equal qualities.
const OFFERS: [ContentType; 3] = [ContentType::LegacyHtml, ContentType::Html, ContentType::Json];

/// What a header says about one offer: how closely it names the offer, and then the quality in thousandths.
type Claim = (Closeness, u16);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Unnamed,
    AnyType,
    AnySubtype,
    Exact,
}

impl ContentType {
    /// The media type without parameters.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::LegacyHtml => "text/html",
            Self::Html => "application/vnd.pypi.simple.v1+html",
            Self::Json => "application/vnd.pypi.simple.v1+json",
        }
    }

    /// The value of the `Content-Type` header. Pages are always UTF-8; JSON needs no word about that.
    pub const fn header(self) -> &'static str {
        match self {
            Self::LegacyHtml => "text/html; charset=utf-8",
            Self::Html => "application/vnd.pypi.simple.v1+html; charset=utf-8",
            Self::Json => self.media_type(),
        }
    }

    /// The best offer for an `Accept` header (RFC 9110, section 12.5.1): for each offer the range that names it most
    /// closely counts, the best quality wins, and between equals the first of HTML, versioned HTML and JSON.
    ///
    /// Never fails: parts that are not media ranges are passed over, and whoever accepts nothing of ours gets
    /// `text/html`, as PEP 691 allows and old clients need. Allocates nothing.
    pub fn negotiate(accept: Option<&str>) -> Self {
        let mut claims = [(Closeness::Unnamed, 0); OFFERS.len()];
        for (range, quality) in
            accept.into_iter().flat_map(|header| header.split(',')).filter_map(media_range)
        {
            for (offer, claim) in OFFERS.iter().zip(&mut claims) {
                *claim = (*claim).max((closeness(range, offer.media_type()), quality));
            }
        }
        best(claims)
    }
}

fn best(claims: [Claim; OFFERS.len()]) -> ContentType {
    let mut best = (0, ContentType::LegacyHtml);
    for (offer, (closeness, quality)) in OFFERS.into_iter().zip(claims) {
        if closeness != Closeness::Unnamed && quality > best.0 {
            best = (quality, offer);
        }
    }
    best.1
}

/// One element of the header as a range and its quality. Ranges with parameters of their own name nothing that we
/// have, so they count as absent.
fn media_range(element: &str) -> Option<(&str, u16)> {
    let mut parts = element.split(';').map(str::trim);
    let range = parts.next()?;
    match parts.next() {
        None => Some((range, 1_000)),
        Some(parameter) => {
            let (name, value) = parameter.split_once('=')?;
            let quality =
                name.trim_end().eq_ignore_ascii_case("q").then(|| thousandths(value.trim_start()))??;
            Some((range, quality))
        }
    }
}

/// Reads a quality: `0` or `1` with at most three decimals, at most 1.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digit = |at: usize| decimals.as_bytes().get(at).map_or(0, |b| u16::from(b - b'0'));
    let value = u16::from(whole == "1") * 1_000 + digit(0) * 100 + digit(1) * 10 + digit(2);
    (value <= 1_000).then_some(value)
}

fn closeness(range: &str, media_type: &str) -> Closeness {
    if range.eq_ignore_ascii_case(media_type) {
        return Closeness::Exact;
    }
    let main = media_type.split('/').next().unwrap_or_default();
    match range.strip_suffix("/*") {
        Some("*") => Closeness::AnyType,
        Some(wanted) if wanted.eq_ignore_ascii_case(main) => Closeness::AnySubtype,
        _ => Closeness::Unnamed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ContentType::{Html, Json, LegacyHtml};

    fn negotiate(accept: &str) -> ContentType {
        ContentType::negotiate(Some(accept))
    }

    #[test]
    fn installers_get_json() {
        let pip = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01";
        let uv = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";
        assert_eq!([negotiate(pip), negotiate(uv)], [Json, Json]);
    }

    #[test]
    fn browsers_and_silent_clients_get_html() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
        assert_eq!([negotiate(browser), negotiate("*/*"), negotiate("")], [LegacyHtml; 3]);
        assert_eq!(ContentType::negotiate(None), LegacyHtml);
    }

    #[test]
    fn the_best_quality_wins_and_ties_go_to_the_first_offer() {
        assert_eq!(negotiate("text/html;q=0.5, application/vnd.pypi.simple.v1+html;q=0.6"), Html);
        assert_eq!(negotiate("application/vnd.pypi.simple.v1+json, text/html"), LegacyHtml);
        assert_eq!(
            negotiate("application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html"),
            Html
        );
        assert_eq!(negotiate("text/html;q=0.999, application/vnd.pypi.simple.v1+json;q=1.000"), Json);
    }

    #[test]
    fn the_closest_range_decides_about_an_offer() {
        assert_eq!(negotiate("application/*"), Html);
        assert_eq!(negotiate("application/*, application/vnd.pypi.simple.v1+html;q=0"), Json);
        assert_eq!(negotiate("*/*, text/html;q=0.1, application/vnd.pypi.simple.v1+html;q=0.2"), Json);
        assert_eq!(negotiate("text/*;q=0.9, */*;q=0.1"), LegacyHtml);
        assert_eq!(negotiate("*/*;q=0.9, text/html;q=0"), Html);
    }

    #[test]
    fn case_and_spaces_do_not_matter() {
        assert_eq!(negotiate(" Application/Vnd.PyPI.Simple.v1+JSON ;\tQ = 0.3 "), Json);
    }

    #[test]
    fn whoever_accepts_nothing_of_ours_gets_html() {
        for accept in ["image/png", "application/json", "application/vnd.pypi.simple.v2+json", "*/*;q=0"] {
            assert_eq!(negotiate(accept), LegacyHtml, "{accept}");
        }
    }

    #[test]
    fn garbage_counts_as_absent() {
        let json = ContentType::Json.media_type();
        for garbage in ["q=1", ";;;", "/", "*", "text/html;q=2", "text/html;q=1.001", "text/html;q=0.1234"] {
            assert_eq!(negotiate(&format!("{garbage}, {json};q=0.001")), Json, "{garbage}");
        }
        for garbage in
            ["text/html;q=-1", "text/html;q=é", "text/html;q=", "text/html;level=1", "text/htmlé", "é/*"]
        {
            assert_eq!(negotiate(&format!("{garbage}, {json};q=0.001")), Json, "{garbage}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_fail(accept in ".{0,80}") {
            negotiate(&accept);
        }

        #[test]
        fn header_like_garbage_does_not_either(accept in "[*/;,=q.019 a-z]{0,80}") {
            negotiate(&accept);
        }
    }
}

//! The two cookies: the browser's secret, and that of a remembered browser.

use bonded_model::secret::Secret;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// How long a remembered browser keeps its cookie, in seconds: a year.
const REMEMBERED: u32 = 365 * 24 * 60 * 60;

/// The names of the cookies. By TLS they are bound to this very host (`__Host-`, RFC 6265bis); plain HTTP, as on a
/// laptop, cannot have that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cookies {
    secure: bool,
}

impl Cookies {
    pub(super) const fn new(secure: bool) -> Self {
        Self { secure }
    }

    const fn browser_name(self) -> &'static str {
        if self.secure { "__Host-bonded" } else { "bonded" }
    }

    const fn device_name(self) -> &'static str {
        if self.secure { "__Host-bonded-device" } else { "bonded-device" }
    }

    /// The browser's secret, if it sent one.
    pub(super) fn browser(self, headers: &HeaderMap) -> Option<Secret> {
        find(headers, self.browser_name())
    }

    /// The secret of a remembered browser, if it sent one.
    pub(super) fn device(self, headers: &HeaderMap) -> Option<Secret> {
        find(headers, self.device_name())
    }

    /// Gives the browser its secret, until it is closed.
    pub(super) fn set_browser(self, secret: &Secret) -> Option<HeaderValue> {
        self.set(self.browser_name(), secret, "")
    }

    /// Remembers the browser.
    pub(super) fn set_device(self, secret: &Secret) -> Option<HeaderValue> {
        self.set(self.device_name(), secret, &format!("; Max-Age={REMEMBERED}"))
    }

    fn set(self, name: &str, secret: &Secret, life: &str) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{name}={}; Path=/; HttpOnly; SameSite=Lax{secure}{life}", *secret.expose());
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// A cookie that came twice is taken for none: somebody has put one beside ours.
fn find(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(found, _)| *found == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => value.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bonded_model::Random;

    use super::*;

    fn sent(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, text.parse().unwrap())])
    }

    #[test]
    fn a_browser_gets_back_what_it_was_given() {
        let secret = Secret::generate(&Random::seeded(1));
        for cookies in [Cookies::new(true), Cookies::new(false)] {
            let set = cookies.set_browser(&secret).unwrap();
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            assert!(cookies.browser(&sent(&format!("a=b; {pair}"))).unwrap() == secret);
            assert!(
                cookies.browser(&sent(&format!("{pair}; {pair}"))).is_none(),
                "a second cookie beside ours"
            );
            assert!(cookies.device(&sent(&pair)).is_none());
        }
    }

    #[test]
    fn by_tls_cookies_belong_to_this_host_alone() {
        let set = Cookies::new(true).set_browser(&Secret::generate(&Random::seeded(1))).unwrap();
        let text = set.to_str().unwrap();
        assert!(text.starts_with("__Host-bonded="));
        assert!(text.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
    }
}

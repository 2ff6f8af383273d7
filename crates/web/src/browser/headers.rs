//! The headers of pages.

use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderValue};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What a page may do. Everything is forbidden but:
/// - `style-src` and `script-src`: the elements of our templates, which alone know the nonce;
/// - `img-src 'self'`: the icon;
/// - `connect-src 'self'`: the script sends the answers of security keys;
/// - `form-action 'self'`: forms go to this host only.
fn content_policy(nonce: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ))
    .ok()
}

/// Sets what every page carries. Nobody but the browser that asked may keep it, and not even that one.
pub(crate) fn secure(headers: &mut HeaderMap, nonce: &str) {
    if let Some(policy) = content_policy(nonce) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        PERMISSIONS_POLICY,
        HeaderValue::from_static(
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), \
             publickey-credentials-create=(self), publickey-credentials-get=(self)",
        ),
    );
}

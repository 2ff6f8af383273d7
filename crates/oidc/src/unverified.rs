//! Identity tokens before anything of them is believed (RFC 7515, compact serialization).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::json::Object;

/// Bytes of the longest token that is read; those of CI providers have two or three thousand.
const MAX_TOKEN: usize = 16 * 1024;
/// Bytes of the longest claim `iss` that anything is looked up by.
const MAX_ISSUER: usize = 512;

/// A token that was taken apart and nothing more. It shows only what is needed to find the keys to verify it with.
pub struct Unverified<'a> {
    /// What is signed: header and claims as they stand in the token.
    pub(crate) signed: &'a str,
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) signature: Vec<u8>,
}

/// It is no token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Malformed {
    /// Longer than 16 KiB.
    #[error("malformed JWT: it is longer than 16 KiB")]
    TooLong,
    /// Not three parts of base64url with JSON objects in the first two.
    #[error(
        "malformed JWT: it is not three parts in base64url, separated by dots, of which two are JSON objects"
    )]
    Form,
    /// The claim `iss` is missing or no text.
    #[error("malformed JWT: it has no claim iss")]
    NoIssuer,
    /// The claim `iss` is no URL that anybody could have added: too long, or with control characters. PostgreSQL takes no NUL.
    #[error("malformed JWT: its claim iss is too long or has control characters")]
    Issuer,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// It is no token, or says nothing of who issued it.
    pub fn parse(token: &'a str) -> Result<Self, Malformed> {
        if token.len() > MAX_TOKEN {
            return Err(Malformed::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Malformed::Form)?;
        let (header, claims) = signed.split_once('.').ok_or(Malformed::Form)?;
        let unverified =
            Self { signed, header: object(header)?, claims: object(claims)?, signature: bytes(signature)? };
        match unverified.claims.get("iss") {
            Some(Value::String(issuer))
                if issuer.len() > MAX_ISSUER || issuer.chars().any(char::is_control) =>
            {
                Err(Malformed::Issuer)
            }
            Some(Value::String(_)) => Ok(unverified),
            _ => Err(Malformed::NoIssuer),
        }
    }

    /// Who it says issued it.
    pub fn issuer(&self) -> &str {
        self.claims.get("iss").and_then(Value::as_str).unwrap_or_default()
    }

    /// By which key it says to be signed.
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }
}

impl std::fmt::Debug for Unverified<'_> {
    /// A token is a secret as long as it lives.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unverified").field("issuer", &self.issuer()).field("key_id", &self.key_id()).finish()
    }
}

fn bytes(part: &str) -> Result<Vec<u8>, Malformed> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Malformed::Form)
}

fn object(part: &str) -> Result<Map<String, Value>, Malformed> {
    serde_json::from_slice::<Object>(&bytes(part)?).map(|object| object.0).map_err(|_| Malformed::Form)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn only_issuer_and_key_show() {
        let token =
            token(r#"{"alg":"RS256","kid":"k1"}"#, r#"{"iss":"https://issuer.example","sub":"somebody"}"#);
        let unverified = Unverified::parse(&token).unwrap();
        assert_eq!((unverified.issuer(), unverified.key_id()), ("https://issuer.example", Some("k1")));
        let shown = format!("{unverified:?}");
        assert!(!shown.contains("somebody") && !shown.contains("c2ln"), "{shown}");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for bad in
            ["", ".", "..", "a.b", "a.b.c", "e30.e30", "e30.e30.", "e30.e30.c2ln.c2ln", "e30=.e30=.c2ln"]
        {
            assert!(Unverified::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Unverified::parse(&token("{}", "{}")).unwrap_err(), Malformed::NoIssuer);
        assert_eq!(Unverified::parse(&token("{}", r#"{"iss":["a"]}"#)).unwrap_err(), Malformed::NoIssuer);
        let long = format!(r#"{{"iss":"{}"}}"#, "a".repeat(MAX_ISSUER + 1));
        assert_eq!(Unverified::parse(&token("{}", &long)).unwrap_err(), Malformed::Issuer);
        for control in [r"\u0000", r"a\u0000b", r"\n", r"\u0085"] {
            let claims = format!(r#"{{"iss":"{control}"}}"#);
            assert_eq!(Unverified::parse(&token("{}", &claims)).unwrap_err(), Malformed::Issuer, "{control}");
        }
        assert_eq!(Unverified::parse(&token("{}", r#"{"iss":"a","iss":"b"}"#)).unwrap_err(), Malformed::Form);
        assert_eq!(Unverified::parse(&token("[]", r#"{"iss":"a"}"#)).unwrap_err(), Malformed::Form);
        assert_eq!(Unverified::parse(&"a".repeat(MAX_TOKEN + 1)).unwrap_err(), Malformed::TooLong);
        let deep = format!(r#"{{"iss":{}"#, "[".repeat(8_000));
        assert_eq!(Unverified::parse(&token("{}", &deep)).unwrap_err(), Malformed::Form);
    }

    proptest! {
        #[test]
        fn no_text_panics(header in ".{0,64}", claims in ".{0,256}", raw in ".{0,256}") {
            let _ = Unverified::parse(&token(&header, &claims));
            let _ = Unverified::parse(&raw);
        }
    }
}

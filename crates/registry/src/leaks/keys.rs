//! The keys of secret scanners, as GitHub publishes its own, and what they sign: ECDSA on P-256 with SHA-256 over the raw
//! body, in DER and base64.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use serde::Deserialize;

/// The keys whose reports are believed, by their identifiers. Keys that are not current are among them: a report may have
/// been on its way while the scanner changed its key. Take a key out of the file to stop believing it.
#[derive(Clone, Debug)]
pub struct ScannerKeys(HashMap<String, VerifyingKey>);

/// Why a file with the keys of scanners is not taken.
#[derive(Debug, thiserror::Error)]
pub enum InvalidScannerKeys {
    /// Not the JSON that is expected.
    #[error(
        "it is not the JSON that is expected, {{\"public_keys\": [{{\"key_identifier\": …, \"key\": …}}]}}, at line {line}, \
         column {column}"
    )]
    Form {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A key is no key, or one of another kind.
    #[error("the key '{0}' is no P-256 public key in PEM (-----BEGIN PUBLIC KEY-----)")]
    Key(String),
    /// There are none.
    #[error("it holds no keys")]
    Empty,
}

#[derive(Deserialize)]
struct File {
    public_keys: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    key_identifier: String,
    key: String,
}

impl ScannerKeys {
    /// Reads keys in the form in which GitHub publishes them.
    ///
    /// # Errors
    /// Another form, a key of another kind, or none at all.
    pub fn from_json(bytes: &[u8]) -> Result<Self, InvalidScannerKeys> {
        let file: File = serde_json::from_slice(bytes)
            .map_err(|error| InvalidScannerKeys::Form { line: error.line(), column: error.column() })?;
        let key = |listed: Listed| match VerifyingKey::from_public_key_pem(listed.key.trim()) {
            Ok(key) => Ok((listed.key_identifier, key)),
            Err(_) => Err(InvalidScannerKeys::Key(listed.key_identifier)),
        };
        let keys: HashMap<_, _> = file.public_keys.into_iter().map(key).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(InvalidScannerKeys::Empty) } else { Ok(Self(keys)) }
    }

    /// Whether the key of this identifier signed `body`.
    pub(super) fn verify(&self, identifier: &str, signature: &str, body: &[u8]) -> bool {
        let Some(key) = self.0.get(identifier) else { return false };
        let signature = STANDARD.decode(signature).ok().and_then(|der| Signature::from_der(&der).ok());
        signature.is_some_and(|signature| key.verify(body, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of GitHub's documentation of its partner program, and its key.
    const IDENTIFIER: &str = "bcb53661c06b4728e59d897fb6165d5c9cda0fd9cdf9d09ead458168deb7518c";
    const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGMWO8XgCamYKMJS6jc/qgvSlAd\n\
                       AjPuDPRcXU22YxgBrz+zoN19MzuRyW87qEt9/AmtoNP5GrobzUvQSyJFVw==\n-----END PUBLIC KEY-----\n";
    const SIGNATURE: &str =
        "MEQCIQDaMKqrGnE27S0kgMrEK0eYBmyG0LeZismAEz/BgZyt7AIfXt9fErtRS4XaeSt/AO1RtBY66YcAdjxji410VQV4xg==";
    const BODY: &[u8] =
        br#"[{"source":"commit","token":"some_token","type":"some_type","url":"https://example.com/base-repo-url/"}]"#;

    fn file(key: &str) -> String {
        serde_json::json!({ "public_keys": [
            { "key_identifier": IDENTIFIER, "key": key, "is_current": true },
            { "key_identifier": "other", "key": KEY, "is_current": false },
        ]})
        .to_string()
    }

    #[test]
    fn the_documented_example_is_believed() {
        let keys = ScannerKeys::from_json(file(KEY).as_bytes()).unwrap();
        assert!(keys.verify(IDENTIFIER, SIGNATURE, BODY));
    }

    #[test]
    fn nothing_else_is_believed() {
        let keys = ScannerKeys::from_json(file(KEY.trim_end()).as_bytes()).unwrap();
        let spaced = [BODY, b" "].concat();
        let point = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGM";
        for (attack, identifier, signature, body) in [
            ("an unknown key", "nobody", SIGNATURE, BODY),
            ("no key", "", SIGNATURE, BODY),
            ("another body", IDENTIFIER, SIGNATURE, &spaced[..]),
            ("no body", IDENTIFIER, SIGNATURE, b""),
            ("no signature", IDENTIFIER, "", BODY),
            ("no base64", IDENTIFIER, "!", BODY),
            ("no DER", IDENTIFIER, point, BODY),
            // r = s = 0, which some implementations of ECDSA took for valid on everything.
            ("zeros", IDENTIFIER, "MAYCAQACAQA=", BODY),
        ] {
            assert!(!keys.verify(identifier, signature, body), "{attack}");
        }
    }

    #[test]
    fn a_file_that_is_not_understood_is_refused() {
        let text = |bytes: &str| ScannerKeys::from_json(bytes.as_bytes()).unwrap_err().to_string();
        assert!(text("{}").contains("line 1"));
        assert!(text("[]").contains("public_keys"));
        assert!(text(r#"{"public_keys": []}"#).contains("no keys"));
        assert!(text(&file("-----BEGIN PUBLIC KEY-----")).contains(IDENTIFIER));
        let ed25519 = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
                       -----END PUBLIC KEY-----";
        assert!(text(&file(ed25519)).contains("P-256"));
    }
}

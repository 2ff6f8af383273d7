//! Any text as an identity token, as the key set of an issuer, and as the configuration of a publisher. No token that the
//! fuzzer finds may be believed, for it has no key; and what is accepted as a configuration must say the same in each form.
#![no_main]

use bonded_model::{Random, Timestamp};
use bonded_model::ids::IssuerId;
use bonded_model::publishing::{Algorithm, Issuer, Provider};
use bonded_oidc::{Keys, PublisherConfig, Unverified, verify};
use libfuzzer_sys::fuzz_target;

/// A key whose private half nobody has any more: the example of RFC 7515, appendix A.3, with an identifier.
const KEYS: &str = r#"{"keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "x":
"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = Keys::parse(text);
    if let Ok(config) = PublisherConfig::from_json(text) {
        assert_eq!(PublisherConfig::from_json(&config.to_json()).as_ref(), Ok(&config));
        assert_eq!(PublisherConfig::from_fields(config.provider(), &config.to_fields()).as_ref(), Ok(&config));
        let _ = (config.lookup(), config.describe(), config.warnings());
    }
    if let Ok(token) = Unverified::parse(text) {
        let keys = Keys::parse(KEYS).expect("a key set");
        assert!(verify(&token, &keys, &issuer(token.issuer()), "registry.example", Timestamp::UNIX_EPOCH).is_err());
    }
});

fn issuer(url: &str) -> Issuer {
    let now = Timestamp::UNIX_EPOCH;
    Issuer {
        id: IssuerId::generate(now, &Random::seeded(1)),
        url: url.into(),
        provider: Provider::GitHub,
        name: String::new(),
        enabled: true,
        algorithm: Algorithm::Es256,
        private_network: false,
        server: None,
        created_at: now,
    }
}

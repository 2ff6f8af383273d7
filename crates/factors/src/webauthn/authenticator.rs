//! A security key in software, for tests: ES256, no attestation. What it says can be bent to play attacks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

pub(super) struct Authenticator {
    /// The site that the browser is on.
    pub origin: &'static str,
    /// The id that the browser lets that site use.
    pub rp_id: &'static str,
    /// Somebody touches it.
    pub present: bool,
    /// Somebody gives a fingerprint.
    pub verifies: bool,
    /// It tells the account that the credential was made for.
    pub gives_handle: bool,
    /// The page is in a frame of another site.
    pub cross_origin: bool,
    /// The type in the client data, if it is not the right one.
    pub ceremony: Option<&'static str>,
    /// What each use adds to the counter.
    pub counts_by: u32,
    pub credentials: Vec<Credential>,
}

pub(super) struct Credential {
    pub id: Vec<u8>,
    pub handle: Vec<u8>,
    pub counter: u32,
    key: SigningKey,
}

impl Authenticator {
    pub(super) fn new() -> Self {
        Self {
            origin: "https://packages.example.org",
            rp_id: "packages.example.org",
            present: true,
            verifies: true,
            gives_handle: true,
            cross_origin: false,
            ceremony: None,
            counts_by: 1,
            credentials: Vec::new(),
        }
    }

    /// `navigator.credentials.create()`. The seed tells keys apart.
    pub(super) fn create(&mut self, options: &str, seed: u8) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let credential = Credential {
            id: vec![seed; 32],
            handle: BASE64.decode(options["user"]["id"].as_str().unwrap()).unwrap(),
            counter: 0,
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
        };
        let auth_data = [self.auth_data(ATTESTED, 0), attested(&credential)].concat();
        let client_data = self.client_data("webauthn.create", &options);
        let id = BASE64.encode(&credential.id);
        self.credentials.push(credential);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "cross-platform",
            "response": {
                "clientDataJSON": BASE64.encode(client_data),
                "attestationObject": BASE64.encode(attestation_object(&auth_data)),
                "transports": ["usb", "smart-card"],
            },
            "clientExtensionResults": { "credProps": { "rk": true } },
        })
        .to_string()
    }

    /// `navigator.credentials.get()` with the first credential that is allowed.
    pub(super) fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let allowed = options["allowCredentials"].as_array().cloned().unwrap_or_default();
        let place = self.credentials.iter().position(|credential| {
            allowed.is_empty() || allowed.iter().any(|one| one["id"] == BASE64.encode(&credential.id))
        });
        self.get_with(&options, place.unwrap())
    }

    /// `navigator.credentials.get()` with whichever credential, allowed or not.
    pub(super) fn get_with(&mut self, options: &Value, place: usize) -> String {
        let counts_by = self.counts_by;
        let counter = &mut self.credentials[place].counter;
        *counter += counts_by;
        let auth_data = self.auth_data(0, self.credentials[place].counter);
        let client_data = self.client_data("webauthn.get", options);
        let credential = &self.credentials[place];
        let signed = [auth_data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = credential.key.sign(&signed);
        let id = BASE64.encode(&credential.id);
        let mut response = json!({
            "clientDataJSON": BASE64.encode(client_data),
            "authenticatorData": BASE64.encode(auth_data),
            "signature": BASE64.encode(signature.to_der()),
        });
        if self.gives_handle {
            response["userHandle"] = BASE64.encode(&credential.handle).into();
        }
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
            .to_string()
    }

    fn client_data(&self, ceremony: &str, options: &Value) -> Vec<u8> {
        let ceremony = self.ceremony.unwrap_or(ceremony);
        let challenge = &options["challenge"];
        json!({ "type": ceremony, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin })
            .to_string()
            .into_bytes()
    }

    fn auth_data(&self, flags: u8, counter: u32) -> Vec<u8> {
        let present = if self.present { PRESENT } else { 0 };
        let verified = if self.verifies { VERIFIED } else { 0 };
        let hash = Sha256::digest(self.rp_id);
        [hash.as_slice(), &[flags | present | verified], &counter.to_be_bytes()].concat()
    }
}

/// The attested credential data: AAGUID, credential id and the public key in COSE (RFC 9053).
fn attested(credential: &Credential) -> Vec<u8> {
    let point = credential.key.verifying_key().to_sec1_point(false);
    let (x, y) = (&point.as_bytes()[1..33], &point.as_bytes()[33..]);
    let length = u16::try_from(credential.id.len()).unwrap().to_be_bytes();
    // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
    let (before_x, before_y) = ([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], [0x22, 0x58, 32]);
    [&[0; 16], length.as_slice(), &credential.id, &before_x, x, &before_y, y].concat()
}

/// `{"fmt": "none", "attStmt": {}, "authData": …}` in CBOR.
fn attestation_object(auth_data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(auth_data.len()).unwrap();
    [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".as_slice(), &[length], auth_data].concat()
}

//! A Sigstore of one's own, for tests: it makes certificates, log entries and bundles that verify under its trusted
//! root, for any identity and about any file. The real one signs only for real runs.

mod certificate;
mod der;
mod entry;
mod identity;
mod key;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bonded_model::{Sha256, Timestamp};
use serde_json::{Value, json};

pub use identity::Identity;
use key::Key;

use crate::Predicate;

/// A certificate authority, a log of certificates and a log of signatures, with new keys.
pub struct TestSigstore {
    authority: Key,
    certificates: Key,
    log: Key,
}

/// What is wrong on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// The certificate was not logged.
    NoSct,
    /// The certificate log's signature is over another certificate.
    ForeignSct,
    /// The certificate is not for signing code.
    NotForCode,
    /// The log's time lies an hour after the end of the certificate.
    LoggedTooLate,
    /// The log's time lies an hour before the certificate began.
    LoggedTooEarly,
    /// The envelope is signed by another key than the certificate's.
    ForeignKey,
    /// The envelope is signed as one of another payload type, and says so.
    ForeignPayloadType,
    /// The signed entry timestamp is by another key than the log's.
    ForeignPromise,
    /// The checkpoint is by another log.
    ForeignCheckpoint,
    /// The whole entry is by another log.
    ForeignLog,
}

impl TestSigstore {
    /// New keys.
    #[expect(clippy::new_without_default, reason = "it generates keys")]
    pub fn new() -> Self {
        Self { authority: Key::generate(), certificates: Key::generate(), log: Key::generate() }
    }

    /// The trusted root, as a `trusted_root.json`.
    pub fn trusted_root(&self) -> String {
        let valid = json!({"start": "2020-01-01T00:00:00Z"});
        let log = |url: &str, key: &Key| {
            json!([{
                "baseUrl": url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": STANDARD.encode(key.spki()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": valid,
                },
                "logId": {"keyId": STANDARD.encode(key.id())},
            }])
        };
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": log("https://log.test", &self.log),
            "certificateAuthorities": [{
                "subject": {"organization": "test", "commonName": certificate::AUTHORITY},
                "uri": "https://authority.test",
                "certChain": {"certificates": [{"rawBytes": STANDARD.encode(certificate::authority(&self.authority))}]},
                "validFor": valid,
            }],
            "ctlogs": log("https://certificates.test", &self.certificates),
            "timestampAuthorities": [],
        })
        .to_string()
    }

    /// A bundle of version 0.3 that signs `statement`.
    pub fn bundle(&self, identity: &Identity, statement: &str, at: Timestamp) -> Value {
        self.flawed(identity, statement, at, Flaw::None)
    }

    /// The same, with something wrong in it.
    pub fn flawed(&self, identity: &Identity, statement: &str, at: Timestamp, flaw: Flaw) -> Value {
        let key = Key::generate();
        let certificate = certificate::leaf(&self.authority, &self.certificates, &key, identity, at, flaw);
        let signer = if flaw == Flaw::ForeignKey { Key::generate() } else { key };
        let kind = if flaw == Flaw::ForeignPayloadType { "application/json" } else { entry::PAYLOAD_TYPE };
        let signature = signer.sign(&entry::envelope(kind, statement.as_bytes()));
        let logs = self.logs(flaw);
        let entry = entry::logged(logs, statement.as_bytes(), &signature, &certificate, logged_at(at, flaw));
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": {"rawBytes": STANDARD.encode(&certificate)},
                "tlogEntries": [entry],
            },
            "dsseEnvelope": {
                "payload": STANDARD.encode(statement),
                "payloadType": kind,
                "signatures": [{"sig": STANDARD.encode(signature)}],
            },
        })
    }

    /// Whose keys sign what of an entry. A key of the certificates' log is one that no log of signatures has.
    const fn logs(&self, flaw: Flaw) -> entry::Logs<'_> {
        let (log, other) = (&self.log, &self.certificates);
        match flaw {
            Flaw::ForeignPromise => entry::Logs { named: log, promise: other, checkpoint: log },
            Flaw::ForeignCheckpoint => entry::Logs { named: log, promise: log, checkpoint: other },
            Flaw::ForeignLog => entry::Logs { named: other, promise: other, checkpoint: other },
            _ => entry::Logs { named: log, promise: log, checkpoint: log },
        }
    }

    /// A bundle as CEP 27 has it.
    pub fn conda(
        &self,
        identity: &Identity,
        file: &str,
        sha256: Sha256,
        channel: Option<&str>,
        at: Timestamp,
    ) -> String {
        let predicate = Predicate::CondaPublish { target_channel: None }.uri();
        let content = channel.map_or(json!({}), |url| json!({"targetChannel": url}));
        self.bundle(identity, &statement(file, sha256, predicate, &content), at).to_string()
    }

    /// An attestation of a publication, as PEP 740 has it.
    pub fn python(&self, identity: &Identity, file: &str, sha256: Sha256, at: Timestamp) -> String {
        let statement = statement(file, sha256, Predicate::PythonPublish.uri(), &Value::Null);
        attestation(&self.bundle(identity, &statement, at)).to_string()
    }

    /// An attestation of a provenance, as PEP 740 has it.
    pub fn provenance(&self, identity: &Identity, file: &str, sha256: Sha256, at: Timestamp) -> String {
        let statement =
            statement(file, sha256, Predicate::SlsaProvenance.uri(), &json!({"buildDefinition": {}}));
        attestation(&self.bundle(identity, &statement, at)).to_string()
    }
}

/// An in-toto statement about one file.
pub fn statement(file: &str, sha256: Sha256, predicate_type: &str, predicate: &Value) -> String {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": file, "digest": {"sha256": sha256}}],
        "predicateType": predicate_type,
        "predicate": predicate,
    })
    .to_string()
}

/// The attestation object of PEP 740 that says what a bundle says.
pub fn attestation(bundle: &Value) -> Value {
    json!({
        "version": 1,
        "verification_material": {
            "certificate": bundle["verificationMaterial"]["certificate"]["rawBytes"],
            "transparency_entries": bundle["verificationMaterial"]["tlogEntries"],
        },
        "envelope": {
            "statement": bundle["dsseEnvelope"]["payload"],
            "signature": bundle["dsseEnvelope"]["signatures"][0]["sig"],
        },
    })
}

fn logged_at(at: Timestamp, flaw: Flaw) -> Timestamp {
    match flaw {
        Flaw::LoggedTooLate => at + chrono::Duration::hours(1),
        Flaw::LoggedTooEarly => at - chrono::Duration::hours(1),
        _ => at,
    }
}

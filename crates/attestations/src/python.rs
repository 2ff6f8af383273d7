//! The form of PEP 740: attestation objects, version 1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use sigstore_verify::types::bundle::{CertificateContent, VerificationMaterialContent};
use sigstore_verify::types::{
    Bundle, DerCertificate, DsseEnvelope, DsseSignature, KeyId, MediaType, PayloadBytes, SignatureBytes,
    SignatureContent, TransparencyLogEntry, VerificationMaterial,
};

use crate::statement::{PAYLOAD_TYPE, Statement};
use crate::{Predicate, Refused, filename, json};

const ACCEPTED: &str = "https://docs.pypi.org/attestations/publish/v1 and https://slsa.dev/provenance/v1";

#[derive(Deserialize)]
struct Attestation {
    version: u64,
    verification_material: Material,
    envelope: Envelope,
}

#[derive(Deserialize)]
struct Material {
    certificate: String,
    transparency_entries: Vec<TransparencyLogEntry>,
}

#[derive(Deserialize)]
struct Envelope {
    statement: String,
    signature: String,
}

/// The bundle that an attestation object is another spelling of. It never has timestamps of an authority: the format
/// has no place for them.
pub(crate) fn read(text: &str) -> Result<Bundle, Refused> {
    json::check_unique(text.as_bytes()).map_err(Refused::form)?;
    let attestation: Attestation = serde_json::from_str(text).map_err(Refused::form)?;
    if attestation.version != 1 {
        return Err(Refused::Form(format!("its version is {}, not 1", attestation.version)));
    }
    let Material { certificate, transparency_entries } = attestation.verification_material;
    let certificate = DerCertificate::new(decode("certificate", &certificate)?);
    let material = VerificationMaterial::new(VerificationMaterialContent::Certificate(
        CertificateContent::new(certificate),
    ))
    .with_tlog_entries(transparency_entries);
    let statement = PayloadBytes::new(decode("statement", &attestation.envelope.statement)?);
    let signature = SignatureBytes::new(decode("signature", &attestation.envelope.signature)?);
    let envelope =
        DsseEnvelope::new(PAYLOAD_TYPE, statement, DsseSignature::new(signature, KeyId::default()));
    Ok(Bundle::new(MediaType::Bundle0_3, material, SignatureContent::DsseEnvelope(envelope)))
}

/// Base64, in lines or not: Python's encoder breaks them.
fn decode(what: &'static str, text: &str) -> Result<Vec<u8>, Refused> {
    let text: String = text.chars().filter(|c| *c != '\n').collect();
    STANDARD.decode(text).map_err(|error| Refused::Form(format!("{what}: {error}")))
}

/// What the statement says, if it is one of the two that Python files have.
pub(crate) fn predicate(statement: &Statement) -> Result<Predicate, Refused> {
    let predicate = match statement.predicate_type.as_str() {
        uri if uri == Predicate::PythonPublish.uri() => Predicate::PythonPublish,
        uri if uri == Predicate::SlsaProvenance.uri() => Predicate::SlsaProvenance,
        other => return Err(Refused::PredicateType(other.chars().take(200).collect(), ACCEPTED)),
    };
    match (&predicate, &statement.predicate) {
        (Predicate::PythonPublish, Value::Null) | (Predicate::SlsaProvenance, Value::Object(_)) => {
            Ok(predicate)
        }
        (Predicate::PythonPublish, Value::Object(object)) if object.is_empty() => Ok(predicate),
        (Predicate::PythonPublish, _) => Err(Refused::Predicate("that of a publication is empty".into())),
        _ => Err(Refused::Predicate("that of a provenance is an object".into())),
    }
}

/// Whether two spellings name one distribution.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    matches!((filename::parse(a), filename::parse(b)), (Some(a), Some(b)) if a == b)
}

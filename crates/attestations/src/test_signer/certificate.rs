//! Certificates: that of the authority, and those for ten minutes.

use bonded_model::Timestamp;
use chrono::{DateTime, Duration};

use super::key::{Key, sha256};
use super::{Flaw, Identity, der};

pub(super) const AUTHORITY: &str = "test authority";

/// The authority's own certificate.
pub(super) fn authority(key: &Key) -> Vec<u8> {
    let (start, end) =
        (DateTime::from_timestamp(1_577_836_800, 0), DateTime::from_timestamp(2_208_988_800, 0));
    let extensions = [
        der::extension(der::BASIC_CONSTRAINTS, true, &der::sequence(&[der::truth()])),
        // keyCertSign and cRLSign.
        der::extension(der::KEY_USAGE, true, &der::tagged(0x03, &[1, 0x06])),
    ];
    let validity = der::sequence(&[der::time(start.unwrap_or_default()), der::time(end.unwrap_or_default())]);
    sign(key, &tbs(validity, name(), &key.spki(), &extensions))
}

/// The certificate of one signature.
pub(super) fn leaf(
    authority: &Key,
    log: &Key,
    key: &Key,
    identity: &Identity,
    at: Timestamp,
    flaw: Flaw,
) -> Vec<u8> {
    let validity = der::sequence(&[der::time(at), der::time(at + Duration::minutes(10))]);
    let mut extensions = extensions(identity, flaw);
    let to_be_signed =
        |extensions: &[Vec<u8>]| tbs(validity.clone(), der::sequence(&[]), &key.spki(), extensions);
    if flaw != Flaw::NoSct {
        let logged = match flaw {
            Flaw::ForeignSct => to_be_signed(&extensions[1..]),
            _ => to_be_signed(&extensions),
        };
        extensions.push(sct(authority, log, &logged, at));
    }
    sign(authority, &to_be_signed(&extensions))
}

fn extensions(identity: &Identity, flaw: Flaw) -> Vec<Vec<u8>> {
    let usage = if flaw == Flaw::NotForCode { der::EMAIL_PROTECTION } else { der::CODE_SIGNING };
    let kind = if identity.subject.contains('/') { 0x86 } else { 0x81 };
    let subject = der::sequence(&[der::tagged(kind, identity.subject.as_bytes())]);
    let claim = |number: u8, text: &str| der::extension(&der::claim(number), false, &der::utf8(text));
    let mut extensions = vec![
        // digitalSignature.
        der::extension(der::KEY_USAGE, true, &der::tagged(0x03, &[7, 0x80])),
        der::extension(der::EXTENDED_KEY_USAGE, false, &der::sequence(&[der::oid(usage)])),
        der::extension(der::SUBJECT_ALT_NAME, true, &subject),
        // The issuer, in its old and in its new extension.
        der::extension(&der::claim(1), false, identity.issuer.as_bytes()),
        claim(8, &identity.issuer),
    ];
    extensions.extend(identity.claims.iter().map(|(number, text)| claim(*number, text)));
    extensions
}

fn tbs(validity: Vec<u8>, subject: Vec<u8>, spki: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let serial = der::integer(&sha256(spki)[..16]);
    let extensions = der::tagged(0xa3, &der::sequence(extensions));
    let version = der::tagged(0xa0, &[0x02, 0x01, 0x02]);
    der::sequence(&[version, serial, algorithm(), name(), validity, subject, spki.to_vec(), extensions])
}

fn name() -> Vec<u8> {
    der::sequence(&[der::set(&[der::sequence(&[der::oid(der::COMMON_NAME), der::utf8(AUTHORITY)])])])
}

fn algorithm() -> Vec<u8> {
    der::sequence(&[der::oid(der::ECDSA_SHA256)])
}

fn sign(authority: &Key, tbs: &[u8]) -> Vec<u8> {
    der::sequence(&[tbs.to_vec(), algorithm(), der::bits(&authority.sign(tbs))])
}

/// The list of one signed certificate timestamp (RFC 6962), as an extension.
fn sct(authority: &Key, log: &Key, tbs: &[u8], at: Timestamp) -> Vec<u8> {
    let millis = at.timestamp_millis().unsigned_abs().to_be_bytes();
    // Version 1, a certificate timestamp; the time; a precertificate; no extensions.
    let mut signed = vec![0, 0];
    signed.extend_from_slice(&millis);
    signed.extend_from_slice(&[0, 1]);
    signed.extend_from_slice(&sha256(&authority.spki()));
    signed.extend_from_slice(&tbs.len().to_be_bytes()[5..]);
    signed.extend_from_slice(tbs);
    signed.extend_from_slice(&[0, 0]);
    // ECDSA with SHA-256.
    let signature = [&[4, 3][..], &with_length(&log.sign(&signed))].concat();
    let timestamp = [&[0][..], &log.id(), &millis, &[0, 0], &signature].concat();
    der::extension(der::SCT_LIST, false, &der::octets(&with_length(&with_length(&timestamp))))
}

/// With its length before it, in two bytes.
fn with_length(bytes: &[u8]) -> Vec<u8> {
    [&bytes.len().to_be_bytes()[6..], bytes].concat()
}

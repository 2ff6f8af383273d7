//! Attacks on the records of packages.

use bonded_signing::{RecordError, RecordSignature, SignedBy, verify_record};
use serde_json::{Value, json};

use crate::made::{delegation, public, record, signatures, trusted_key_manager};

const FILE: &str = "anvil-1.2-h0_3.conda";

fn verify(record: &Value, signatures: &Value) -> Result<SignedBy, RecordError> {
    verify_as(FILE, "noarch", record, signatures)
}

fn verify_as(file: &str, subdir: &str, record: &Value, signatures: &Value) -> Result<SignedBy, RecordError> {
    let key_manager = trusted_key_manager(delegation(1, &[20]));
    verify_record(
        &key_manager,
        file,
        subdir,
        record.to_string().as_bytes(),
        signatures.to_string().as_bytes(),
    )
}

#[test]
fn an_honest_record_is_trusted_and_says_who_signed() {
    let signed = verify(&record(), &signatures(&record(), &[20, 99])).unwrap();
    assert_eq!(signed.keys.into_iter().collect::<Vec<_>>(), [public(20)]);
    assert!(verify_as("anvil-1.2-h0_3.tar.bz2", "noarch", &record(), &signatures(&record(), &[20])).is_ok());
}

#[test]
fn tampered_record() {
    let signatures = signatures(&record(), &[20]);
    for (member, value) in [
        ("depends", json!(["python >=3.10", "evil"])),
        ("sha256", json!("6".repeat(64))),
        ("size", json!(1135.0)),
        ("constrains", json!([])),
        ("name", json!("Anvil")),
    ] {
        let mut tampered = record();
        tampered[member] = value;
        let error = verify(&tampered, &signatures).unwrap_err();
        assert!(
            matches!(error, RecordError::NotSigned { needed: 1, valid: 0, found: 1 }),
            "{member}: {error}"
        );
    }
}

#[test]
fn record_under_another_name() {
    let signatures = signatures(&record(), &[20]);
    for file in
        ["anvil-1.3-h0_3.conda", "hammer-1.2-h0_3.conda", "anvil-1.2-h0_4.conda", "anvil-a-1.2-h0_3.conda"]
    {
        let error = verify_as(file, "noarch", &record(), &signatures).unwrap_err();
        assert!(matches!(error, RecordError::OtherFile(_)), "{file}: {error}");
    }
    for file in
        ["anvil-1.2-h0_3.conda.bak", "anvil-1.2-h0_3", "../anvil-1.2-h0_3.conda", "", "anvil-1.2-h0_3.whl"]
    {
        let error = verify_as(file, "noarch", &record(), &signatures).unwrap_err();
        assert!(matches!(error, RecordError::FileName(_)), "{file}: {error}");
    }
}

#[test]
fn record_in_another_subdir() {
    let error = verify_as(FILE, "linux-64", &record(), &signatures(&record(), &[20])).unwrap_err();
    assert!(matches!(error, RecordError::OtherSubdir(_)), "{error}");
}

#[test]
fn record_that_does_not_say_what_the_archive_is() {
    for member in ["sha256", "size", "subdir", "name", "version", "build"] {
        let mut record = record();
        record.as_object_mut().unwrap().remove(member);
        let error = verify(&record, &signatures(&record, &[20])).unwrap_err();
        assert!(matches!(error, RecordError::Members(_)), "{member}: {error}");
    }
    let mut record = record();
    record["sha256"] = json!("A".repeat(64));
    assert!(matches!(verify(&record, &signatures(&record, &[20])), Err(RecordError::Digest)));
}

#[test]
fn one_of_two_signatures() {
    let key_manager = trusted_key_manager(delegation(2, &[20, 21]));
    let record = record();
    let verify = |signers: &[u64]| {
        let signatures = signatures(&record, signers).to_string();
        verify_record(&key_manager, FILE, "noarch", record.to_string().as_bytes(), signatures.as_bytes())
    };
    assert!(verify(&[20, 21]).is_ok());
    assert!(matches!(verify(&[20]), Err(RecordError::NotSigned { needed: 2, valid: 1, found: 1 })));
    assert!(matches!(verify(&[20, 22]), Err(RecordError::NotSigned { needed: 2, valid: 1, found: 2 })));
}

#[test]
fn one_key_twice_also_in_another_case() {
    let key_manager = trusted_key_manager(delegation(2, &[20, 21]));
    let (record, name) = (record().to_string(), public(20).to_string());
    let entry = signatures(&crate::made::record(), &[20])[&name].to_string();
    for other in [name.clone(), name.to_uppercase(), format!("{name} "), public(21).to_string()] {
        let twice = format!("{{\"{name}\":{entry},\"{other}\":{entry}}}");
        let verified = verify_record(&key_manager, FILE, "noarch", record.as_bytes(), twice.as_bytes());
        assert!(verified.is_err(), "{twice}");
    }
}

#[test]
fn key_removed_by_the_key_manager() {
    let signatures = signatures(&record(), &[19]);
    assert!(matches!(verify(&record(), &signatures), Err(RecordError::NotSigned { valid: 0, .. })));
}

#[test]
fn record_with_a_member_twice() {
    let record = record().to_string();
    let signatures = signatures(&crate::made::record(), &[20]).to_string();
    let twice = record.replacen('{', r#"{"depends":["evil"],"#, 1);
    let key_manager = trusted_key_manager(delegation(1, &[20]));
    let error =
        verify_record(&key_manager, FILE, "noarch", twice.as_bytes(), signatures.as_bytes()).unwrap_err();
    assert!(matches!(error, RecordError::Canonical(_)), "{error}");
}

#[test]
fn no_signatures() {
    assert!(matches!(verify(&record(), &json!({})), Err(RecordError::NotSigned { found: 0, .. })));
    assert!(matches!(verify(&record(), &json!(null)), Err(RecordError::Signatures(_))));
}

#[test]
fn a_signature_is_carried_as_text() {
    let made = bonded_signing::sign_record(record().to_string().as_bytes(), &crate::made::key(20)).unwrap();
    assert_eq!(made.to_string().parse::<RecordSignature>(), Ok(made));
    for wrong in ["", ":", &made.to_string().to_uppercase(), &format!("{made} "), &made.key.to_string()] {
        assert!(wrong.parse::<RecordSignature>().is_err(), "{wrong}");
    }
}

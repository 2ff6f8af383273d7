//! Attacks on roots and key managers.

use bonded_signing::{KeyManagerError, RootError, TrustedKeyManager, TrustedRoot};

use crate::made::{
    day, delegation, key, key_manager, public, root, signed_root, trusted_key_manager, trusted_root,
};

/// Root 1 with keys 1, 2 and 3, of which two sign.
fn two_of_three() -> TrustedRoot {
    TrustedRoot::pin(&signed_root(&root(1, delegation(2, &[1, 2, 3])), &[1, 3]), None).unwrap()
}

#[test]
fn an_honest_successor_is_trusted() {
    let next = root(2, delegation(2, &[1, 2, 4]));
    let next = two_of_three().update(&signed_root(&next, &[1, 2])).unwrap();
    let after = root(3, delegation(1, &[5]));
    assert_eq!(next.update(&signed_root(&after, &[2, 4, 5])).unwrap().version(), 3);
}

#[test]
fn root_with_one_of_two_signatures() {
    let role = root(1, delegation(2, &[1, 2, 3]));
    let error = TrustedRoot::pin(&signed_root(&role, &[1]), None).unwrap_err();
    assert!(matches!(error, RootError::NotSignedByItself { needed: 2, valid: 1, .. }), "{error}");
}

#[test]
fn root_signed_by_strangers() {
    let role = root(1, delegation(1, &[1]));
    assert!(TrustedRoot::pin(&signed_root(&role, &[7, 8]), None).is_err());
}

#[test]
fn root_with_one_key_twice_also_in_another_case() {
    let role = root(1, delegation(2, &[1, 2, 3]));
    let file = String::from_utf8(signed_root(&role, &[1])).unwrap();
    let name = public(1).to_string();
    let entry = file.split_once(": {\n").unwrap().1.split_once("\n    }").unwrap().0.to_owned() + "\n    }";
    let with = |other: &str| {
        let twice = entry.replace(&name, other);
        TrustedRoot::pin(file.replacen(&entry, &format!("{entry},\n{twice}"), 1).as_bytes(), None)
            .unwrap_err()
    };
    assert!(matches!(with(&name), RootError::Envelope(_)));
    for other in [name.to_uppercase(), format!(" {name}"), public(2).to_string()] {
        let error = with(&other);
        assert!(
            matches!(error, RootError::NotSignedByItself { needed: 2, valid: 1, .. }),
            "{other}: {error}"
        );
    }
}

#[test]
fn root_that_delegates_to_one_key_twice() {
    let role = root(1, delegation(2, &[1, 2]));
    let mut file = String::from_utf8(signed_root(&role, &[1])).unwrap();
    file = file.replace(&public(2).to_string(), &public(1).to_string());
    assert!(TrustedRoot::pin(file.as_bytes(), None).is_err());
}

#[test]
fn root_signed_in_the_form_of_other_documents() {
    let mut envelope = root(1, delegation(1, &[1])).to_envelope().unwrap();
    envelope.sign(&key(1));
    assert!(TrustedRoot::pin(&envelope.to_bytes().unwrap(), None).is_err());
}

#[test]
fn another_root_than_the_fingerprint_says() {
    let file = signed_root(&root(1, delegation(1, &[1])), &[1]);
    let other =
        TrustedRoot::pin(&signed_root(&root(1, delegation(1, &[2])), &[2]), None).unwrap().fingerprint();
    assert!(matches!(TrustedRoot::pin(&file, Some(&other)), Err(RootError::Fingerprint { .. })));
    let own = trusted_root().fingerprint();
    assert!(TrustedRoot::pin(&file, Some(&own)).is_ok());
}

#[test]
fn root_3_offered_to_a_client_at_1() {
    let file = signed_root(&root(3, delegation(1, &[1])), &[1]);
    let error = trusted_root().update(&file).unwrap_err();
    assert!(matches!(error, RootError::Version { trusted: 1, offered: 3 }), "{error}");
}

#[test]
fn root_that_is_rolled_back_or_replayed() {
    let first = signed_root(&root(1, delegation(1, &[1])), &[1]);
    let second = trusted_root().update(&signed_root(&root(2, delegation(1, &[1])), &[1])).unwrap();
    assert!(matches!(second.update(&first), Err(RootError::Version { trusted: 2, offered: 1 })));
    let again = signed_root(&root(2, delegation(1, &[1])), &[1]);
    assert!(matches!(second.update(&again), Err(RootError::Version { trusted: 2, offered: 2 })));
}

#[test]
fn root_2_signed_by_the_old_keys_only() {
    let file = signed_root(&root(2, delegation(2, &[4, 5])), &[1, 2, 3]);
    let error = two_of_three().update(&file).unwrap_err();
    assert!(matches!(error, RootError::NotSignedByItself { version: 2, needed: 2, valid: 0 }), "{error}");
}

#[test]
fn root_2_signed_by_the_new_keys_only() {
    let file = signed_root(&root(2, delegation(2, &[4, 5])), &[4, 5, 1]);
    let error = two_of_three().update(&file).unwrap_err();
    assert!(matches!(error, RootError::NotSignedByOld { new: 2, old: 1, needed: 2, valid: 1 }), "{error}");
    assert_eq!(error.to_string(), "root 2 is not signed by 2 of the keys of root 1: 1 valid");
}

#[test]
fn root_that_was_changed_after_signing() {
    let file = String::from_utf8(signed_root(&root(1, delegation(1, &[1])), &[1])).unwrap();
    assert!(TrustedRoot::pin(file.as_bytes(), None).is_ok());
    let changed = file.replace("2027-", "2037-");
    assert_ne!(file, changed);
    assert!(TrustedRoot::pin(changed.as_bytes(), None).is_err());
    let more = file.replace("\"type\": \"root\"", "\"more\": 1, \"type\": \"root\"");
    assert!(TrustedRoot::pin(more.as_bytes(), None).is_err());
}

#[test]
fn key_manager_in_place_of_a_root_and_the_other_way_round() {
    let file = key_manager(1, delegation(1, &[20])).to_bytes().unwrap();
    assert!(matches!(TrustedRoot::pin(&file, None), Err(RootError::Role(_))));
    let file = signed_root(&root(2, delegation(1, &[10])), &[10]);
    let error = TrustedKeyManager::verify(&trusted_root(), &file, day(1), 0);
    assert!(matches!(error, Err(KeyManagerError::Role(_))));
}

#[test]
fn expired_root() {
    let file = key_manager(1, delegation(1, &[20])).to_bytes().unwrap();
    assert!(!trusted_root().is_expired(day(364)));
    assert!(trusted_root().is_expired(day(365)));
    let error = TrustedKeyManager::verify(&trusted_root(), &file, day(365), 0);
    assert!(matches!(error, Err(KeyManagerError::RootExpired { version: 1, .. })));
}

#[test]
fn expired_key_manager() {
    let file = key_manager(1, delegation(1, &[20])).to_bytes().unwrap();
    assert!(TrustedKeyManager::verify(&trusted_root(), &file, day(30), 0).is_ok());
    let error = TrustedKeyManager::verify(&trusted_root(), &file, day(31), 0);
    assert!(matches!(error, Err(KeyManagerError::Expired { version: 1, .. })));
}

#[test]
fn rolled_back_key_manager() {
    let file = key_manager(4, delegation(1, &[20])).to_bytes().unwrap();
    assert!(TrustedKeyManager::verify(&trusted_root(), &file, day(1), 4).is_ok());
    let error = TrustedKeyManager::verify(&trusted_root(), &file, day(1), 5).unwrap_err();
    assert!(matches!(error, KeyManagerError::RolledBack { offered: 4, seen: 5 }), "{error}");
}

#[test]
fn key_manager_signed_by_another_key() {
    let mut envelope = trusted_key_manager(delegation(1, &[20])).role().to_envelope().unwrap();
    envelope.sign(&key(11));
    let error = TrustedKeyManager::verify(&trusted_root(), &envelope.to_bytes().unwrap(), day(1), 0);
    assert!(matches!(error, Err(KeyManagerError::NotSigned { needed: 1, valid: 0, .. })));
}

#[test]
fn key_manager_of_a_key_that_the_next_root_takes_back() {
    let file = key_manager(1, delegation(1, &[20])).to_bytes().unwrap();
    let mut next = root(2, delegation(1, &[1]));
    next.key_mgr = delegation(1, &[11]);
    let second = trusted_root().update(&signed_root(&next, &[1])).unwrap();
    assert!(TrustedKeyManager::verify(&second, &file, day(1), 0).is_err());
}

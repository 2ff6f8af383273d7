//! Successors, and signatures that are carried from machine to machine.

use std::collections::BTreeSet;

use bonded_signing::ceremony::{ChangeError, Changes, MergeError, Status, merge, successor};
use bonded_signing::{Envelope, RootRole, TrustedRoot};

use crate::made::{day, delegation, key, public, root, signed_root};

fn two_of_three() -> RootRole {
    root(1, delegation(2, &[1, 2, 3]))
}

/// Key 3 was lost, and key 4 comes in its place.
fn replaced() -> RootRole {
    let changes = Changes {
        add: BTreeSet::from([public(4)]),
        remove: BTreeSet::from([public(3)]),
        ..Changes::default()
    };
    successor(&two_of_three(), &changes, day(10), day(375)).unwrap()
}

#[test]
fn a_successor_has_the_next_version_and_the_changes_alone() {
    let next = replaced();
    assert_eq!((next.version, next.root), (2, delegation(2, &[1, 2, 4])));
    assert_eq!(next.key_mgr, two_of_three().key_mgr);
    let changes = Changes { threshold: Some(3), key_mgr: Some(delegation(1, &[11])), ..Changes::default() };
    let other = successor(&two_of_three(), &changes, day(10), day(375)).unwrap();
    assert_eq!((other.root, other.key_mgr), (delegation(3, &[1, 2, 3]), delegation(1, &[11])));
}

#[test]
fn changes_that_do_not_fit_are_refused() {
    let change = |changes: &Changes| successor(&two_of_three(), changes, day(10), day(375)).unwrap_err();
    let keys = |number| BTreeSet::from([public(number)]);
    assert_eq!(change(&Changes { remove: keys(4), ..Changes::default() }), ChangeError::NotThere(public(4)));
    assert_eq!(change(&Changes { add: keys(1), ..Changes::default() }), ChangeError::There(public(1)));
    let none_left = Changes { remove: BTreeSet::from([public(1), public(2)]), ..Changes::default() };
    assert!(matches!(change(&none_left), ChangeError::Delegation(_)));
    assert!(matches!(
        change(&Changes { threshold: Some(4), ..Changes::default() }),
        ChangeError::Delegation(_)
    ));
    let over = successor(&two_of_three(), &Changes::default(), day(10), day(10));
    assert_eq!(over.unwrap_err(), ChangeError::Expiration);
}

#[test]
fn signatures_of_several_machines_come_together_until_none_is_missing() {
    let old = two_of_three();
    let trusted = TrustedRoot::pin(&signed_root(&old, &[1, 2]), None).unwrap();
    let unsigned = replaced().to_envelope().unwrap();
    let signed_by = |number| {
        let mut copy = unsigned.clone();
        copy.sign_root(&key(number), day(11));
        Envelope::parse(&copy.to_bytes().unwrap()).unwrap()
    };
    let mut together = unsigned.clone();
    let status = Status::of(&together, Some(&old)).unwrap();
    assert_eq!((status.new.needed(), status.old.unwrap().needed()), (2, 2));
    assert_eq!(merge(&mut together, &signed_by(4)), Ok(BTreeSet::from([public(4)])));
    assert_eq!(merge(&mut together, &signed_by(1)), Ok(BTreeSet::from([public(1)])));
    assert_eq!(merge(&mut together, &signed_by(1)), Ok(BTreeSet::new()));
    let mut damaged = unsigned.clone();
    damaged.add(public(1), signed_by(4).signatures()[&public(4)].clone());
    assert_eq!(
        merge(&mut damaged, &signed_by(1)),
        Ok(BTreeSet::from([public(1)])),
        "it holds, the other one does not"
    );
    assert_eq!(damaged.signatures()[&public(1)], signed_by(1).signatures()[&public(1)]);
    let status = Status::of(&together, Some(&old)).unwrap();
    assert!(!status.is_complete());
    assert_eq!(status.old.unwrap().missing, BTreeSet::from([public(2), public(3)]));
    assert!(trusted.update(&together.to_bytes().unwrap()).is_err());
    merge(&mut together, &signed_by(2)).unwrap();
    assert!(Status::of(&together, Some(&old)).unwrap().is_complete());
    assert_eq!(trusted.update(&together.to_bytes().unwrap()).unwrap().version(), 2);
}

#[test]
fn signatures_of_another_root_or_that_do_not_hold_are_not_taken_over() {
    let mut envelope = replaced().to_envelope().unwrap();
    let mut other = two_of_three().to_envelope().unwrap();
    other.sign_root(&key(1), day(0));
    assert_eq!(merge(&mut envelope, &other), Err(MergeError::OtherRoot));
    let mut forged = envelope.clone();
    forged.add(public(1), other.signatures()[&public(1)].clone());
    assert_eq!(merge(&mut envelope, &forged), Err(MergeError::Invalid(public(1))));
}

#[test]
fn strangers_are_named() {
    let mut envelope = replaced().to_envelope().unwrap();
    envelope.sign_root(&key(3), day(0));
    envelope.sign_root(&key(77), day(0));
    let alone = Status::of(&envelope, None).unwrap();
    assert_eq!(alone.strangers, BTreeSet::from([public(3), public(77)]));
    let beside_old = Status::of(&envelope, Some(&two_of_three())).unwrap();
    assert_eq!(beside_old.strangers, BTreeSet::from([public(77)]));
}

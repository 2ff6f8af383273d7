//! Samples of the pages of factors.

use super::account::recovery;
use super::{HOSTILE, Sample, fenced, hours, sample, signed_in};
use crate::account::{
    Codes, EditKey, Key, NewKey, NewRecoveryCodes, RecoveryCodes, Requirement, Security, SetUpTotp, Totp,
};
use crate::{Fence, Field};

const NO_KEYS: &str =
    "Keys and passkeys need a host name, and this registry is reached under an address of numbers.";

pub(super) fn samples() -> Vec<Sample> {
    [security(), codes(), totp(), keys()].into_iter().flatten().collect()
}

fn key(name: &str, synchronized: bool) -> Key {
    Key {
        id: "0199".into(),
        name: name.into(),
        synchronized,
        added_at: hours(0),
        used_at: synchronized.then(|| hours(5)),
    }
}

fn security() -> Vec<Sample> {
    let first = Security {
        shell: fenced(Fence::Unverified),
        verified: false,
        codes: Codes::None,
        totp: None,
        keys: Vec::new(),
        requirement: Requirement::Nothing,
        keys_impossible: None,
        recovery: None,
    };
    let codes = Security {
        shell: fenced(Fence::SecondFactor),
        verified: true,
        codes: Codes::Unconfirmed,
        requirement: Requirement::SecondFactor,
        keys_impossible: Some(NO_KEYS.into()),
        ..first.clone()
    };
    let key_needed = Security {
        shell: fenced(Fence::Key),
        codes: Codes::Left(8),
        totp: Some(hours(0)),
        requirement: Requirement::PhishingResistant,
        keys_impossible: None,
        ..codes.clone()
    };
    let factor_needed = Security {
        shell: fenced(Fence::SecondFactor),
        totp: None,
        requirement: Requirement::SecondFactor,
        ..key_needed.clone()
    };
    let full = Security {
        shell: signed_in(),
        codes: Codes::Left(2),
        keys: vec![key("Blue key", false), key(HOSTILE, true)],
        recovery: Some(recovery()),
        ..key_needed.clone()
    };
    vec![
        sample("security.first", first),
        sample("security.codes", codes),
        sample("security.factor-needed", factor_needed),
        sample("security.key-needed", key_needed),
        sample("security", full),
    ]
}

fn codes() -> Vec<Sample> {
    let none = RecoveryCodes {
        shell: fenced(Fence::SecondFactor),
        left: None,
        made_at: None,
        unconfirmed: false,
        code: Field::default(),
    };
    let some = RecoveryCodes { shell: signed_in(), left: Some(5), made_at: Some(hours(0)), ..none.clone() };
    let wrong = RecoveryCodes {
        unconfirmed: true,
        code: Field::wrong("This is none of the new codes. Look for a misread letter."),
        ..some.clone()
    };
    let new = NewRecoveryCodes {
        shell: signed_in(),
        name: HOSTILE.into(),
        codes: (2..10).map(|n| format!("{n}bcde-fgh{n}k-mnpq{n}")).collect(),
        replaces: true,
        code: Field::default(),
    };
    vec![
        sample("recovery-codes.none", none),
        sample("recovery-codes", some),
        sample("recovery-codes.unconfirmed", wrong),
        sample("recovery-codes.new", new),
    ]
}

fn totp() -> Vec<Sample> {
    let qr = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 21 21\" role=\"img\" aria-label=\"QR code\"><path \
              d=\"M2 2h7v7H2zM12 2h7v7h-7zM2 12h7v7H2zM12 12h2v2h-2zM16 16h3v3h-3z\" fill=\"#000\"/></svg>";
    let set_up = SetUpTotp {
        shell: signed_in(),
        qr: qr.into(),
        key: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into(),
        replaces: false,
        code: Field::default(),
    };
    let wrong = SetUpTotp {
        replaces: true,
        code: Field::wrong("The code does not match. The clock of your phone seems to be 2 minutes slow."),
        ..set_up.clone()
    };
    let there = Totp { shell: signed_in(), added_at: hours(0), last: true, kept_because: None };
    let kept = Totp {
        kept_because: Some("It is your only second factor, and your account needs one.".into()),
        ..there.clone()
    };
    vec![
        sample("totp.set-up", set_up),
        sample("totp.wrong", wrong),
        sample("totp", there),
        sample("totp.kept", kept),
    ]
}

fn keys() -> Vec<Sample> {
    let new = NewKey { shell: fenced(Fence::Key), name: Field::default(), impossible: None };
    let refused = NewKey {
        shell: signed_in(),
        name: Field::of(HOSTILE).with_error(Some("You have a key of this name already.")),
        impossible: None,
    };
    let impossible = NewKey { impossible: Some(NO_KEYS.into()), ..refused.clone() };
    let edit = EditKey {
        shell: signed_in(),
        key: key("Blue key", true),
        name: Field::of("Blue key"),
        last: false,
        kept_because: None,
    };
    let kept = EditKey {
        key: key(HOSTILE, false),
        name: Field::of(HOSTILE),
        last: true,
        kept_because: Some("It is your only key, and your account needs one.".into()),
        ..edit.clone()
    };
    vec![
        sample("key.new", new),
        sample("key.refused", refused),
        sample("key.impossible", impossible),
        sample("key", edit),
        sample("key.kept", kept),
    ]
}

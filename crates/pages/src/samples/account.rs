//! Samples of a person's own pages.

use super::{
    HOSTILE, Sample, fenced, hostile, hostile_location, hours, location, sample, signed_in, stranger,
};
use crate::account::{
    Address, CancelRecovery, ChangePassword, DeleteAccount, Emails, OwnRole, Profile, Proof, Recovery, Role,
    Session, Sessions, Strongest,
};
use crate::{Fence, Field};

pub(super) fn recovery() -> Recovery {
    Recovery { requested_by: "grace".into(), requested_at: hours(0), due_at: Some(hours(24)) }
}

pub(super) fn roles() -> Vec<Role> {
    vec![
        Role { place: "channel main".into(), role: "publisher".into() },
        Role { place: "project main/demo".into(), role: "owner".into() },
    ]
}

/// One of them is the person's own.
fn own_roles() -> Vec<OwnRole> {
    let mut roles = roles().into_iter().map(|held| OwnRole { held, leave: Vec::new() }).collect::<Vec<_>>();
    roles[1].leave = vec![("channel", "main".into()), ("project", "demo".into())];
    roles
}

pub(super) fn samples() -> Vec<Sample> {
    [profile(), emails(), password(), proof(), lists(), leaving()].into_iter().flatten().collect()
}

fn profile() -> Vec<Sample> {
    let empty = Profile {
        shell: fenced(Fence::Unverified),
        name: "ada".into(),
        email: "ada@example.org".into(),
        verified: false,
        created_at: hours(0),
        display_name: Field::default(),
        roles: Vec::new(),
    };
    let filled = Profile {
        shell: signed_in(),
        verified: true,
        display_name: Field::of("Ada Lovelace"),
        roles: own_roles(),
        ..empty.clone()
    };
    let refused = Profile {
        shell: hostile(),
        email: HOSTILE.into(),
        display_name: Field::of(HOSTILE).with_error(Some("Use at most 100 characters.")),
        roles: vec![OwnRole {
            held: Role { place: HOSTILE.into(), role: "reader".into() },
            leave: vec![("group", HOSTILE.into())],
        }],
        ..filled.clone()
    };
    vec![sample("profile.fenced", empty), sample("profile", filled), sample("profile.hostile", refused)]
}

fn emails() -> Vec<Sample> {
    let address = |email: &str, primary, verified| Address {
        id: "0199".into(),
        email: email.into(),
        primary,
        verified,
    };
    let one = Emails {
        shell: fenced(Fence::Unverified),
        addresses: vec![address("ada@example.org", true, false)],
        new: Field::default(),
    };
    let several = Emails {
        shell: signed_in(),
        addresses: vec![
            address("ada@example.org", true, true),
            address(
                "a-very-long-address-that-somebody-has-to-type-every-day@mail.department.example.org",
                false,
                true,
            ),
            address(HOSTILE, false, false),
        ],
        new: Field::of(HOSTILE).with_error(Some("This is not an e-mail address.")),
    };
    vec![sample("emails.fenced", one), sample("emails", several)]
}

fn password() -> Vec<Sample> {
    let change = ChangePassword {
        shell: signed_in(),
        name: "ada".into(),
        has_password: true,
        asks_current: true,
        current: Field::wrong("This is not your present password."),
        password: Field::wrong("This password appears in lists of stolen passwords. Choose another one."),
    };
    let choose = ChangePassword {
        has_password: false,
        asks_current: false,
        current: Field::default(),
        password: Field::default(),
        ..change.clone()
    };
    vec![sample("password.refused", change), sample("password.first", choose)]
}

fn proof() -> Vec<Sample> {
    let key = Proof {
        shell: signed_in(),
        name: "ada".into(),
        next: "/account/totp".into(),
        strongest: Strongest::Key,
        recovery_code: true,
        password: Field::default(),
        totp_code: Field::default(),
        recovery: Field::default(),
    };
    let app = Proof {
        strongest: Strongest::Totp,
        totp_code: Field::wrong("The code is wrong. Wait for the next one and try again."),
        recovery: Field::wrong("This is none of your codes, or it was used already."),
        ..key.clone()
    };
    let password = Proof {
        shell: hostile(),
        next: HOSTILE.into(),
        strongest: Strongest::Password,
        recovery_code: false,
        password: Field::wrong("The password is wrong."),
        ..key.clone()
    };
    vec![sample("proof.key", key), sample("proof.totp", app), sample("proof.password", password)]
}

fn lists() -> Vec<Sample> {
    let session = |location, current| Session {
        id: "0199".into(),
        location,
        current,
        begun_at: hours(0),
        seen_at: hours(3),
    };
    vec![
        sample("sessions.one", Sessions { shell: signed_in(), sessions: vec![session(location(), true)] }),
        sample(
            "sessions",
            Sessions {
                shell: signed_in(),
                sessions: vec![session(location(), true), session(hostile_location(), false)],
            },
        ),
    ]
}

fn leaving() -> Vec<Sample> {
    let delete = DeleteAccount {
        shell: signed_in(),
        name: "ada".into(),
        typed: Field::of(HOSTILE).with_error(Some("This is not your user name.")),
        obstacles: Vec::new(),
    };
    let refused = DeleteAccount {
        obstacles: vec!["You are the only owner of main/demo.".into(), HOSTILE.into()],
        ..delete.clone()
    };
    let cancel = CancelRecovery {
        shell: stranger(),
        key: "a-key".into(),
        name: HOSTILE.into(),
        recovery: Recovery { requested_by: HOSTILE.into(), due_at: None, ..recovery() },
    };
    vec![sample("delete", delete), sample("delete.refused", refused), sample("cancel-recovery", cancel)]
}

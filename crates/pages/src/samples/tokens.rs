//! Samples of the pages about API tokens.

use super::{HOSTILE, Sample, hostile, hours, sample, signed_in};
use crate::Field;
use crate::account::{Choice, IssuedToken, Lifetime, NewToken, Token, TokenPlace, Tokens};

pub(super) fn samples() -> Vec<Sample> {
    [list(), form(), issued()].into_iter().flatten().collect()
}

fn list() -> Vec<Sample> {
    let token = Token {
        id: "0199".into(),
        name: "laptop".into(),
        may: "read, publish".into(),
        scope: "channel main".into(),
        created_at: hours(0),
        expires_at: Some(hours(720)),
        used_at: Some(hours(5)),
        by_operator: false,
        dead: false,
    };
    let operators = Token {
        name: HOSTILE.into(),
        expires_at: None,
        used_at: None,
        by_operator: true,
        dead: true,
        ..token.clone()
    };
    vec![
        sample("tokens.none", Tokens { shell: signed_in(), tokens: Vec::new() }),
        sample("tokens", Tokens { shell: signed_in(), tokens: vec![token, operators] }),
    ]
}

fn choice(field: &str, label: &str, hint: &'static str) -> Choice {
    Choice { field: field.into(), label: label.into(), hint, ticked: false }
}

fn form() -> Vec<Sample> {
    let blank = NewToken {
        shell: signed_in(),
        name: Field::default(),
        verbs: vec![choice("may-read", "Read", "Install."), choice("may-publish", "Publish", "Upload.")],
        verbs_error: None,
        limited: false,
        channels: Vec::new(),
        projects: Vec::new(),
        scope_error: None,
        lifetimes: vec![Lifetime { value: "90", words: "90 days", chosen: true }],
        lifetime_error: None,
    };
    let refused = NewToken {
        shell: hostile(),
        name: Field::of(HOSTILE).with_error(Some("You have a token of this name.")),
        verbs_error: Some("A token needs at least one verb.".into()),
        limited: true,
        channels: vec![choice("channel:main", "main", ""), choice("channel:team", "team", "")],
        projects: vec![choice(HOSTILE, HOSTILE, "")],
        scope_error: Some("Name at least one channel or project.".into()),
        lifetime_error: Some("Choose how long it works.".into()),
        ..blank.clone()
    };
    vec![sample("new-token", blank), sample("new-token.refused", refused)]
}

fn issued() -> Vec<Sample> {
    let place = |channel: &str, python| TokenPlace { channel: channel.into(), python };
    let reader = IssuedToken {
        shell: signed_in(),
        name: "laptop".into(),
        secret: "bonded-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP".into(),
        expires_at: Some(hours(720)),
        reads: true,
        publishes: false,
        base_url: "https://packages.example/registry".into(),
        places: vec![place("pypi", true), place("main", false)],
    };
    let publisher = IssuedToken { name: HOSTILE.into(), expires_at: None, publishes: true, ..reader.clone() };
    vec![sample("issued-token.reader", reader), sample("issued-token.publisher", publisher)]
}

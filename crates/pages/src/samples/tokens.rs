//! Samples of the pages about API tokens.

use super::{HOSTILE, Sample, hostile, hours, sample, signed_in};
use crate::Field;
use crate::account::{
    Choice, EditToken, IssuedToken, Lifetime, NewChannelToken, NewToken, Token, TokenPlace, Tokens, Uses,
};

pub(super) fn samples() -> Vec<Sample> {
    [list(), edit(), form(), issued()].into_iter().flatten().collect()
}

fn token() -> Token {
    Token {
        id: "0199".into(),
        name: "laptop".into(),
        may: "read, publish".into(),
        scope: "channel main".into(),
        created_at: hours(0),
        expires_at: Some(hours(720)),
        used_at: Some(hours(5)),
        by_operator: false,
        minted_by: None,
        dead: false,
        used_from: "203.0.113.7".into(),
        used_by: "pip/26.0".into(),
        networks: String::new(),
        leaked: false,
        ends_soon: false,
        unused: false,
        publisher_instead: None,
        only_project: None,
    }
}

/// All that can be wrong with a token that works.
fn worrying() -> Token {
    Token {
        name: HOSTILE.into(),
        used_by: HOSTILE.into(),
        minted_by: Some(HOSTILE.into()),
        networks: "2001:db8:1111:2222::/64, 192.0.2.0/24".into(),
        leaked: true,
        ends_soon: true,
        unused: true,
        publisher_instead: Some(HOSTILE.into()),
        only_project: Some("pypi/engine".into()),
        ..token()
    }
}

fn edit() -> Vec<Sample> {
    let lifetimes = vec![Lifetime { value: "keep", words: "As long as it does now", chosen: true }];
    let plain = EditToken {
        shell: signed_in(),
        token: token(),
        renewals: lifetimes.clone(),
        renewal_error: None,
        verbs: vec![choice("may-read", "Read", ""), choice("may-publish", "Publish", "")],
        verbs_error: None,
        places: Vec::new(),
        project: None,
        limited: false,
        has_channels: false,
        scope_error: None,
        lifetimes,
        lifetime_error: None,
        networks: Field::default(),
    };
    let refused = EditToken {
        shell: hostile(),
        token: worrying(),
        renewal_error: Some("A token lives at most 366 days here.".into()),
        verbs_error: Some("A token needs at least one verb.".into()),
        places: vec![choice("channel:main", "main", ""), choice(HOSTILE, HOSTILE, "")],
        project: Some(Field::of(HOSTILE).with_error(Some("Write the channel and the project."))),
        limited: true,
        has_channels: true,
        scope_error: Some("Name at least one channel or project.".into()),
        lifetime_error: Some("The token ends before that already.".into()),
        networks: Field::of(HOSTILE).with_error(Some("Write addresses or networks.")),
        ..plain.clone()
    };
    vec![sample("token", plain), sample("token.refused", refused)]
}

fn list() -> Vec<Sample> {
    let operators = Token {
        name: HOSTILE.into(),
        expires_at: None,
        used_at: None,
        by_operator: true,
        dead: true,
        ..token()
    };
    vec![
        sample("tokens.none", Tokens { shell: signed_in(), tokens: Vec::new() }),
        sample("tokens", Tokens { shell: signed_in(), tokens: vec![token(), worrying(), operators] }),
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
        project: None,
        scope_error: None,
        lifetimes: vec![Lifetime { value: "90", words: "90 days", chosen: true }],
        lifetime_error: None,
        networks: Field::default(),
    };
    let refused = NewToken {
        shell: hostile(),
        name: Field::of(HOSTILE).with_error(Some("You have a token of this name.")),
        verbs_error: Some("A token needs at least one verb.".into()),
        limited: true,
        channels: vec![choice("channel:main", "main", ""), choice("channel:team", "team", "")],
        projects: vec![choice(HOSTILE, HOSTILE, "")],
        project: Some(Field::of(HOSTILE).with_error(Some("Write the channel and the project."))),
        scope_error: Some("Name at least one channel or project.".into()),
        lifetime_error: Some("Choose how long it works.".into()),
        networks: Field::of(HOSTILE).with_error(Some("Write addresses or networks.")),
        ..blank.clone()
    };
    let channel = NewChannelToken {
        shell: signed_in(),
        name: Field::default(),
        channels: vec!["main".into(), "team".into()],
        channel: "team".into(),
        channel_error: None,
        lifetimes: blank.lifetimes.clone(),
        lifetime_error: None,
        networks: Field::default(),
    };
    let refused_channel = NewChannelToken {
        shell: hostile(),
        name: Field::of(HOSTILE).with_error(Some("You have a token of this name.")),
        channels: vec![HOSTILE.into()],
        channel_error: Some("There is no such channel.".into()),
        lifetime_error: Some("Choose how long it works.".into()),
        ..channel.clone()
    };
    let none = NewChannelToken { channels: Vec::new(), ..channel.clone() };
    vec![
        sample("new-token", blank),
        sample("new-token.refused", refused),
        sample("new-channel-token", channel),
        sample("new-channel-token.refused", refused_channel),
        sample("new-channel-token.none", none),
    ]
}

fn issued() -> Vec<Sample> {
    let place = |channel: &str, python| TokenPlace { channel: channel.into(), python };
    let reader = IssuedToken {
        shell: signed_in(),
        name: "laptop".into(),
        secret: "bonded-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP".into(),
        expires_at: Some(hours(720)),
        previous_until: None,
        uses: Uses { reads: true, publishes: false, only_reads: true },
        base_url: "https://packages.example/registry".into(),
        places: vec![place("pypi", true), place("main", false)],
    };
    let publisher = IssuedToken {
        name: HOSTILE.into(),
        expires_at: None,
        previous_until: Some(hours(24)),
        uses: Uses { reads: true, publishes: true, only_reads: false },
        ..reader.clone()
    };
    vec![sample("issued-token.reader", reader), sample("issued-token.publisher", publisher)]
}

//! Samples of the pages about channels, and of searching.

use super::{HOSTILE, NONCE, Sample, hostile, hours, sample, signed_in, stranger};
use crate::activity::{Event, Kind};
use crate::places::{
    Channel, ChannelRow, ChannelSettings, Channels, Creation, Credential, Credentials, Head, NewProject,
    PlaceActivity, ProjectRow, Search, Standing, Status, Subject, Switches, Tab,
};
use crate::{Field, Shell};

pub(super) fn samples() -> Vec<Sample> {
    [lists(), channels(), settings(), credentials(), activity()].into_iter().flatten().collect()
}

/// A channel as its administrators see it.
pub(super) fn head(here: Tab) -> Head {
    Head {
        subject: Subject::Channel,
        name: "pypi".into(),
        python: true,
        private: false,
        standing: Standing::default(),
        tabs: Tab::ALL.into(),
        here,
    }
}

pub(super) fn hostile_head(here: Tab) -> Head {
    Head { name: HOSTILE.into(), python: false, private: true, ..head(here) }
}

fn row(name: &str) -> ProjectRow {
    ProjectRow {
        channel: "pypi".into(),
        name: name.into(),
        version: Some("1.4.2".into()),
        published_at: Some(hours(0)),
        status: Status::Active,
    }
}

fn rows() -> Vec<ProjectRow> {
    let hostile = ProjectRow {
        channel: HOSTILE.into(),
        version: Some(HOSTILE.into()),
        status: Status::Quarantined,
        ..row(HOSTILE)
    };
    let empty = ProjectRow { version: None, published_at: None, ..row("empty") };
    let long =
        row("a-project-whose-name-is-as-long-as-somebody-without-mercy-would-make-it-because-they-can");
    vec![row("acme"), long, hostile, empty, ProjectRow { status: Status::Deprecated, ..row("old") }]
}

fn lists() -> Vec<Sample> {
    let channel = |name: &str, python, private, role: &str| ChannelRow {
        name: name.into(),
        python,
        private,
        role: role.into(),
    };
    let none = Channels { shell: stranger(), channels: Vec::new() };
    let some = Channels {
        shell: signed_in(),
        channels: vec![
            channel("main", false, false, ""),
            channel("pypi", true, false, "publisher"),
            channel(HOSTILE, true, true, HOSTILE),
        ],
    };
    let lonely = Channels { shell: signed_in(), ..none.clone() };
    let blank = Search {
        shell: stranger(),
        q: String::new(),
        channel: String::new(),
        channels: vec!["main".into(), "pypi".into()],
        projects: None,
        more: false,
    };
    let found = Search {
        q: HOSTILE.into(),
        channel: "pypi".into(),
        projects: Some(rows()),
        more: true,
        ..blank.clone()
    };
    let nothing = Search { q: "acme".into(), projects: Some(Vec::new()), ..blank.clone() };
    vec![
        sample("channels.none", none),
        sample("channels.lonely", lonely),
        sample("channels", some),
        sample("search", blank),
        sample("search.found", found),
        sample("search.nothing", nothing),
    ]
}

fn channels() -> Vec<Sample> {
    let open = Channel {
        shell: stranger(),
        head: Head { tabs: vec![Tab::Overview], ..head(Tab::Overview) },
        base_url: "https://packages.example/registry".into(),
        publishes: false,
        q: String::new(),
        projects: Vec::new(),
        next: None,
        new: None,
    };
    let own = Channel {
        shell: signed_in(),
        head: head(Tab::Overview),
        publishes: true,
        projects: rows(),
        next: Some("/channels/pypi?after=old".into()),
        new: Some(NewProject::default()),
        ..open.clone()
    };
    let refused = Channel {
        shell: hostile(),
        head: hostile_head(Tab::Overview),
        q: HOSTILE.into(),
        projects: Vec::new(),
        new: Some(NewProject {
            name: Field::of(HOSTILE).with_error(Some("this is not a name that a project can have")),
            owner: Field::of(HOSTILE).with_error(Some("there is no such user")),
        }),
        ..own.clone()
    };
    vec![sample("channel", open), sample("channel.own", own), sample("channel.refused", refused)]
}

pub(super) fn switches(error: Option<&str>) -> Switches {
    Switches {
        trusted_publishers_only: error.is_some(),
        tokens_need_expiry: true,
        longest_token_life: Field::of(error.map_or("30", |_| HOSTILE)).with_error(error),
    }
}

fn settings() -> Vec<Sample> {
    let plain = ChannelSettings {
        shell: signed_in(),
        head: head(Tab::Settings),
        creation: Creation::Publishers,
        switches: switches(None),
        sign_in_rule: "Publishers need a second factor.".into(),
        sets_rule: false,
    };
    let refused = ChannelSettings {
        shell: hostile(),
        head: hostile_head(Tab::Settings),
        creation: Creation::Admins,
        switches: switches(Some("write a number of days")),
        sets_rule: true,
        ..plain.clone()
    };
    vec![sample("channel-settings", plain), sample("channel-settings.refused", refused)]
}

fn credentials() -> Vec<Sample> {
    let token = Credential {
        id: "0199".into(),
        name: "laptop".into(),
        owner: "ada".into(),
        minted_by: None,
        may: "read, publish".into(),
        scope: "channel pypi".into(),
        expires_at: Some(hours(720)),
        used_at: Some(hours(5)),
        leaked: false,
        ends_soon: false,
        unused: false,
        wide: false,
        cut: None,
        restorable: false,
    };
    let worrying = Credential {
        name: HOSTILE.into(),
        owner: HOSTILE.into(),
        minted_by: Some(HOSTILE.into()),
        scope: HOSTILE.into(),
        expires_at: None,
        used_at: None,
        leaked: true,
        ends_soon: true,
        unused: true,
        wide: true,
        ..token.clone()
    };
    let cut = Credential { cut: Some((HOSTILE.into(), hours(9))), restorable: true, ..token.clone() };
    let held = Credential { restorable: false, ..cut.clone() };
    let none = Credentials {
        shell: signed_in(),
        head: head(Tab::Tokens),
        tokens: Vec::new(),
        trusted_only: false,
        passwords: true,
    };
    let all = Credentials { tokens: vec![token, worrying, cut, held], trusted_only: true, ..none.clone() };
    vec![sample("credentials.none", none), sample("credentials", all)]
}

fn activity() -> Vec<Sample> {
    let kind = |value, words, chosen| Kind { value, words, chosen };
    let none = PlaceActivity {
        shell: signed_in(),
        head: head(Tab::Activity),
        person: String::new(),
        project: String::new(),
        kinds: vec![kind("", "Everything", true), kind("package", "Packages", false)],
        events: Vec::new(),
        newer: None,
        older: None,
        export: "/channels/pypi/activity.jsonl".into(),
    };
    let event = Event {
        text: HOSTILE.into(),
        at: hours(3),
        by: HOSTILE.into(),
        with: Some(HOSTILE.into()),
        address: None,
    };
    let some = PlaceActivity {
        shell: Shell { nonce: NONCE.into(), ..hostile() },
        person: HOSTILE.into(),
        project: HOSTILE.into(),
        events: vec![event],
        newer: Some("/channels/pypi/activity?after=9".into()),
        older: Some("/channels/pypi/activity?before=7".into()),
        ..none.clone()
    };
    vec![sample("channel-activity.none", none), sample("channel-activity", some)]
}

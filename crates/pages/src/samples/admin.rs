//! Samples of administrators' pages.

use super::account::{recovery, roles};
use super::{HOSTILE, Sample, administrator, hours, sample};
use crate::admin::{ChannelRule, OpenInvitation, People, Person, PersonPage, Policy, Rule};
use crate::{Field, account::Recovery};

pub(super) fn samples() -> Vec<Sample> {
    [people(), person_pages(), policy()].into_iter().flatten().collect()
}

fn person(name: &str) -> Person {
    Person {
        name: name.into(),
        display_name: String::new(),
        email: "ada@example.org".into(),
        admin: false,
        suspended: false,
        verified: true,
        second_factor: true,
        created_at: hours(0),
    }
}

fn hostile_person() -> Person {
    Person {
        display_name: HOSTILE.into(),
        email: HOSTILE.into(),
        admin: true,
        suspended: true,
        verified: false,
        second_factor: false,
        ..person(HOSTILE)
    }
}

fn people() -> Vec<Sample> {
    let few = People {
        shell: administrator(),
        people: vec![person("grace")],
        invitations: false,
        open: Vec::new(),
        invite: Field::default(),
    };
    let many = People {
        people: vec![person("ada"), hostile_person(), Person { admin: true, ..person("grace") }],
        invitations: true,
        open: vec![OpenInvitation { email: HOSTILE.into(), expires_at: hours(168) }],
        invite: Field::of(HOSTILE).with_error(Some("This is not an e-mail address.")),
        ..few.clone()
    };
    vec![sample("people.one", few), sample("people", many)]
}

fn person_pages() -> Vec<Sample> {
    let own = PersonPage {
        shell: administrator(),
        person: Person { admin: true, ..person("grace") },
        own: true,
        seen_at: Some(hours(5)),
        factors: "authenticator app, 2 keys".into(),
        password: true,
        codes_left: 7,
        roles: Vec::new(),
        recovery: None,
        may_approve: false,
        approval_refused: None,
        recovery_rule: "It takes place after 24 hours, in which the person can cancel it.".into(),
    };
    let other = PersonPage { person: person("ada"), own: false, roles: roles(), ..own.clone() };
    let waiting = PersonPage {
        recovery: Some(Recovery { due_at: None, ..recovery() }),
        may_approve: true,
        ..other.clone()
    };
    let hostile = PersonPage {
        person: hostile_person(),
        seen_at: None,
        factors: "none".into(),
        password: false,
        codes_left: 0,
        recovery: Some(recovery()),
        may_approve: false,
        approval_refused: Some("You asked for it yourself: another administrator has to approve.".into()),
        ..other.clone()
    };
    vec![
        sample("person.own", own),
        sample("person", other),
        sample("person.recovery", waiting),
        sample("person.hostile", hostile),
    ]
}

fn policy() -> Vec<Sample> {
    let rule = |second_factor, phishing_resistant| Rule { second_factor, phishing_resistant };
    let first = Policy { shell: administrator(), instance: rule("publishers", false), channels: Vec::new() };
    let channel = |name: &str, rule| ChannelRule { name: name.into(), rule };
    let filled = Policy {
        instance: rule("everybody", true),
        channels: vec![channel("main", rule("nobody", false)), channel("pypi", rule("publishers", true))],
        ..first.clone()
    };
    vec![sample("policy.first", first), sample("policy", filled)]
}

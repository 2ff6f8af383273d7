//! Samples of what happened.

use super::{HOSTILE, Sample, administrator, hours, sample, signed_in};
use crate::activity::{Activity, Event, Filter, Kind};

pub(super) fn samples() -> Vec<Sample> {
    let kind = |value, words, chosen| Kind { value, words, chosen };
    let event = |text: &str, by: &str| Event {
        text: text.into(),
        at: hours(3),
        by: by.into(),
        with: Some("the token 'laptop'".into()),
        address: Some("203.0.113.7".into()),
    };
    let none = Activity {
        shell: signed_in(),
        filter: Filter {
            person: None,
            channel: String::new(),
            project: String::new(),
            kinds: vec![kind("", "Everything", true), kind("token", "API tokens", false)],
        },
        events: Vec::new(),
        newer: None,
        older: None,
        export: "/account/activity.jsonl".into(),
    };
    let suspended = Event { with: None, address: None, ..event("Your account was suspended.", "grace") };
    let own = Activity {
        events: vec![event("acme-1.0-py3-none-any.whl was published in the channel pypi.", "you"), suspended],
        older: Some("/account/activity?before=7".into()),
        ..none.clone()
    };
    let all = Activity {
        shell: administrator(),
        filter: Filter {
            person: Some(HOSTILE.into()),
            channel: HOSTILE.into(),
            project: HOSTILE.into(),
            ..none.filter.clone()
        },
        events: vec![event(HOSTILE, HOSTILE), Event { with: Some(HOSTILE.into()), ..event(HOSTILE, "ada") }],
        newer: Some("/admin/activity?after=9".into()),
        older: Some("/admin/activity?before=7".into()),
        export: "/admin/activity.jsonl".into(),
    };
    vec![sample("activity.none", none), sample("activity", own), sample("activity.registry", all)]
}

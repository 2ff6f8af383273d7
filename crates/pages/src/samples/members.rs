//! Samples of the pages about who holds a role: people, groups, invitations.

use super::account::roles;
use super::{HOSTILE, Sample, administrator, hostile, hours, places, projects, sample, signed_in, stranger};
use crate::Field;
use crate::places::{
    Answer, Group, GroupRow, Groups, Head, Holder, InvitationPage, Member, NewGroup, People, RoleChoice,
    RoleForm, RoleInvitation, Subject, Tab,
};

pub(super) fn samples() -> Vec<Sample> {
    [people(), groups(), invitations()].into_iter().flatten().collect()
}

fn choices() -> Vec<RoleChoice> {
    vec![
        RoleChoice { value: "maintainer", words: "Maintainer", hint: "Publishes and yanks." },
        RoleChoice { value: "owner", words: "Owner", hint: "Decides about everything in the project." },
    ]
}

fn invitation(to: &str) -> RoleInvitation {
    RoleInvitation {
        id: "0199".into(),
        to: to.into(),
        role: "maintainer".into(),
        by: "ada".into(),
        expires_at: hours(72),
    }
}

fn people() -> Vec<Sample> {
    let holder = |name: &str, group, role| Holder { group, name: name.into(), role };
    let seen = People {
        shell: signed_in(),
        head: projects::head(Tab::People),
        roles: choices(),
        holders: vec![holder("ada", false, "owner"), holder("core", true, "maintainer")],
        invitations: Vec::new(),
        adds_users: false,
        given: RoleForm::default(),
        invited: RoleForm::default(),
        transfer: None,
    };
    let managed = People {
        adds_users: true,
        invitations: vec![invitation("grace@example.org")],
        transfer: Some(Field::default()),
        ..seen.clone()
    };
    let typed = |error| RoleForm {
        who: Field::of(HOSTILE).with_error(Some(error)),
        user: false,
        role: "owner".into(),
    };
    let refused = People {
        shell: hostile(),
        head: places::hostile_head(Tab::People),
        holders: vec![holder(HOSTILE, false, "owner"), holder(HOSTILE, true, "owner")],
        invitations: vec![invitation(HOSTILE)],
        given: typed("there is no such group"),
        invited: typed("this is neither a user name nor an address"),
        transfer: Some(Field::of(HOSTILE).with_error(Some("this is neither a user name nor an address"))),
        ..managed.clone()
    };
    let nobody = People { head: places::head(Tab::People), holders: Vec::new(), ..managed.clone() };
    vec![
        sample("people-of.seen", seen),
        sample("people-of", managed),
        sample("people-of.refused", refused),
        sample("people-of.nobody", nobody),
    ]
}

fn groups() -> Vec<Sample> {
    let row = |name: &str, role: &str| GroupRow { name: name.into(), role: role.into() };
    let none = Groups { shell: signed_in(), groups: Vec::new(), new: None };
    let own = Groups { groups: vec![row("core", "manager")], ..none.clone() };
    let first = Groups { shell: administrator(), new: Some(NewGroup::default()), ..none.clone() };
    let all = Groups {
        groups: vec![row("core", ""), row(HOSTILE, HOSTILE)],
        new: Some(NewGroup {
            name: Field::of(HOSTILE).with_error(Some("this is not a name that a group can have")),
            manager: Field::of(HOSTILE).with_error(Some("there is no such user")),
        }),
        ..first.clone()
    };
    let member = |name: &str, manager| Member { name: name.into(), manager };
    let head = Head {
        subject: Subject::Group,
        name: "core".into(),
        tabs: vec![Tab::Overview],
        ..places::head(Tab::Overview)
    };
    let seen = Group {
        shell: signed_in(),
        head,
        members: vec![member("ada", true), member("grace", false)],
        roles: Vec::new(),
        invitations: Vec::new(),
        manages: false,
        administers: false,
        added: Field::default(),
        invited: Field::default(),
    };
    let managed = Group {
        shell: hostile(),
        members: vec![member("ada", true), member(HOSTILE, false)],
        roles: roles(),
        invitations: vec![invitation(HOSTILE)],
        manages: true,
        administers: true,
        added: Field::of(HOSTILE).with_error(Some("there is no such user")),
        invited: Field::of(HOSTILE).with_error(Some("this is neither a user name nor an address")),
        ..seen.clone()
    };
    let empty = Group { members: Vec::new(), ..seen.clone() };
    vec![
        sample("groups.none", none),
        sample("groups", own),
        sample("groups.first", first),
        sample("groups.all", all),
        sample("group", seen),
        sample("group.managed", managed),
        sample("group.empty", empty),
    ]
}

fn invitations() -> Vec<Sample> {
    let open = InvitationPage {
        shell: signed_in(),
        key: "c2FtcGxlIGtleQ".into(),
        id: String::new(),
        by: "grace".into(),
        offer: "maintainer of the project acme in the channel pypi".into(),
        transfer: false,
        expires_at: hours(72),
        answer: Answer::Open,
    };
    let transfer = InvitationPage {
        shell: hostile(),
        by: HOSTILE.into(),
        offer: HOSTILE.into(),
        transfer: true,
        key: String::new(),
        id: "0199".into(),
        ..open.clone()
    };
    let sign_in =
        InvitationPage { shell: stranger(), answer: Answer::SignIn { sign_up: true }, ..open.clone() };
    let not_yours = InvitationPage { answer: Answer::NotYours, ..open.clone() };
    vec![
        sample("invitation", open),
        sample("invitation.transfer", transfer),
        sample("invitation.stranger", sign_in),
        sample("invitation.not-yours", not_yours),
    ]
}

//! Invitations to roles.

use bonded_model::ids::InvitationId;
use bonded_model::people::{Policy, SecondFactorFor};
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_registry::Error;
use bonded_registry::access::{ManageChannel, Permit};
use bonded_registry::people::{NewPerson, SignUp};
use bonded_registry::roles::{Invitee, PlaceName, Which};
use bonded_testkit::TestApp;
use chrono::TimeDelta;

use crate::places::*;
use crate::with_roles_app;
use crate::world::*;

/// The ids of the open invitations to `pypi`.
async fn open(app: &TestApp) -> Vec<InvitationId> {
    let permit = app.registry.operator_inspects_channel(&app.operator(), "pypi").await.expect("may");
    let people = app.registry.channel_people(&permit).await.expect("the database answers");
    people.invitations.into_iter().map(|invitation| invitation.id).collect()
}

with_roles_app! {
    async fn an_invited_account_accepts_once(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let eve = person(&app, "eve").await;
        let token = token_of(&app, &account(&app, "eve").await).await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "Eve", ChannelRole::Publisher).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        assert!(upload(&app, &token, "pypi", "parcel").await.is_err(), "nothing before it is accepted");
        let session = eve.session().await;
        let offers = app.registry.role_offers(&session).await.expect("a list");
        assert_eq!((offers.len(), offers[0].role, offers[0].yours), (1, "publisher", Some(true)));
        let shown = app.registry.role_offer(Some(&session), &key).await.expect("an answer").expect("an offer");
        assert_eq!(shown.by.map(|name| name.to_string()).as_deref(), Some("ada"));
        assert_eq!(accept(&app, &eve, &key).await.expect("accepted"), PlaceName::Channel("pypi".parse().expect("a name")));
        upload(&app, &token, "pypi", "parcel").await.expect("a publisher");
        refused!(accept(&app, &eve, &key).await, Error::NotFound(_));
        let tags = tags(&app).await;
        for tag in ["role:invitation:create", "role:invitation:accept", "channel:member:add"] {
            assert!(tags.contains(&tag.to_owned()), "{tag}");
        }
    }

    async fn an_invited_address_signs_up_where_strangers_cannot(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve@example.org", ChannelRole::Reader).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        let invited = app.registry.invitation(&key).await.expect("an answer").expect("an invitation");
        assert_eq!(invited.address.as_str(), "eve@example.org");
        let mut eve = Browser::new(&app);
        let entry = app.registry.sign_up(&eve.visit, typed("eve"), Some(key.clone())).await.expect("an account");
        match &entry {
            bonded_registry::people::Entry::SignedIn { next, .. } => assert!(next.starts_with("/invitations/accept?key=")),
            other => panic!("something else: {other:?}"),
        }
        eve.enter(entry);
        assert!(eve.session().await.standing().verified, "the mail was read there");
        accept(&app, &eve, &key).await.expect("accepted");
    }

    async fn an_invitation_accepted_by_another_account(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let (eve, mallory) = (person(&app, "eve").await, person(&app, "mallory").await);
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        for (n, invitee) in ["eve", "eve@example.org"].into_iter().enumerate() {
            app.registry.invite_to_role(&permit, &origin, invitee, ChannelRole::Admin).await.expect("invited");
            let key = link(&app, "eve@example.org", INVITED).await;
            refused!(accept(&app, &mallory, &key).await, Error::Invalid(_));
            let session = mallory.session().await;
            let cleared = session.cleared().expect("no fence");
            refused!(app.registry.decline_role(&cleared, &mallory.visit, &Which::Key(key)).await, Error::Invalid(_));
            let ids = open(&app).await;
            assert_eq!(ids.len(), n + 1);
            for id in ids {
                refused!(app.registry.accept_role(&cleared, &mallory.visit, &Which::Id(id)).await, Error::Invalid(_));
            }
        }
        assert!(app.registry.role_offers(&mallory.session().await).await.expect("a list").is_empty());
        let id = open(&app).await[0];
        let session = eve.session().await;
        let cleared = session.cleared().expect("no fence");
        app.registry.accept_role(&cleared, &eve.visit, &Which::Id(id)).await.expect("eve's own");
    }

    async fn an_invitation_for_an_address_that_somebody_only_claims(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let mallory = person(&app, "mallory").await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve@example.org", ChannelRole::Admin).await.expect("invited");
        let session = mallory.session().await;
        let fresh = session.fresh().expect("fresh");
        app.registry.add_email(&fresh, &mallory.visit, "eve@example.org").await.expect("an unverified address");
        let [id] = open(&app).await[..] else { panic!("not one invitation") };
        let cleared = session.cleared().expect("no fence");
        refused!(app.registry.accept_role(&cleared, &mallory.visit, &Which::Id(id)).await, Error::Invalid(_));
        assert!(app.registry.role_offers(&session).await.expect("a list").is_empty());
    }

    async fn an_expired_invitation(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let mut eve = person(&app, "eve").await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ChannelRole::Publisher).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        app.advance(TimeDelta::days(3));
        eve.sign_in("eve", PASSWORD).await.expect("the password is right");
        refused!(accept(&app, &eve, &key).await, Error::NotFound(_));
        assert!(app.registry.role_offer(None, &key).await.expect("an answer").is_none());
        assert!(app.registry.invitation(&key).await.expect("an answer").is_none());
        assert!(open(&app).await.is_empty());
    }

    async fn the_invitation_of_a_removed_administrator(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person(&app, "eve").await);
        app.user_as("zoe", "pypi", ChannelRole::Admin).await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ChannelRole::Admin).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        let operator = channel_by_operator(&app, "pypi").await;
        app.registry.remove_role(&operator, &origin, &user("ada")).await.expect("removed");
        refused!(accept(&app, &eve, &key).await, Error::NotFound(_));
    }

    async fn the_invitation_of_somebody_with_a_smaller_role_by_now(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person(&app, "eve").await);
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ChannelRole::Admin).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        let user = account(&app, "ada").await;
        app.member("pypi", &user, ChannelRole::Publisher).await;
        refused!(accept(&app, &eve, &key).await, Error::Invalid(_));
        app.member("pypi", &user, ChannelRole::Admin).await;
        let administer = app.registry.operator_administers(&app.operator()).expect("the operator may");
        app.registry.suspend(&administer, &origin, user.id).await.expect("suspended");
        refused!(accept(&app, &eve, &key).await, Error::Invalid(_));
        app.registry.reinstate(&administer, &origin, user.id).await.expect("reinstated");
        accept(&app, &eve, &key).await.expect("ada may invite again");
    }

    async fn an_invitation_to_a_deleted_project(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Publisher).await;
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        let project = project(&app, "parcel", "ada").await;
        let (permit, origin) = (project_of(&app, &ada, "parcel").await.expect("an owner"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ProjectRole::Owner).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        let now = app.now();
        let write = app.registry.store.write(move |tx| Box::pin(async move {
            tx.set_project_deleted(project.id, Some(now)).await
        }));
        write.await.expect("deleted");
        refused!(accept(&app, &eve, &key).await, Error::NotFound(_));
        let again = app.registry.invite_to_role(&permit, &origin, "eve", ProjectRole::Owner).await;
        refused!(again, Error::NotFound(_));
    }

    async fn ids_of_another_channel_in_a_form(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person_as(&app, "eve", "main", ChannelRole::Admin).await);
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "zoe@example.org", ChannelRole::Reader).await.expect("invited");
        let [id] = open(&app).await[..] else { panic!("not one invitation") };
        let other = channel_of(&app, &eve, "main").await.expect("an admin");
        refused!(app.registry.withdraw_role_invitation(&other, &eve.visit.origin, id).await, Error::NotFound(_));
        app.registry.withdraw_role_invitation(&permit, &origin, id).await.expect("ada's own");
        refused!(app.registry.withdraw_role_invitation(&permit, &origin, id).await, Error::NotFound(_));
    }

    async fn whoever_may_not_publish_in_the_channel_keeps_the_invitation_to_its_project(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Publisher).await, person(&app, "eve").await);
        project(&app, "parcel", "ada").await;
        let (permit, origin) = (project_of(&app, &ada, "parcel").await.expect("an owner"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve@example.org", ProjectRole::Maintainer).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        assert!(text(accept(&app, &eve, &key).await).contains("ask an administrator of the channel"));
        app.member("pypi", &account(&app, "eve").await, ChannelRole::Publisher).await;
        accept(&app, &eve, &key).await.expect("it stayed");
    }

    async fn whoever_misses_what_the_channel_asks_keeps_the_invitation(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person(&app, "eve").await);
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ChannelRole::Reader).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        give_totp(&app, &account(&app, "ada").await).await;
        let strict = Policy { second_factor: SecondFactorFor::Everybody, phishing_resistant: false };
        let administer = app.registry.operator_administers(&app.operator()).expect("the operator may");
        app.registry.set_channel_policy(&administer, &origin, "pypi", strict).await.expect("the policy is set");
        assert!(text(accept(&app, &eve, &key).await).contains("set up a second factor"));
        app.registry.set_channel_policy(&administer, &origin, "pypi", Policy::NOTHING).await.expect("set");
        accept(&app, &eve, &key).await.expect("it stayed");
    }

    async fn an_invitation_to_less_takes_nothing_away(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person(&app, "eve").await);
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ChannelRole::Reader).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        let user = account(&app, "eve").await;
        app.member("pypi", &user, ChannelRole::Publisher).await;
        accept(&app, &eve, &key).await.expect("accepted");
        upload(&app, &token_of(&app, &user).await, "pypi", "parcel").await.expect("still a publisher");
    }

    async fn a_new_invitation_ends_the_one_before(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person(&app, "eve").await);
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        for invitee in ["eve@example.org", "eve"] {
            app.registry.invite_to_role(&permit, &origin, invitee, ChannelRole::Admin).await.expect("invited");
            let first = link(&app, "eve@example.org", INVITED).await;
            let before = open(&app).await.len();
            app.registry.invite_to_role(&permit, &origin, invitee, ChannelRole::Reader).await.expect("invited");
            assert_eq!(open(&app).await.len(), before);
            drop(mails(&app).await);
            refused!(accept(&app, &eve, &first).await, Error::NotFound(_));
        }
    }

    async fn the_inviter_learns_nothing_about_accounts_behind_addresses(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        person(&app, "eve").await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        for invitee in ["eve@example.org", "nobody@example.org", "eve"] {
            app.registry.invite_to_role(&permit, &origin, invitee, ChannelRole::Reader).await.expect("invited");
        }
        assert_eq!(field(app.registry.invite_to_role(&permit, &origin, "nobody", ChannelRole::Reader).await), "invitee");
        assert_eq!(field(app.registry.invite_to_role(&permit, &origin, "no@", ChannelRole::Reader).await), "invitee");
        let session = ada.session().await;
        let look = app.registry.inspect_channel(&session.cleared().expect("no fence"), "pypi").await.expect("may");
        let people = app.registry.channel_people(&look).await.expect("an answer");
        let invitees: Vec<_> = people.invitations.into_iter().map(|one| one.invitee).collect();
        assert_eq!(invitees.len(), 3);
        let address = |text: &str| Invitee::Address(text.parse().expect("an address"));
        let eve = Invitee::User("eve".parse().expect("a name"));
        let known = [address("eve@example.org"), address("nobody@example.org"), eve];
        assert!(known.iter().all(|invitee| invitees.contains(invitee)), "{invitees:?}");
    }

    async fn an_inviter_whose_account_is_not_secured_as_asked_any_more(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person(&app, "eve").await);
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ChannelRole::Reader).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        let strict = Policy { second_factor: SecondFactorFor::Publishers, phishing_resistant: false };
        let administer = app.registry.operator_administers(&app.operator()).expect("the operator may");
        app.registry.set_channel_policy(&administer, &origin, "pypi", strict).await.expect("the policy is set");
        let refused = text(accept(&app, &eve, &key).await);
        assert!(refused.contains("may not invite any more"), "{refused}");
        give_totp(&app, &account(&app, "ada").await).await;
        accept(&app, &eve, &key).await.expect("she could invite again");
    }

    async fn an_invitation_that_a_hijacker_of_the_account_sent(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person(&app, "eve").await);
        let invite = async |permit: &Permit<ManageChannel>| {
            let done = app.registry.invite_to_role(permit, &ada.visit.origin, "eve", ChannelRole::Admin).await;
            done.expect("invited");
            link(&app, "eve@example.org", INVITED).await
        };
        let sent = invite(&channel_of(&app, &ada, "pypi").await.expect("an admin")).await;
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let reset = link(&app, "ada@example.org", "Set a new password").await;
        app.registry.reset_password(&ada.visit, &reset, secret(OTHER_PASSWORD)).await.expect("it works");
        refused!(accept(&app, &eve, &sent).await, Error::NotFound(_));
        assert!(tags(&app).await.contains(&"role:invitation:withdraw".to_owned()));
        let operators = invite(&channel_by_operator(&app, "pypi").await).await;
        app.registry.recover_now(&app.operator(), &account(&app, "ada").await).await.expect("it is done");
        accept(&app, &eve, &operators).await.expect("it is somebody else's");
    }

    async fn nobody_is_mailed_at_an_address_that_they_never_verified(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let eve = unverified(&app, "eve").await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        drop(mails(&app).await);
        app.registry.invite_to_role(&permit, &origin, "eve", ChannelRole::Reader).await.expect("invited");
        let operator = channel_by_operator(&app, "pypi").await;
        app.registry.put_role(&operator, &origin, &user("eve"), ChannelRole::Reader).await.expect("a role");
        assert!(mails(&app).await.is_empty());
        assert_eq!(app.registry.role_offers(&eve.session().await).await.expect("a list").len(), 1, "it is shown");
    }

    async fn declined_means_gone(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person(&app, "eve").await);
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ChannelRole::Reader).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        let session = eve.session().await;
        let cleared = session.cleared().expect("no fence");
        app.registry.decline_role(&cleared, &eve.visit, &Which::Key(key.clone())).await.expect("declined");
        refused!(accept(&app, &eve, &key).await, Error::NotFound(_));
        assert!(tags(&app).await.contains(&"role:invitation:decline".to_owned()));
    }

    async fn twenty_invitations_a_day(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        for number in 0..20 {
            let address = format!("person{number}@example.org");
            app.registry.invite_to_role(&permit, &origin, &address, ChannelRole::Reader).await.expect("invited");
        }
        let one_more = app.registry.invite_to_role(&permit, &origin, "x@example.org", ChannelRole::Reader).await;
        refused!(one_more, Error::TooMany { .. });
    }

    async fn a_group_is_joined_by_invitation(app: TestApp) {
        let (ada, eve) = (person(&app, "ada").await, person(&app, "eve").await);
        group_with(&app, "builders", &["ada"]).await;
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        let (permit, origin) = (group_of(&app, &ada, "builders").await.expect("a manager"), ada.visit.origin);
        let member = bonded_model::group::GroupRole::Member;
        app.registry.invite_to_role(&permit, &origin, "eve", member).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        assert_eq!(accept(&app, &eve, &key).await.expect("accepted").to_string(), "the group builders");
        upload(&app, &token_of(&app, &account(&app, "eve").await).await, "pypi", "parcel").await.expect("through the group");
        app.registry.invite_to_role(&permit, &origin, "zoe@example.org", member).await.expect("invited");
        let operator = app.registry.operator_manages_group(&app.operator(), "builders").await.expect("may");
        app.registry.put_role(&operator, &origin, &user("ada"), member).await.expect("no manager any more");
        let zoe = person(&app, "zoe").await;
        let [offer] = &app.registry.role_offers(&zoe.session().await).await.expect("a list")[..] else { panic!("one") };
        let session = zoe.session().await;
        let accepted = app.registry.accept_role(&session.cleared().expect("no fence"), &zoe.visit, &Which::Id(offer.id)).await;
        refused!(accepted, Error::Invalid(_));
    }
}

crate::with_invitation_app! {
    async fn an_invitation_admits_its_address_alone(app: TestApp) {
        let root = administrator(&app, "root").await;
        let (permit, origin) = (channel_of(&app, &root, "pypi").await.expect("an admin"), root.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve@example.org", ChannelRole::Reader).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        let visit = Browser::new(&app).visit;
        let other = NewPerson { email: "mallory@example.org".to_owned(), ..typed("mallory") };
        assert_eq!(field(app.registry.sign_up(&visit, other, Some(key.clone())).await), "email");
        app.registry.sign_up(&visit, typed("eve"), Some(key.clone())).await.expect("an account");
        let second = NewPerson { name: "eve2".to_owned(), ..typed("eve") };
        assert_eq!(field(app.registry.sign_up(&Browser::new(&app).visit, second, Some(key)).await), "email");
    }

    async fn an_invitation_by_name_admits_nobody(app: TestApp) {
        let root = administrator(&app, "root").await;
        app.user("eve").await;
        let (permit, origin) = (channel_of(&app, &root, "pypi").await.expect("an admin"), root.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ChannelRole::Reader).await.expect("invited");
        let key = link(&app, "eve@example.org", INVITED).await;
        refused!(app.registry.sign_up(&Browser::new(&app).visit, typed("eve2"), Some(key)).await, Error::NotFound(_));
        assert_eq!(app.registry.settings.people.sign_up, SignUp::Invitation);
    }
}

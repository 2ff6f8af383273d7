//! Invitations.

use bonded_registry::Error;
use bonded_registry::people::{Fence, NewPerson};
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;

use crate::world::*;

/// Invites somebody, and gives what the mail's reader gets.
async fn invite(app: &TestApp, admin: &Browser<'_>, address: &str) -> bonded_model::secret::Secret {
    let permit = admin.administers().await;
    app.registry.invite(&permit, &admin.visit.origin, address).await.expect("the invitation");
    link(app, address, "You are invited").await
}

with_app! {
    async fn who_was_invited_signs_up_with_a_verified_address(app: TestApp) {
        let admin = administrator(&app, "root").await;
        let key = invite(&app, &admin, "eve@example.org").await;
        let shown = app.registry.invitation(&key).await.expect("an answer").expect("it works");
        assert_eq!(shown.address.as_str(), "eve@example.org");
        assert_eq!(shown.by.expect("an administrator").as_str(), "root");
        let mut eve = Browser::new(&app);
        let entry = app.registry.sign_up(&eve.visit, typed("eve"), Some(key.clone())).await;
        eve.enter(entry.expect("she is invited"));
        assert_eq!(eve.session().await.fence(), None);
        let again = app.registry.sign_up(&Browser::new(&app).visit, typed("eva"), Some(key)).await;
        refused!(again, Error::NotFound(_));
    }

    async fn an_invitation_verifies_no_other_address_than_its_own(app: TestApp) {
        let admin = administrator(&app, "root").await;
        let key = invite(&app, &admin, "eve@example.org").await;
        let other = NewPerson { email: "victim@example.org".into(), ..typed("eve") };
        let mut eve = Browser::new(&app);
        eve.enter(app.registry.sign_up(&eve.visit, other, Some(key)).await.expect("she is invited"));
        assert_eq!(eve.session().await.fence(), Some(Fence::Unverified));
    }

    async fn a_mistake_does_not_use_the_invitation_up(app: TestApp) {
        let admin = administrator(&app, "root").await;
        let key = invite(&app, &admin, "eve@example.org").await;
        let visit = Browser::new(&app).visit;
        assert_eq!(field(app.registry.sign_up(&visit, typed("root"), Some(key.clone())).await), "name");
        app.registry.sign_up(&visit, typed("eve"), Some(key)).await.expect("it still works");
    }

    async fn dead_invitations_open_nothing(app: TestApp) {
        let admin = administrator(&app, "root").await;
        let permit = admin.administers().await;
        let replaced = invite(&app, &admin, "eve@example.org").await;
        let withdrawn = invite(&app, &admin, "eve@example.org").await;
        let open = app.registry.invitations(&admin.looks().await).await.expect("an answer");
        assert_eq!(open.len(), 1);
        let address = "EVE@example.org".parse().expect("an address");
        let withdraw = app.registry.withdraw_invitation(&permit, &admin.visit.origin, &address);
        withdraw.await.expect("there is one");
        let withdraw = app.registry.withdraw_invitation(&permit, &admin.visit.origin, &address);
        refused!(withdraw.await, Error::NotFound(_));
        let expired = invite(&app, &admin, "eve@example.org").await;
        app.advance(TimeDelta::days(7));
        for key in [replaced, withdrawn, expired] {
            assert!(app.registry.invitation(&key).await.expect("an answer").is_none());
            let tried = app.registry.sign_up(&Browser::new(&app).visit, typed("eve"), Some(key)).await;
            refused!(tried, Error::NotFound(_));
        }
    }

    async fn a_link_of_another_kind_is_no_invitation(app: TestApp) {
        let user = app.user("ada").await;
        let url = app.registry.set_password_link(&app.operator(), &user).await.expect("a link");
        let visit = Browser::new(&app).visit;
        let tried = app.registry.sign_up(&visit, typed("eve"), Some(key_of(&url))).await;
        refused!(tried, Error::NotFound(_));
        assert!(app.registry.reset_link(&key_of(&url)).await.expect("an answer").is_some());
    }

    async fn who_has_an_account_is_not_invited(app: TestApp) {
        let admin = administrator(&app, "root").await;
        let permit = admin.administers().await;
        for address in ["root@example.org", "nowhere"] {
            let tried = app.registry.invite(&permit, &admin.visit.origin, address).await;
            assert_eq!(field(tried), "email");
        }
    }

    async fn the_invitations_of_a_suspended_administrator_end(app: TestApp) {
        let (root, rosa) = (administrator(&app, "root").await, administrator(&app, "rosa").await);
        let key = invite(&app, &rosa, "eve@example.org").await;
        let (permit, rosa) = (root.administers().await, account(&app, "rosa").await);
        app.registry.suspend(&permit, &root.visit.origin, rosa.id).await.expect("it is done");
        assert!(app.registry.invitation(&key).await.expect("an answer").is_none());
    }
}

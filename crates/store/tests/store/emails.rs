//! Addresses, names, and what goes with an account.

use bonded_model::Random;
use bonded_model::ids::EmailId;
use bonded_model::people::{EmailAddress, UserInserted};
use bonded_model::token::{ApiToken, TokenScope};
use bonded_model::user::User;
use bonded_testkit::on_both;

use crate::world::{ada_and_eve, add_user, after, now, random, token, user, write};

fn address(of: &User, text: &str) -> EmailAddress {
    let id = EmailId::generate(now(), &random());
    let address = text.parse().unwrap();
    EmailAddress { id, user: of.id, address, primary: false, verified_at: None, created_at: now() }
}

on_both! {
    async fn an_address_that_is_not_verified_is_taken_from_nobody(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let mut reader = store.read().await.unwrap();
        let [hers] = reader.emails_of(ada.id).await.unwrap().try_into().unwrap();
        let [other] = reader.emails_of(eve.id).await.unwrap().try_into().unwrap();
        assert_eq!(reader.user_by_verified_email(&ada.email).await.unwrap(), None);
        let verified = write(&store, move |tx| Box::pin(async move {
            Ok([
                tx.verify_email(hers.id, after(1)).await?,
                tx.verify_email(other.id, after(2)).await?,
                tx.verify_email(hers.id, after(3)).await?,
                tx.verify_email(EmailId::generate(now(), &random()), now()).await?,
            ])
        })).await;
        assert_eq!(verified, [true, false, true, false]);
        let found = reader.user_by_verified_email(&"Ada@EXAMPLE.org".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(found, User { verified_at: Some(after(1)), ..ada });
        assert_eq!(reader.email(hers.id).await.unwrap().unwrap().verified_at, Some(after(1)));
        assert_eq!(reader.user(eve.id).await.unwrap(), Some(eve));
    }

    async fn a_new_account_cannot_begin_with_an_address_that_another_has_verified(database: TestDatabase) {
        let store = database.store().await;
        let ada = User { verified_at: Some(now()), ..user("ada") };
        let bob = User { email: "ADA@example.org".parse().unwrap(), ..user("bob") };
        let inserted = write(&store, move |tx| Box::pin(async move {
            let id = || EmailId::generate(now(), &random());
            Ok([
                tx.insert_user(&ada, id()).await?,
                tx.insert_user(&User { verified_at: Some(now()), ..bob.clone() }, id()).await?,
                tx.insert_user(&User { email: "b@example.org".parse().unwrap(), ..user("ADA") }, id()).await?,
                tx.insert_user(&bob, id()).await?,
            ])
        })).await;
        use UserInserted::{Done, EmailTaken, NameTaken};
        assert_eq!(inserted, [Done, EmailTaken, NameTaken, Done]);
    }

    async fn the_primary_address_moves_and_is_never_missing(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let mut reader = store.read().await.unwrap();
        let (old, evil) = (reader.emails_of(ada.id).await.unwrap()[0].id, reader.emails_of(eve.id).await.unwrap()[0].id);
        let new = address(&ada, "ada@example.com");
        let (new_id, ada_id) = (new.id, ada.id);
        let again = address(&ada, "ADA@example.com");
        let done = write(&store, move |tx| Box::pin(async move {
            Ok([
                tx.insert_email(&new).await?,
                tx.insert_email(&again).await?,
                tx.make_primary(ada_id, evil).await?,
                tx.delete_email(old).await?,
                tx.make_primary(ada_id, new_id).await?,
            ])
        })).await;
        assert_eq!(done, [true, false, false, false, true]);
        assert_eq!(reader.user(ada.id).await.unwrap().unwrap().email.as_str(), "ada@example.com");
        let ids: Vec<_> = reader.emails_of(ada.id).await.unwrap().into_iter().map(|email| email.id).collect();
        assert_eq!(ids, [new_id, old]);
        assert!(write(&store, move |tx| Box::pin(async move { tx.delete_email(old).await })).await);
        assert_eq!(reader.emails_of(ada.id).await.unwrap().len(), 1);
    }

    async fn a_deleted_account_takes_its_own_along_and_a_retired_name_comes_back_to_nobody(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let ids = (ada.id, eve.id);
        let inserted = write(&store, move |tx| Box::pin(async move {
            tx.insert_token(&token(&ada, "ci", TokenScope::Owner), &ApiToken::generate(&Random::System).hash()).await?;
            tx.put_password(ada.id, "$argon2id$", now()).await?;
            tx.retire_name(&ada.name, now()).await?;
            tx.retire_name(&ada.name, after(1)).await?;
            Ok([
                tx.delete_user(ada.id).await?,
                tx.delete_user(ada.id).await?,
                tx.delete_user(eve.id).await?,
                add_user(tx, &user("ADA")).await?,
                add_user(tx, &user("Eve")).await?,
            ])
        })).await;
        assert_eq!(inserted, [true, false, true, false, true]);
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.user(ids.0).await.unwrap(), None);
        assert_eq!(reader.emails_of(ids.0).await.unwrap(), []);
        assert_eq!(reader.password_of(ids.0).await.unwrap(), None);
        assert_eq!(reader.tokens().await.unwrap(), []);
    }

    async fn a_name_to_show_and_a_suspension_come_and_go(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let id = ada.id;
        write(&store, move |tx| Box::pin(async move {
            tx.set_display_name_of(id, Some("Ada L.")).await?;
            tx.set_suspended(id, Some(now())).await
        })).await;
        let mut reader = store.read().await.unwrap();
        let changed = User { display_name: Some("Ada L.".into()), suspended_at: Some(now()), ..ada.clone() };
        assert_eq!(reader.users().await.unwrap(), [changed, eve]);
        write(&store, move |tx| Box::pin(async move {
            tx.set_display_name_of(id, None).await?;
            tx.set_suspended(id, None).await
        })).await;
        assert_eq!(reader.user(id).await.unwrap(), Some(ada));
    }
}

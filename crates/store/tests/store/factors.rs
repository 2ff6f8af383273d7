//! Passwords, authenticator apps, keys and recovery codes.

use bonded_model::Timestamp;
use bonded_model::ids::{KeyId, RecoveryCodeId, UserId};
use bonded_model::people::{Factors, KeyInserted, KeyRenamed, RecoveryCode, Totp, WebauthnKey};
use bonded_testkit::on_both;

use crate::world::{ada_and_eve, after, now, random, write};

fn key(user: UserId, name: &str, credential: &[u8]) -> WebauthnKey {
    WebauthnKey {
        // Keys are listed by their ids, which sort by time.
        id: KeyId::generate(after(credential[0].into()), &random()),
        user,
        name: name.into(),
        credential_id: credential.into(),
        credential: r#"{"counter":1}"#.into(),
        created_at: now(),
        last_used_at: None,
    }
}

fn code(user: UserId, hash: &str, made_at: Timestamp) -> RecoveryCode {
    let id = RecoveryCodeId::generate(made_at, &random());
    RecoveryCode { id, user, hash: hash.into(), created_at: made_at, confirmed_at: None, used_at: None }
}

on_both! {
    async fn a_newer_hash_does_not_bring_an_old_password_back(database: TestDatabase) {
        let store = database.store().await;
        let (ada, _) = ada_and_eve(&store).await;
        let id = ada.id;
        let rehashed = write(&store, move |tx| Box::pin(async move {
            tx.put_password(id, "old", now()).await?;
            let first = tx.rehash_password(id, "old", "old, slower").await?;
            tx.put_password(id, "new", after(1)).await?;
            Ok((first, tx.rehash_password(id, "old, slower", "old, slowest").await?))
        })).await;
        assert_eq!(rehashed, (true, false));
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.password_of(id).await.unwrap().as_deref(), Some("new"));
        write(&store, move |tx| Box::pin(async move { tx.delete_password(id).await })).await;
        assert_eq!(reader.password_of(id).await.unwrap(), None);
    }

    async fn a_code_of_an_authenticator_app_is_accepted_once_and_none_before_it(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let id = ada.id;
        let totp = Totp { user: id, secret: vec![7; 48], last_step: 10, created_at: now(), last_used_at: None };
        let accepted = write(&store, move |tx| Box::pin(async move {
            tx.put_totp(&Totp { secret: vec![1], ..totp.clone() }).await?;
            tx.put_totp(&totp).await?;
            let mut accepted = Vec::new();
            for step in [10, 9, 11, 11, 12] {
                accepted.push(tx.accept_totp_step(id, step, after(step)).await?);
            }
            accepted.push(tx.accept_totp_step(eve.id, 99, now()).await?);
            Ok(accepted)
        })).await;
        assert_eq!(accepted, [false, false, true, false, true, false]);
        let mut reader = store.read().await.unwrap();
        let totp = reader.totp_of(id).await.unwrap().unwrap();
        assert_eq!((totp.secret, totp.last_step, totp.last_used_at), (vec![7; 48], 12, Some(after(12))));
        assert_eq!(reader.standing_of(id).await.unwrap().factors, Factors { totp: true, key: false });
        let deleted = write(&store, move |tx| Box::pin(async move {
            Ok((tx.delete_totp(id).await?, tx.delete_totp(id).await?))
        })).await;
        assert_eq!(deleted, (true, false));
        assert_eq!(reader.standing_of(id).await.unwrap().factors, Factors::default());
    }

    async fn keys_are_unique_by_credential_in_the_instance_and_by_name_in_the_account(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let (blue, red) = (key(ada.id, "blue", b"1"), key(ada.id, "red", b"2"));
        let (blue_id, red_id, red_of_eve) = (blue.id, red.id, key(eve.id, "red", b"4"));
        let inserted = write(&store, move |tx| Box::pin(async move {
            Ok([
                tx.insert_webauthn_key(&blue).await?,
                tx.insert_webauthn_key(&red).await?,
                tx.insert_webauthn_key(&key(eve.id, "stolen", b"1")).await?,
                tx.insert_webauthn_key(&key(ada.id, "red", b"3")).await?,
                tx.insert_webauthn_key(&red_of_eve).await?,
            ])
        })).await;
        use KeyInserted::{CredentialTaken, Done, NameTaken};
        assert_eq!(inserted, [Done, Done, CredentialTaken, NameTaken, Done]);
        let renamed = write(&store, move |tx| Box::pin(async move {
            Ok([
                tx.rename_webauthn_key(ada.id, blue_id, "red").await?,
                tx.rename_webauthn_key(ada.id, blue_id, "blue").await?,
                tx.rename_webauthn_key(eve.id, blue_id, "mine").await?,
                tx.rename_webauthn_key(ada.id, blue_id, "green").await?,
            ])
        })).await;
        assert_eq!(renamed, [KeyRenamed::NameTaken, KeyRenamed::Done, KeyRenamed::Missing, KeyRenamed::Done]);
        let mut reader = store.read().await.unwrap();
        let names: Vec<_> = reader.webauthn_keys_of(ada.id).await.unwrap().into_iter().map(|key| key.name).collect();
        assert_eq!(names, ["green", "red"]);
        assert_eq!(reader.webauthn_key_by_credential(b"2").await.unwrap().unwrap().id, red_id);
        assert!(reader.webauthn_key_by_credential(b"9").await.unwrap().is_none());
        let deleted = write(&store, move |tx| Box::pin(async move {
            let foreign = tx.delete_webauthn_key(eve.id, red_id).await?;
            let own = tx.delete_webauthn_key(ada.id, red_id).await?;
            tx.delete_webauthn_keys(ada.id).await?;
            Ok((foreign, own))
        })).await;
        assert_eq!(deleted, (false, true));
        assert!(reader.webauthn_keys_of(ada.id).await.unwrap().is_empty());
        assert_eq!(reader.webauthn_keys_of(eve.id).await.unwrap().len(), 1);
    }

    async fn of_a_key_and_its_clone_one_is_used(database: TestDatabase) {
        let store = database.store().await;
        let (ada, _) = ada_and_eve(&store).await;
        let blue = key(ada.id, "blue", b"1");
        let id = blue.id;
        let used = write(&store, move |tx| Box::pin(async move {
            assert_eq!(tx.insert_webauthn_key(&blue).await?, KeyInserted::Done);
            let (before, after_use) = (blue.credential.as_str(), r#"{"counter":2}"#);
            Ok([
                tx.use_webauthn_key(id, before, after_use, after(1)).await?,
                tx.use_webauthn_key(id, before, after_use, after(2)).await?,
                tx.use_webauthn_key(id, after_use, r#"{"counter":3}"#, after(3)).await?,
            ])
        })).await;
        assert_eq!(used, [true, false, true]);
        let [blue] = store.read().await.unwrap().webauthn_keys_of(ada.id).await.unwrap().try_into().unwrap();
        assert_eq!((blue.credential.as_str(), blue.last_used_at), (r#"{"counter":3}"#, Some(after(3))));
    }

    async fn new_recovery_codes_replace_the_old_ones_when_they_are_confirmed(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let id = ada.id;
        let (old, new) = (code(id, "old", now()), code(id, "new", after(1)));
        let (old_id, new_id) = (old.id, new.id);
        let done = write(&store, move |tx| Box::pin(async move {
            tx.insert_recovery_codes(&[old.clone(), code(id, "spare", now())]).await?;
            let unconfirmed = tx.use_recovery_code(old.id, now()).await?;
            let confirmed = tx.confirm_recovery_codes(id, now(), now()).await?;
            tx.insert_recovery_codes(std::slice::from_ref(&new)).await?;
            Ok([
                unconfirmed,
                confirmed,
                tx.use_recovery_code(new.id, after(1)).await?,
                tx.use_recovery_code(old.id, after(1)).await?,
                tx.use_recovery_code(old.id, after(2)).await?,
                tx.confirm_recovery_codes(id, after(9), after(2)).await?,
                tx.confirm_recovery_codes(eve.id, after(1), after(2)).await?,
            ])
        })).await;
        assert_eq!(done, [false, true, false, true, false, false, false]);
        let mut reader = store.read().await.unwrap();
        let codes = reader.recovery_codes_of(id).await.unwrap();
        assert_eq!(codes.len(), 3, "a set that is not there replaces nothing");
        assert_eq!(codes.iter().find(|code| code.id == old_id).unwrap().used_at, Some(after(1)));
        let confirmed = write(&store, move |tx| Box::pin(async move {
            Ok((tx.confirm_recovery_codes(id, after(1), after(3)).await?, tx.use_recovery_code(old_id, after(4)).await?))
        })).await;
        assert_eq!(confirmed, (true, false));
        let [left] = reader.recovery_codes_of(id).await.unwrap().try_into().unwrap();
        assert_eq!((left.id, left.confirmed_at), (new_id, Some(after(3))));
    }

    async fn recovery_codes_that_were_never_confirmed_can_go_alone(database: TestDatabase) {
        let store = database.store().await;
        let (ada, _) = ada_and_eve(&store).await;
        let id = ada.id;
        write(&store, move |tx| Box::pin(async move {
            tx.insert_recovery_codes(&[code(id, "old", now())]).await?;
            tx.confirm_recovery_codes(id, now(), now()).await?;
            tx.insert_recovery_codes(&[code(id, "new", after(1))]).await?;
            tx.delete_unconfirmed_recovery_codes(id).await
        })).await;
        let mut reader = store.read().await.unwrap();
        let hashes: Vec<_> = reader.recovery_codes_of(id).await.unwrap().into_iter().map(|code| code.hash).collect();
        assert_eq!(hashes, ["old"]);
        write(&store, move |tx| Box::pin(async move { tx.delete_recovery_codes(id).await })).await;
        assert!(reader.recovery_codes_of(id).await.unwrap().is_empty());
    }
}

//! Sessions, half-way sign-ins, devices, links, ceremonies.

use bonded_model::ids::{DeviceId, SessionId, UserId};
use bonded_model::people::{
    Client, Device, Link, LinkKind, Proof, ProofKind, SessionRow, SignIn, SignInStage,
};
use bonded_testkit::on_both;
use futures::future::join_all;

use crate::world::{ada_and_eve, after, now, random, secret, write};

fn session(user: UserId, number: u8) -> SessionRow {
    SessionRow {
        id: SessionId::generate(now(), &random()),
        browser: secret(number),
        user,
        created_at: now(),
        seen_at: after(number.into()),
        expires_at: after(100),
        proof: Proof { kind: ProofKind::Password, at: now() },
        client: Client { address: Some("2001:db8::1".parse().unwrap()), agent: "Browser/1".into() },
    }
}

fn sign_in(user: UserId, number: u8) -> SignIn {
    SignIn {
        browser: secret(number),
        user,
        stage: SignInStage::Factor,
        proof: ProofKind::Password,
        next: "/account".into(),
        created_at: now(),
        expires_at: after(100),
    }
}

fn device(user: UserId, number: u8) -> Device {
    let id = DeviceId::generate(now(), &random());
    Device { id, secret: secret(number), user, created_at: now(), expires_at: after(100) }
}

fn link(user: Option<UserId>, kind: LinkKind, number: u8) -> Link {
    Link {
        secret: secret(number),
        kind,
        user,
        email: None,
        browser: Some(secret(99)),
        invited: Some("new@example.org".parse().unwrap()),
        created_at: now(),
        expires_at: after(100),
    }
}

on_both! {
    async fn a_session_is_found_by_its_browser_only_and_only_by_the_newest_secret(database: TestDatabase) {
        let store = database.store().await;
        let (ada, _) = ada_and_eve(&store).await;
        let first = session(ada.id, 1);
        let (id, copy) = (first.id, first.clone());
        write(&store, move |tx| Box::pin(async move { tx.insert_session(&copy).await })).await;
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.session_by_browser(&secret(1)).await.unwrap(), Some(first.clone()));
        let proof = Proof { kind: ProofKind::Key, at: after(5) };
        let client = Client { address: None, agent: "Browser/2".into() };
        let elsewhere = client.clone();
        write(&store, move |tx| Box::pin(async move {
            assert!(tx.rotate_session(id, &secret(2)).await?);
            assert!(tx.prove_session(id, proof).await?);
            tx.touch_session(id, after(50), &elsewhere).await?;
            tx.touch_session(id, after(40), &Client::default()).await
        })).await;
        assert_eq!(reader.session_by_browser(&secret(1)).await.unwrap(), None);
        let changed = SessionRow { browser: secret(2), seen_at: after(50), proof, client, ..first };
        assert_eq!(reader.session_by_browser(&secret(2)).await.unwrap(), Some(changed));
    }

    async fn nobody_ends_the_session_of_another_and_one_may_stay_when_the_rest_ends(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let sessions = [1, 2, 3].map(|number| session(ada.id, number));
        let ids = [0, 1, 2].map(|at: usize| sessions[at].id);
        let foreign = session(eve.id, 4);
        write(&store, move |tx| Box::pin(async move {
            for session in sessions.iter().chain([&foreign]) {
                tx.insert_session(session).await?;
            }
            Ok(())
        })).await;
        let mut reader = store.read().await.unwrap();
        let seen: Vec<_> = reader.sessions_of(ada.id).await.unwrap().into_iter().map(|session| session.id).collect();
        assert_eq!(seen, [ids[2], ids[1], ids[0]]);
        let ended = write(&store, move |tx| Box::pin(async move {
            let tried = (tx.delete_session(eve.id, ids[0]).await?, tx.delete_session(ada.id, ids[0]).await?);
            assert!(!tx.rotate_session(ids[0], &secret(9)).await?);
            assert!(!tx.prove_session(ids[0], Proof { kind: ProofKind::Key, at: now() }).await?);
            Ok((tried, tx.delete_sessions_of(ada.id, Some(ids[2])).await?, tx.delete_sessions_of(ada.id, None).await?))
        })).await;
        assert_eq!(ended, ((false, true), 1, 1));
        assert_eq!(reader.sessions_of(eve.id).await.unwrap().len(), 1);
    }

    async fn a_browser_has_one_half_way_sign_in(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let second = SignIn { stage: SignInStage::Place, proof: ProofKind::Totp, ..sign_in(eve.id, 1) };
        let copy = second.clone();
        write(&store, move |tx| Box::pin(async move {
            tx.put_sign_in(&sign_in(ada.id, 1)).await?;
            tx.put_sign_in(&sign_in(ada.id, 2)).await?;
            tx.put_sign_in(&copy).await?;
            tx.delete_sign_ins_of(ada.id).await
        })).await;
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.sign_in_by_browser(&secret(1)).await.unwrap(), Some(second));
        assert_eq!(reader.sign_in_by_browser(&secret(2)).await.unwrap(), None);
        let ended = write(&store, |tx| Box::pin(async move {
            Ok((tx.delete_sign_in(&secret(1)).await?, tx.delete_sign_in(&secret(1)).await?))
        })).await;
        assert_eq!(ended, (true, false));
    }

    async fn devices_are_forgotten_but_for_one(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let kept = device(ada.id, 1);
        let copy = kept.clone();
        let forgotten = write(&store, move |tx| Box::pin(async move {
            for device in [&copy, &device(ada.id, 2), &device(eve.id, 3)] {
                tx.insert_device(device).await?;
            }
            tx.delete_devices_of(ada.id, Some(copy.id)).await
        })).await;
        assert_eq!(forgotten, 1);
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.device_by_secret(&secret(1)).await.unwrap(), Some(kept));
        assert_eq!(reader.device_by_secret(&secret(2)).await.unwrap(), None);
        assert!(reader.device_by_secret(&secret(3)).await.unwrap().is_some());
    }

    async fn a_link_is_used_once_for_its_purpose_and_in_its_time(database: TestDatabase) {
        let store = database.store().await;
        let (ada, _) = ada_and_eve(&store).await;
        write(&store, move |tx| Box::pin(async move {
            tx.insert_link(&link(Some(ada.id), LinkKind::ResetPassword, 1)).await
        })).await;
        let mut reader = store.read().await.unwrap();
        assert!(reader.link(&secret(1)).await.unwrap().is_some());
        let wrong = write(&store, |tx| Box::pin(async move {
            Ok([
                tx.take_link(&secret(1), LinkKind::VerifyEmail, now()).await?.is_some(),
                tx.take_link(&secret(1), LinkKind::ResetPassword, after(100)).await?.is_some(),
                tx.take_link(&secret(2), LinkKind::ResetPassword, now()).await?.is_some(),
            ])
        })).await;
        assert_eq!(wrong, [false; 3]);
        let uses = (0..20).map(|_| write(&store, |tx| Box::pin(async move {
            tx.take_link(&secret(1), LinkKind::ResetPassword, after(99)).await
        })));
        let taken: Vec<_> = join_all(uses).await.into_iter().flatten().collect();
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].user, taken[0].browser), (Some(ada.id), Some(secret(99))));
        assert_eq!(taken[0].invited, Some("new@example.org".parse().unwrap()));
        assert!(reader.link(&secret(1)).await.unwrap().is_none());
    }

    async fn links_are_deleted_by_kind(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let deleted = write(&store, move |tx| Box::pin(async move {
            tx.insert_link(&link(None, LinkKind::Setup, 1)).await?;
            tx.insert_link(&link(None, LinkKind::Invitation, 2)).await?;
            tx.insert_link(&link(Some(ada.id), LinkKind::ResetPassword, 3)).await?;
            tx.insert_link(&link(Some(ada.id), LinkKind::VerifyEmail, 4)).await?;
            tx.insert_link(&link(Some(eve.id), LinkKind::ResetPassword, 5)).await?;
            tx.insert_link(&link(None, LinkKind::Invitation, 6)).await?;
            tx.delete_setup_links().await?;
            tx.delete_links_of(ada.id, LinkKind::ResetPassword).await?;
            Ok((tx.delete_link(&secret(6)).await?, tx.delete_link(&secret(6)).await?))
        })).await;
        assert_eq!(deleted, (true, false));
        let mut reader = store.read().await.unwrap();
        let mut left = Vec::new();
        for number in 1..=6 {
            left.extend(reader.link(&secret(number)).await.unwrap().map(|_| number));
        }
        assert_eq!(left, [2, 4, 5]);
        let [invitation] = reader.invitations().await.unwrap().try_into().unwrap();
        assert_eq!(invitation.secret, secret(2));
    }

    async fn a_challenge_is_answered_once_and_in_its_time(database: TestDatabase) {
        let store = database.store().await;
        let taken = write(&store, |tx| Box::pin(async move {
            tx.put_ceremony(&secret(1), "key", b"old", after(1)).await?;
            tx.put_ceremony(&secret(1), "key", b"new", after(10)).await?;
            tx.put_ceremony(&secret(1), "totp", b"app", after(1)).await?;
            Ok([
                tx.take_ceremony(&secret(2), "key", now()).await?,
                tx.take_ceremony(&secret(1), "totp", after(1)).await?,
                tx.take_ceremony(&secret(1), "key", after(9)).await?,
                tx.take_ceremony(&secret(1), "key", after(9)).await?,
            ])
        })).await;
        assert_eq!(taken, [None, None, Some(b"new".to_vec()), None]);
    }

    async fn what_has_ended_is_deleted_and_nothing_else(database: TestDatabase) {
        let store = database.store().await;
        let (ada, _) = ada_and_eve(&store).await;
        write(&store, move |tx| Box::pin(async move {
            for (number, ends) in [(1, after(10)), (2, after(11))] {
                tx.insert_session(&SessionRow { expires_at: ends, ..session(ada.id, number) }).await?;
                tx.put_sign_in(&SignIn { expires_at: ends, ..sign_in(ada.id, number) }).await?;
                tx.insert_device(&Device { expires_at: ends, ..device(ada.id, number) }).await?;
                tx.insert_link(&Link { expires_at: ends, ..link(None, LinkKind::Invitation, number) }).await?;
                tx.put_ceremony(&secret(number), "key", b"", ends).await?;
                tx.count_limit(&number.to_string(), now(), ends).await?;
            }
            tx.delete_expired(after(10)).await
        })).await;
        let mut reader = store.read().await.unwrap();
        for (number, left) in [(1, false), (2, true)] {
            assert_eq!(reader.session_by_browser(&secret(number)).await.unwrap().is_some(), left);
            assert_eq!(reader.sign_in_by_browser(&secret(number)).await.unwrap().is_some(), left);
            assert_eq!(reader.device_by_secret(&secret(number)).await.unwrap().is_some(), left);
            assert_eq!(reader.link(&secret(number)).await.unwrap().is_some(), left);
        }
        let (ceremonies, limits) = write(&store, |tx| Box::pin(async move {
            let one = tx.take_ceremony(&secret(1), "key", now()).await?.is_some();
            let two = tx.take_ceremony(&secret(2), "key", now()).await?.is_some();
            let counts = (tx.count_limit("1", now(), after(99)).await?.0, tx.count_limit("2", now(), after(99)).await?.0);
            Ok(((one, two), counts))
        })).await;
        assert_eq!((ceremonies, limits), ((false, true), (1, 2)));
    }
}

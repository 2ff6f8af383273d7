//! Setting up and removing what people prove with, and fresh proofs.

use bonded_model::people::ProofKind;
use bonded_registry::Error;
use bonded_testkit::TestApp;
use chrono::TimeDelta;

use crate::authenticator::{Authenticator, make_codes, prove, secure};
use crate::with_open_app;
use crate::world::*;

with_open_app! {
    async fn recovery_codes_come_first_and_a_verified_address_before_them(app: TestApp) {
        let newt = unverified(&app, "newt").await;
        let session = newt.session().await;
        let fresh = session.fresh().expect("a fresh proof");
        refused!(app.registry.make_recovery_codes(&fresh, &newt.visit).await, Error::Invalid(_));
        refused!(app.registry.begin_totp(&fresh, &newt.visit).await, Error::Invalid(_));
        let ada = person(&app, "ada").await;
        let session = ada.session().await;
        let fresh = session.fresh().expect("a fresh proof");
        refused!(app.registry.begin_totp(&fresh, &ada.visit).await, Error::Invalid(_));
        refused!(app.registry.begin_key(&fresh, &ada.visit).await, Error::Invalid(_));
        app.registry.make_recovery_codes(&fresh, &ada.visit).await.expect("she is verified");
        refused!(app.registry.begin_totp(&fresh, &ada.visit).await, Error::Invalid(_));
    }

    async fn new_recovery_codes_replace_the_old_ones_once_one_is_typed_back(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let old = make_codes(&app, &ada).await;
        // The moment of its making names a set.
        app.advance(TimeDelta::microseconds(1));
        let session = ada.session().await;
        let fresh = session.fresh().expect("a fresh proof");
        let new = app.registry.make_recovery_codes(&fresh, &ada.visit).await.expect("codes");
        let tried = app.registry.prove_with_recovery_code(&session, &ada.visit, &new[0]).await;
        assert_eq!(field(tried), "code");
        ada.take(app.registry.prove_with_recovery_code(&session, &ada.visit, &old[0]).await.expect("still"));
        let tried = app.registry.confirm_recovery_codes(&session, &ada.visit, &old[1]).await;
        assert_eq!(field(tried), "code");
        app.registry.confirm_recovery_codes(&session, &ada.visit, &new[0]).await.expect("a new one");
        let tried = app.registry.prove_with_recovery_code(&session, &ada.visit, &old[1]).await;
        assert_eq!(field(tried), "code");
        let codes = app.registry.recovery_codes(&session).await.expect("an answer");
        assert_eq!((codes.left, codes.unconfirmed), (8, false), "typing one back does not use it up");
    }

    async fn a_mistyped_code_does_not_make_people_scan_again(app: TestApp) {
        let ada = person(&app, "ada").await;
        make_codes(&app, &ada).await;
        let session = ada.session().await;
        let fresh = session.fresh().expect("a fresh proof");
        let first = app.registry.begin_totp(&fresh, &ada.visit).await.expect("it begins");
        assert_eq!(field(app.registry.add_totp(&fresh, &ada.visit, "12345").await), "code");
        let second = app.registry.begin_totp(&fresh, &ada.visit).await.expect("it goes on");
        assert_eq!(first.key, second.key);
        assert!(first.qr.expect("a picture").starts_with("<svg"));
        let code = Authenticator::of(&first.key).code(app.now());
        app.registry.add_totp(&fresh, &ada.visit, &code).await.expect("the code is right");
        assert_eq!(recipients(&app, "An authenticator app was added").await, ["ada@example.org"]);
        let used = app.registry.prove_with_totp(&ada.session().await, &ada.visit, &code).await;
        assert_eq!(field(used), "code");
    }

    async fn the_database_alone_gives_no_codes(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, _) = secure(&app, &mut ada).await;
        let user = account(&app, "ada").await;
        let mut reader = app.registry.store.read().await.expect("the database answers");
        let sealed = reader.totp_of(user.id).await.expect("an answer").expect("an app").secret;
        assert!(!authenticator.is_in(&sealed));
    }

    async fn the_sealed_secret_of_another_account_is_worth_nothing(app: TestApp) {
        let (mut ada, mut eve) = (person(&app, "ada").await, person(&app, "eve").await);
        secure(&app, &mut ada).await;
        let (authenticator, _) = secure(&app, &mut eve).await;
        let (hers, own) = (account(&app, "ada").await.id, account(&app, "eve").await.id);
        let swapped = app.registry.store.write(move |tx| Box::pin(async move {
            let Some(mut totp) = tx.totp_of(own).await? else { return Ok(()) };
            totp.user = hers;
            tx.put_totp(&totp).await
        }));
        swapped.await.expect("the database answers");
        let tried = prove(&app, &mut ada, &authenticator).await;
        refused!(tried, Error::Internal(_));
    }

    async fn a_new_factor_makes_older_weaker_proofs_worthless(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let mut phone = Browser::new(&app);
        phone.sign_in("ada", PASSWORD).await.expect("the password is right");
        assert!(phone.session().await.fresh().is_ok());
        let (authenticator, codes) = secure(&app, &mut ada).await;
        assert!(ada.session().await.fresh().is_ok(), "the first code of the app was a proof");
        let session = phone.session().await;
        refused!(session.fresh(), Error::ProofNeeded);
        assert_eq!(session.proof_needed(), ProofKind::Totp);
        let weaker = app.registry.prove_with_password(&session, &phone.visit, secret(PASSWORD)).await;
        assert_eq!(field(weaker), "code");
        prove(&app, &mut phone, &authenticator).await.expect("the code is right");
        assert!(phone.session().await.fresh().is_ok());
        app.advance(TimeDelta::minutes(15));
        let session = phone.session().await;
        refused!(session.fresh(), Error::ProofNeeded);
        let proved = app.registry.prove_with_recovery_code(&session, &phone.visit, &codes[1]).await;
        phone.take(proved.expect("for those who lost the app"));
        assert!(phone.session().await.fresh().is_ok());
    }

    async fn a_proof_renews_the_secret_of_the_browser(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let before = ada.visit.clone();
        ada.prove().await;
        assert!(app.registry.session(&before).await.expect("an answer").is_none());
        assert!(ada.is_signed_in().await);
    }

    async fn a_new_factor_makes_other_browsers_strangers(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let mut phone = Browser::new(&app);
        phone.sign_in("ada", PASSWORD).await.expect("the password is right");
        secure(&app, &mut ada).await;
        let mut reader = app.registry.store.read().await.expect("the database answers");
        let device = |browser: &Browser<'_>| browser.visit.device.as_ref().expect("a device").hash();
        assert!(reader.device_by_secret(&device(&phone)).await.expect("an answer").is_none());
        assert!(reader.device_by_secret(&device(&ada)).await.expect("an answer").is_some());
    }

    async fn the_last_factor_stays_where_one_is_required(app: TestApp) {
        let root = administrator(&app, "root").await;
        let mut ada = person(&app, "ada").await;
        let (authenticator, _) = secure(&app, &mut ada).await;
        prove(&app, &mut ada, &authenticator).await.expect("the code is right");
        let (permit, origin) = (root.administers().await, root.visit.origin);
        let everybody = "everybody".parse().expect("a word");
        let policy = bonded_model::people::Policy { second_factor: everybody, phishing_resistant: false };
        app.registry.set_policy(&permit, &origin, policy).await.expect("it is set");
        let session = ada.session().await;
        let fresh = session.fresh().expect("a fresh proof");
        refused!(app.registry.remove_totp(&fresh, &ada.visit).await, Error::Invalid(_));
        assert!(ada.session().await.standing().factors.totp);
        let policy = bonded_model::people::Policy::NOTHING;
        app.registry.set_policy(&permit, &origin, policy).await.expect("it is set");
        let session = ada.session().await;
        let fresh = session.fresh().expect("a fresh proof");
        app.registry.remove_totp(&fresh, &ada.visit).await.expect("nothing requires it");
        assert_eq!(recipients(&app, "Your authenticator app was removed").await, ["ada@example.org"]);
        refused!(app.registry.remove_totp(&fresh, &ada.visit).await, Error::NotFound(_));
    }

    async fn nonsense_from_a_key_adds_none_and_uses_its_challenge_up(app: TestApp) {
        let ada = person(&app, "ada").await;
        make_codes(&app, &ada).await;
        let session = ada.session().await;
        let fresh = session.fresh().expect("a fresh proof");
        let options = app.registry.begin_key(&fresh, &ada.visit).await.expect("keys can be used");
        assert!(options.contains("challenge"));
        for response in ["{}", "{}"] {
            let tried = app.registry.add_key(&fresh, &ada.visit, "blue", response).await;
            assert_eq!(field(tried), "key");
        }
        assert_eq!(field(app.registry.add_key(&fresh, &ada.visit, " ", "{}").await), "name");
        let visit = Browser::new(&app).visit;
        app.registry.begin_sign_in_with_passkey(&visit).await.expect("anybody may ask");
        refused!(app.registry.sign_in_with_passkey(&visit, "{}", "/").await, Error::SignIn(_));
    }
}

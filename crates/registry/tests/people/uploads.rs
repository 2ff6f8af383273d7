//! Name and password with an upload.

use bonded_model::{Actor, Authority};
use bonded_registry::Error;
use bonded_registry::access::{BadCredential, Denial, Presented};
use bonded_registry::people::SignUp;
use bonded_testkit::TestApp;

use crate::world::*;
use crate::{with_open_app, with_people_app};

async fn upload(app: &TestApp, name: &str, password: &str) -> Result<Actor, Error> {
    let presented = Presented::PasswordUpload { name: name.to_owned(), password: secret(password) };
    app.registry.authenticate(&presented, &Browser::new(app).visit.origin, "test").await
}

fn why(result: Result<Actor, Error>) -> BadCredential {
    match result {
        Err(Error::Denied(Denial::Unauthenticated(why))) => why,
        other => panic!("another answer: {other:?}"),
    }
}

with_open_app! {
    async fn passwords_upload_nothing_unless_an_administrator_allows_it(app: TestApp) {
        person(&app, "ada").await;
        assert_eq!(why(upload(&app, "ada", PASSWORD).await), BadCredential::Password);
    }
}

with_people_app! {
    |people| {
        people.sign_up = SignUp::Open;
        people.password_uploads = true;
    };
    async fn a_password_is_enough_only_for_accounts_without_a_second_factor(app: TestApp) {
        person(&app, "ada").await;
        let actor = upload(&app, "ada", PASSWORD).await.expect("it is allowed");
        assert!(matches!(&actor.principal().expect("a person").authority, Authority::Password));
        assert_eq!(why(upload(&app, "ada", "wrong").await), BadCredential::WrongPassword);
        assert_eq!(why(upload(&app, "nobody", "wrong").await), BadCredential::WrongPassword);
        give_totp(&app, &account(&app, "ada").await).await;
        assert_eq!(why(upload(&app, "ada", PASSWORD).await), BadCredential::PasswordOfSecured);
    }

    async fn guessing_by_uploads_and_by_sign_ins_is_counted_together(app: TestApp) {
        person(&app, "ada").await;
        for _ in 0..5 {
            assert_eq!(why(upload(&app, "ada", "wrong").await), BadCredential::WrongPassword);
            refused!(Browser::new(&app).sign_in("ada", "wrong").await, Error::SignIn(_));
        }
        refused!(upload(&app, "ada", PASSWORD).await, Error::TooMany { .. });
    }
}

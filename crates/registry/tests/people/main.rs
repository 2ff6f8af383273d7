//! The use cases of people, on both engines: what is promised, and what attackers try.

mod activity;
mod administration;
mod authenticator;
mod delete_account;
mod emails;
mod factors;
mod invitations;
mod leaks;
mod passwords;
mod policies;
mod profile;
mod recovery;
mod reset;
mod second_factor;
mod setup;
mod sign_in;
mod sign_up;
mod sweep;
mod tokens;
mod uploads;
mod world;

/// Makes of each `async fn name(app: TestApp) { … }` two tests, `name::sqlite` and `name::postgres`, with what the operator
/// chose about people.
macro_rules! with_people_app {
    ($change:expr; $(async fn $name:ident($app:ident: $type:ty) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn run($app: $type) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                run(crate::world::with_people(bonded_testkit::Engine::Sqlite, $change).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                run(crate::world::with_people(bonded_testkit::Engine::Postgres, $change).await).await;
            }
        }
    )*};
}
pub(crate) use with_people_app;

/// The same with an app in which anybody may sign up.
macro_rules! with_open_app {
    ($($tests:tt)*) => {
        crate::with_people_app! { |people| people.sign_up = bonded_registry::people::SignUp::Open; $($tests)* }
    };
}
pub(crate) use with_open_app;

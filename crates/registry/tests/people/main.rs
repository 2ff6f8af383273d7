//! The use cases of people, on both engines: what is promised, and what attackers try.

mod administration;
mod delete_account;
mod emails;
mod invitations;
mod passwords;
mod policies;
mod profile;
mod recovery;
mod reset;
mod setup;
mod sign_up;
mod sweep;
mod world;

/// Makes of each `async fn name(app: TestApp) { … }` two tests, `name::sqlite` and `name::postgres`, in which anybody may
/// sign up.
macro_rules! with_open_app {
    ($(async fn $name:ident($app:ident: $type:ty) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn run($app: $type) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                run(crate::world::open(bonded_testkit::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                run(crate::world::open(bonded_testkit::Engine::Postgres).await).await;
            }
        }
    )*};
}
pub(crate) use with_open_app;

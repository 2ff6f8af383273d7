//! The use cases of roles, on both engines: what is promised, and what attackers try.

mod effective;
mod groups;
mod invariants;
mod invitations;
mod leave;
mod members;
mod places;
mod rules;
mod transfer;
#[path = "../people/world.rs"]
#[expect(dead_code, reason = "what only tests of accounts need")]
mod world;

/// Makes of each `async fn name(app: TestApp) { … }` two tests, `name::sqlite` and `name::postgres`, in an app in which
/// anybody may sign up and nobody needs a second factor.
macro_rules! with_roles_app {
    ($(async fn $name:ident($app:ident: $type:ty) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn run($app: $type) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                run(crate::places::app(bonded_testkit::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                run(crate::places::app(bonded_testkit::Engine::Postgres).await).await;
            }
        }
    )*};
}
pub(crate) use with_roles_app;

/// The same in an app in which people sign up by invitation.
macro_rules! with_invitation_app {
    ($(async fn $name:ident($app:ident: $type:ty) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn run($app: $type) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                run(crate::world::with_people(bonded_testkit::Engine::Sqlite, |_| {}).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                run(crate::world::with_people(bonded_testkit::Engine::Postgres, |_| {}).await).await;
            }
        }
    )*};
}
pub(crate) use with_invitation_app;

//! The pages of administrators. Looking needs a session that nothing is missing from, acting a fresh proof besides.

mod activity;
mod invitations;
mod issuers;
mod people;
mod person;
mod policy;

use bonded_pages::Shell;
use bonded_registry::access::{Administer, Permit, ViewPeople};
use bonded_registry::people::Session;

use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    issuers::add(activity::add(policy::add(person::add(invitations::add(people::add(table))))))
}

/// What the pages of administrators share: they are told of a development root on each of them.
async fn shell(app: &App, visitor: &Visitor, session: &Session) -> Shell {
    Shell { development_root: app.has_development_root().await, ..visitor.shell_for(session) }
}

/// The permit to look, for a page at `back`.
fn viewing(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    back: &str,
) -> Result<Permit<ViewPeople>, Refusal> {
    let permit = session.cleared().and_then(|cleared| app.view_people(&cleared));
    permit.map_err(|error| visitor.refuse(error, back))
}

/// The permit to act; who has to prove again who they are does so and comes back to `back`.
fn administering(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    back: &str,
) -> Result<Permit<Administer>, Refusal> {
    let fresh = visitor.fresh(session, back)?;
    app.administer(&fresh).map_err(|error| visitor.refuse(error, back))
}

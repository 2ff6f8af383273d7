//! Who may do what: every route, asked by every kind of caller, in a public, a private and an unknown channel.
//!
//! What is expected stands in `authorization.table`. A route without rows fails the test, and so does a row without a
//! route.

mod callers;
mod jobs;
mod members;
mod requests;
mod table;

use std::collections::BTreeSet;

use bonded_testkit::with_app;

use callers::{CALLERS, Callers};
use requests::World;
use table::{Place, Row};

/// Callers who may learn nothing of a private channel: for them it is as if it were not there.
const OUTSIDERS: [&str; 8] = [
    "anonymous",
    "stranger",
    "other-channel",
    "unknown",
    "removed-member",
    "removed-from-group",
    "cut-off",
    "signed-in",
];

#[test]
fn every_route_has_rows_and_every_row_a_route() {
    let routes: BTreeSet<_> =
        bonded_web::routes().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    let rows: BTreeSet<_> = table::rows().iter().map(Row::route).collect();
    let missing: Vec<_> = routes.difference(&rows).collect();
    let unknown: Vec<_> = rows.difference(&routes).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "without rows: {missing:?}; without a route: {unknown:?}"
    );
    for route in routes.iter().filter(|route| route.contains("{channel}")) {
        let places: Vec<_> =
            table::rows().into_iter().filter(|row| row.route() == *route).map(|row| row.place).collect();
        for place in [Place::Public, Place::Private, Place::Unknown] {
            assert!(places.contains(&place), "{route} has no row for a channel that is {place:?}");
        }
    }
}

with_app! {
    async fn every_caller_gets_what_the_table_says(app: TestApp) {
        let world = World::new(&app).await;
        let callers = Callers::new(&app).await;
        let (mut wrong, mut told) = (Vec::new(), Vec::new());
        for row in table::rows() {
            let mut statuses = Vec::new();
            for caller in CALLERS {
                let answer = world.send(&row, &callers.of(caller, row.place), false).await;
                statuses.push(answer.status());
                if row.method == "GET" {
                    let head = world.send(&row, &callers.of(caller, row.place), true).await;
                    assert_eq!(head.status(), answer.status(), "HEAD as {caller}: {row:?}");
                }
                if row.place != Place::Public && OUTSIDERS.contains(&caller) {
                    told.push(((row.route(), row.variant.clone(), caller), row.place, answer));
                }
            }
            if statuses != row.statuses {
                wrong.push(row.with(&statuses));
            }
        }
        assert!(wrong.is_empty(), "these rows are different:\n{}", wrong.join("\n"));
        for (what, _, private) in told.iter().filter(|(_, place, _)| *place == Place::Private) {
            let same = |(other, place, _): &&(_, Place, _)| other == what && *place == Place::Unknown;
            let Some((.., unknown)) = told.iter().find(same) else {
                // The default channel is never unknown.
                continue;
            };
            assert_eq!(private.body, unknown.body, "{what:?}");
            assert_eq!(private.lasting_headers(), unknown.lasting_headers(), "{what:?}");
            assert_eq!(private.reason(), unknown.reason(), "{what:?}");
        }
    }
}

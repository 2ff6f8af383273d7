//! Adding publishers in a browser: what is asked of a provider in whose name, and how often.

use bonded_model::user::{ChannelRole, User};
use bonded_testkit::app::SignedIn;
use bonded_testkit::http::Answer;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use serde_json::json;

use super::world::World;

/// A browser of somebody who proved just now who they are.
async fn browser(app: &TestApp, user: &User) -> SignedIn {
    app.signed_in(user, TimeDelta::zero()).await
}

/// Sends the form of a publisher of `acme/rocket`, without the id of its owner.
async fn post(world: &World<'_>, browser: &SignedIn, path: &str, more: &str) -> Answer {
    let (csrf, issuer) = (browser.csrf(), world.known.id);
    let fields = "owner=acme&repository=rocket&workflow=release.yml";
    let request = world.app.post(path).header("cookie", &browser.cookie()).header("accept", "text/html");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(format!("csrf={csrf}&issuer={issuer}&{fields}&{more}")).await
}

with_app! {
    async fn nobody_is_looked_up_for_those_who_may_add_no_publisher(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        let eve = app.user_as("eve", "pypi", ChannelRole::Reader).await;
        let eve = browser(&app, &eve).await;
        for (path, more) in [
            ("/account/publishers", "channel=pypi&name=capsule"),
            ("/projects/pypi/rocket/publishers", ""),
            ("/channels/pypi/publishers", "prefix=rocket-"),
        ] {
            let status = post(&world, &eve, path, more).await.status();
            assert!(matches!(status, 403 | 404), "{path} {more}: {status}");
        }
        let mistyped = post(&world, &eve, "/account/publishers", "channel=no-such-channel&name=capsule").await;
        let mistyped = mistyped.expect(422);
        let page = mistyped.text();
        assert!(page.contains("There is no such channel") && page.contains("capsule"), "what was typed stays");
        assert_eq!(world.issuer.looked_up(), 0);
        let ada = browser(&app, &world.ada).await;
        post(&world, &ada, "/account/publishers", "channel=pypi&name=capsule").await.expect(303);
        post(&world, &ada, "/projects/pypi/rocket/publishers", "").await.expect(303);
        assert_eq!(world.issuer.looked_up(), 2);
    }

    async fn registering_and_removing_without_end_is_slowed_down(app: TestApp) {
        let world = World::new(&app).await;
        let ada = browser(&app, &world.ada).await;
        let path = "/account/publishers";
        // Each of them counts, also one that is wrong.
        post(&world, &ada, path, "channel=pypi&name=capsule").await.expect(303);
        for _ in 1..100 {
            post(&world, &ada, path, "channel=pypi&name=capsule").await.expect(422);
        }
        let looked_up = world.issuer.looked_up();
        post(&world, &ada, path, "channel=pypi&name=another").await.expect(429);
        // From one network, another account makes no difference.
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        let bob = browser(&app, &bob).await;
        post(&world, &bob, path, "channel=pypi&name=capsule").await.expect(429);
        assert_eq!(world.issuer.looked_up(), looked_up, "nobody is asked any more");
        assert_eq!(world.recorded("channel:publisher:register").await.len(), 1);
        app.advance(TimeDelta::hours(25));
        let ada = browser(&app, &world.ada).await;
        post(&world, &ada, path, "channel=pypi&name=another").await.expect(303);
    }

    async fn a_stricter_publisher_than_one_that_is_there_is_no_twin(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let permit = app.registry.operator_manages_project(&app.operator(), "pypi", "rocket").await.expect("he may");
        let add = async |fields| {
            let origin = app.registry.local_origin();
            app.registry.add_publisher(&permit, &origin, world.new_publisher(fields)).await.is_ok()
        };
        assert!(!add(json!({ "repository_id": "74" })).await, "the first use adds that by itself");
        assert!(add(json!({ "owner_id": "66" })).await, "another owner of the same name");
        assert!(add(json!({ "environment": "release" })).await);
    }
}

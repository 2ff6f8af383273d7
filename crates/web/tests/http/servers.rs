//! Two servers on one database and one storage are one registry.

use std::collections::BTreeSet;
use std::time::Duration;

use bonded_model::Actor;
use bonded_registry::access::Delete;
use bonded_registry::projects::Target;
use bonded_testkit::fixtures::{Package, Wheel};
use bonded_testkit::http::Answer;
use bonded_testkit::{TestApp, with_app};
use futures::future::join_all;

/// A second is promised; the rest is for slow machines.
const LATEST: Duration = Duration::from_secs(10);

/// Asks the server until the answer is as it should be.
async fn until(server: &TestApp, path: &str, right: impl Fn(&Answer) -> bool) {
    let arrived = tokio::time::timeout(LATEST, async {
        while !right(&server.get(path).await) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    arrived.await.unwrap_or_else(|_| panic!("{path} stays as it was"));
}

with_app! {
    async fn what_one_server_publishes_the_other_shows_soon(app: TestApp) {
        let other = app.beside().await;
        let token = app.publisher("pypi").await;
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
        // The other server remembers each of these from now on.
        let paths = ["/pypi/simple/", "/pypi/simple/parcel/", "/pypi/pypi/parcel/json"];
        for path in paths {
            until(&other, path, |answer| answer.status() == 200).await;
        }
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "2.0")).await.expect(200);
        app.upload_wheel("pypi", &token, &Wheel::new("other", "1.0")).await.expect(200);
        for (path, news) in [(paths[0], "other"), (paths[1], "parcel-2.0"), (paths[2], "parcel-2.0")] {
            until(&other, path, |answer| answer.text().contains(news)).await;
        }
    }

    async fn what_one_server_deletes_the_other_forgets_soon(app: TestApp) {
        let other = app.beside().await;
        let token = app.publisher("pypi").await;
        let wheel = Wheel::new("parcel", "1.0");
        app.upload_wheel("pypi", &token, &wheel).await.expect(200);
        let path = format!("/pypi/files/{}", wheel.filename());
        other.get(&path).await.expect(200);
        let channel = app.registry.channel_named(&app.operator(), "pypi").await.expect("the channel");
        let file = app.registry.file_named(&channel, &wheel.filename()).await.expect("the file");
        let project = app.registry.project_rules(file.project).await.expect("the project");
        let action = Delete { channel: channel.into(), project };
        let permit = app.registry.access.permit(&Actor::Operator, action).expect("the operator may");
        app.registry.delete(permit, app.registry.local_origin(), Target::File(file.name)).await.expect("it is deleted");
        until(&other, &path, |answer| answer.status() == 404).await;
    }

    async fn conda_packages_that_come_by_both_are_all_in_one_index(app: TestApp) {
        let other = app.beside().await;
        let token = app.publisher("main").await;
        for server in [&app, &other] {
            server.get("/main/channeldata.json").await.expect(200);
        }
        let packages: Vec<_> = (0..40).map(|n| Package::noarch(&format!("p{}", n % 10), &format!("1.{n}"))).collect();
        let uploads = packages.iter().enumerate().map(|(n, package)| {
            let server = if n % 2 == 0 { &app } else { &other };
            async { server.upload_conda("main", &token, package).await.expect(201) }
        });
        join_all(uploads).await;
        app.settle().await;
        let expected: BTreeSet<_> = packages.iter().map(Package::filename).collect();
        for server in [&app, &other] {
            let whole = |answer: &Answer| expected.iter().all(|name| answer.text().contains(name));
            until(server, "/main/noarch/repodata.json", whole).await;
            until(server, "/main/channeldata.json", |answer| answer.text().contains("p9")).await;
            let noarch = server.subdir("main", "noarch");
            assert_eq!(noarch.names_in_shards().await, expected);
            assert_eq!(noarch.names_in_zst().await, expected);
        }
    }
}

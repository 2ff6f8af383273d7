//! Yanked releases: PEP 592 and, for conda, withdrawn records.

use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_registry::projects::Yanking;
use bonded_testkit::fixtures::Package;
use bonded_testkit::{TestApp, with_app};

use crate::world::*;

async fn yank(
    app: &TestApp,
    person: &Person,
    channel: &str,
    version: &str,
    reason: Option<&str>,
) -> Result<(), Error> {
    let session = person.session(app).await;
    let reason = reason.map(str::to_owned);
    let registry = &app.registry;
    let (fresh, place) = (session.fresh()?, (channel, "parcel"));
    registry.set_yank_in_person(&fresh, &person.visit, place, version, reason.into(), version).await
}

/// The line of `repodata.json` about a file, byte by byte.
async fn line(app: &TestApp, filename: &str) -> String {
    app.settle().await;
    let text = app.subdir("main", "noarch").get("repodata.json").await.expect(200).text().to_owned();
    let line =
        text.lines().find(|line| line.starts_with(&format!("\"{filename}\":"))).expect("the file is listed");
    line.trim_end_matches(['}', ',']).to_owned()
}

with_app! {
    async fn a_withdrawn_conda_release_depends_on_nothing_that_exists_and_comes_back_as_it_was(app: TestApp) {
        let world = World::conda(&app).await;
        let tar = Package::noarch("parcel", "1.0").tar_bz2();
        app.upload_conda("main", &world.ada.token, &tar).await.expect(201);
        let files = ["parcel-1.0-0.conda", "parcel-1.0-0.tar.bz2"];
        let mut before = Vec::new();
        for file in files {
            before.push(line(&app, file).await);
        }
        let other = line(&app, "parcel-2.0-0.conda").await;
        drop(mails(&app).await);
        yank(&app, &world.mo, "main", "1.0", Some("broken")).await.expect("he maintains it");
        let noarch = app.subdir("main", "noarch");
        let shard = noarch.shard(&noarch.shards().await["parcel"]).await;
        assert!(shard.is_revoked("parcel-1.0-0.conda") && !shard.is_revoked("parcel-2.0-0.conda"), "at once");
        for file in files {
            let revoked = line(&app, file).await;
            assert!(revoked.contains("\"revoked\":true") && revoked.contains("package_has_been_revoked"), "{revoked}");
            noarch.get(file).await.expect(200);
        }
        assert_eq!(line(&app, "parcel-2.0-0.conda").await, other, "others are left alone");
        assert_eq!(mails(&app).await, [("parcel 1.0 was yanked".to_owned(), "ada@example.org".to_owned())]);
        yank(&app, &world.mo, "main", "1.0", None).await.expect("he maintains it");
        for (file, before) in files.into_iter().zip(before) {
            assert_eq!(line(&app, file).await, before);
        }
    }

    async fn a_file_that_comes_to_a_yanked_conda_release_is_withdrawn_too(app: TestApp) {
        let world = World::conda(&app).await;
        yank(&app, &world.ada, "main", "1.0", Some("")).await.expect("she owns it");
        let tar = Package::noarch("parcel", "1.0").tar_bz2();
        app.upload_conda("main", &world.ada.token, &tar).await.expect(201);
        assert!(line(&app, "parcel-1.0-0.tar.bz2").await.contains("\"revoked\":true"));
        yank(&app, &world.ada, "main", "1.0", None).await.expect("she owns it");
        assert!(!line(&app, "parcel-1.0-0.tar.bz2").await.contains("revoked"));
    }

    async fn in_a_browser_the_version_is_typed_and_both_ways_have_a_reason(app: TestApp) {
        let world = World::python(&app).await;
        let session = world.ada.session(&app).await;
        let (fresh, visit) = (session.fresh().expect("fresh"), &world.ada.visit);
        let set = async |yanking: Yanking, typed: &str| {
            app.registry.set_yank_in_person(&fresh, visit, ("pypi", "parcel"), "1.0", yanking, typed).await
        };
        for wrong in ["", "2.0", "parcel"] {
            refused!(set(Yanking::Yank("broken".into()), wrong).await, Error::Field { field: "confirm", .. });
        }
        set(Yanking::Yank("broken".into()), " 1.0 ").await.expect("typed");
        refused!(set(Yanking::TakeBack("x".repeat(1_001)), "").await, Error::Field { field: "reason", .. });
        set(Yanking::TakeBack("it works after all".into()), "").await.expect("nothing need be typed");
        let rows = app.registry.audit(&app.operator(), 0, 1_000).await.expect("the audit log");
        let taken_back: Vec<_> = rows.iter().filter(|row| row.tag == "project:release:unyank").collect();
        assert_eq!(taken_back.len(), 1);
        assert!(taken_back[0].body.contains("it works after all"), "{}", taken_back[0].body);
    }

    async fn what_is_so_already_is_not_told_twice(app: TestApp) {
        let world = World::python(&app).await;
        yank(&app, &world.ada, "pypi", "1.0", None).await.expect("nothing happens");
        for _ in 0..2 {
            yank(&app, &world.ada, "pypi", "1.0.0", Some("broken")).await.expect("she owns it");
        }
        yank(&app, &world.ada, "pypi", "1.0", Some("worse")).await.expect("another reason is news");
        let tags = tags(&app).await;
        assert_eq!(tags.iter().filter(|tag| *tag == "project:release:yank").count(), 2);
        assert!(!tags.contains(&"project:release:unyank".to_owned()));
        let page = app.get("/pypi/simple/parcel/").await.expect(200);
        assert!(page.text().contains("data-yanked=\"worse\""), "{}", page.text());
    }

    async fn strangers_and_unknown_versions_are_refused(app: TestApp) {
        let world = World::python(&app).await;
        refused!(yank(&app, &world.eve, "pypi", "1.0", Some("")).await, Error::Denied(Denial::Forbidden(_)));
        refused!(yank(&app, &world.ada, "pypi", "9.0", Some("")).await, Error::NotFound(_));
        refused!(yank(&app, &world.ada, "pypi", "1.0", Some("a\nb")).await, Error::Field { field: "reason", .. });
        assert!(tags(&app).await.contains(&"access:request:refuse".to_owned()));
    }
}

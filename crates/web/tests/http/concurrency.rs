//! Many at once: one winner, no internal error, and never a torn index. (No request of these tests may be answered with
//! 500: the client itself sees to that.)

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bonded_model::Clock;
use bonded_testkit::app::Setup;
use bonded_testkit::fixtures::{Package, Wheel};
use bonded_testkit::{Engine, TestApp};
use futures::future::join_all;
use futures::stream::{self, StreamExt};

/// An app whose clock goes: what is published in time must be published by its worker.
async fn live(engine: Engine) -> Arc<TestApp> {
    let setup = Setup { clock: Clock::System, ..Setup::default() };
    Arc::new(TestApp::with(engine, setup).await)
}

/// 50 uploads of one file name with different bytes, as one publisher: exactly one is there afterwards.
async fn one_winner(app: Arc<TestApp>) {
    let token = app.publisher("pypi").await;
    let wheels: Vec<_> = (0..50).map(|n| Wheel::new("parcel", "1.0").code(&format!("x = {n}\n"))).collect();
    let uploads = wheels.iter().map(|wheel| async { app.upload_wheel("pypi", &token, wheel).await });
    let answers = join_all(uploads).await;
    let won: Vec<_> = (0..50).filter(|n| answers[*n].status() == 200).collect();
    assert_eq!(won.len(), 1, "{won:?}");
    for lost in answers.iter().filter(|answer| answer.status() != 200) {
        assert_eq!(lost.status(), 400);
        assert!(lost.reason().starts_with("File already exists"), "{}", lost.reason());
    }
    let file = app.get("/pypi/files/parcel-1.0-py3-none-any.whl").await.expect(200);
    assert_eq!(file.body, wheels[won[0]].build());
    assert_eq!((app.counts().await.files, app.counts().await.projects), (1, 1));
}

/// 50 uploads of the same bytes under one name: all are told that it is there.
async fn all_agree(app: Arc<TestApp>) {
    let token = app.publisher("main").await;
    let package = Package::noarch("p", "1.0");
    let answers =
        join_all((0..50).map(|_| async { app.upload_conda("main", &token, &package).await.status() }));
    let answers = answers.await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 49, "{answers:?}");
    assert_eq!(app.counts().await.files, 1);
}

/// 200 packages of 40 names at once, while readers look at every generation as a whole.
async fn no_torn_set(app: Arc<TestApp>) {
    let token = app.publisher("main").await;
    let packages: Vec<_> =
        (0..200).map(|n| Package::noarch(&format!("p{}", n % 40), &format!("1.{n}"))).collect();
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> =
        (0..3).map(|_| tokio::spawn(look_until(Arc::clone(&app), Arc::clone(&done)))).collect();
    let uploads = stream::iter(&packages).map(|package| async {
        app.upload_conda("main", &token, package).await.expect(201);
    });
    uploads.buffer_unordered(64).collect::<()>().await;
    let expected: BTreeSet<_> = packages.iter().map(Package::filename).collect();
    assert_eq!(app.subdir("main", "noarch").names_in_shards().await, expected, "at once, all of them");
    app.settle().await;
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.expect("a reader saw a torn set");
    }
    let noarch = app.subdir("main", "noarch");
    assert_eq!(noarch.names_in_json().await, expected);
    assert_eq!(noarch.names_in_zst().await, expected);
    assert_eq!(noarch.names_in_shards().await, expected);
}

/// Every shard that an index names is there, every file that a shard names can be downloaded, nothing ever gets less,
/// and the two forms of repodata agree whenever no generation came between.
async fn look_until(app: Arc<TestApp>, done: Arc<AtomicBool>) {
    let noarch = app.subdir("main", "noarch");
    let (mut in_shards, mut in_json) = (BTreeSet::new(), BTreeSet::new());
    while !done.load(Ordering::SeqCst) {
        let shards = noarch.names_in_shards().await;
        assert!(shards.is_superset(&in_shards), "the shards lost something");
        if let Some(name) = shards.difference(&in_shards).next() {
            app.head(&format!("/main/noarch/{name}")).await.expect(200);
        }
        in_shards = shards;
        let before = noarch.get("repodata.json").await.expect(200);
        let zst = noarch.get("repodata.json.zst").await.expect(200).unzstd();
        let after = noarch.get("repodata.json").await.expect(200);
        if before.body == after.body {
            assert_eq!(zst, before.body, "the two forms differ");
        }
        let json = noarch.names_in_json().await;
        assert!(json.is_superset(&in_json), "repodata lost something");
        in_json = json;
    }
}

/// 40 projects and versions at once: every page has what was answered with success.
async fn every_page_is_whole(app: Arc<TestApp>) {
    let token = app.publisher("pypi").await;
    let wheels: Vec<_> =
        (0..80).map(|n| Wheel::new(&format!("parcel{}", n % 8), &format!("1.{n}"))).collect();
    let uploads = stream::iter(&wheels).map(|wheel| async {
        app.upload_wheel("pypi", &token, wheel).await.expect(200);
        let page = app.get(&format!("/pypi/simple/{}/", wheel.name)).await.expect(200);
        assert!(page.text().contains(&wheel.filename()), "visible before the upload answers");
    });
    uploads.buffer_unordered(32).collect::<()>().await;
    assert_eq!(app.counts().await.projects, 8);
    let index = app.get("/pypi/simple/").await;
    assert!((0..8).all(|n| index.text().contains(&format!("parcel{n}"))));
}

macro_rules! on_both_engines {
    ($($name:ident: $test:ident,)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                $test(live(Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                $test(live(Engine::Postgres).await).await;
            }
        }
    )*};
}

on_both_engines! {
    fifty_uploads_of_one_name_have_one_winner: one_winner,
    fifty_uploads_of_the_same_bytes_all_succeed: all_agree,
    two_hundred_packages_at_once_never_show_a_torn_set: no_torn_set,
    every_page_is_whole_before_its_upload_answers: every_page_is_whole,
}

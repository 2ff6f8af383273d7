//! What a conda channel serves.

use bonded_blobs::BlobKind;
use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::app::Grant;
use bonded_testkit::conda::names_in;
use bonded_testkit::fixtures::Package;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use futures::TryStreamExt;
use serde_json::json;

const INDEX_FILES: [&str; 5] = [
    "repodata.json",
    "repodata.json.zst",
    "run_exports.json",
    "run_exports.json.zst",
    "repodata_shards.msgpack.zst",
];

async fn inner(app: &TestApp) -> String {
    app.channel("inner", ChannelFormat::Conda, Visibility::Private).await;
    app.publisher("inner").await
}

with_app! {
    async fn an_empty_channel_is_one_from_the_first_moment(app: TestApp) {
        app.channel("fresh", ChannelFormat::Conda, Visibility::Public).await;
        let noarch = app.subdir("fresh", "noarch");
        for file in INDEX_FILES {
            noarch.get(file).await.expect(200);
            app.subdir("fresh", "linux-64").get(file).await.expect(404);
        }
        assert_eq!(noarch.repodata().await["info"]["subdir"], "noarch");
        assert!(noarch.names_in_json().await.is_empty());
        assert!(noarch.names_in_zst().await.is_empty());
        assert!(noarch.shards().await.is_empty());
        assert_eq!(app.get("/fresh/channeldata.json").await.expect(200).json()["packages"], json!({}));
    }

    async fn an_upload_is_in_the_shards_at_once_and_in_repodata_within_two_seconds(app: TestApp) {
        let token = app.publisher("main").await;
        app.upload_conda("main", &token, &Package::noarch("p", "1.0")).await.expect(201);
        let noarch = app.subdir("main", "noarch");
        assert_eq!(noarch.names_in_shards().await.len(), 1);
        let begun = app.now();
        app.settle().await;
        assert!(app.now() - begun <= TimeDelta::seconds(2), "{}", app.now() - begun);
        assert_eq!(noarch.names_in_json().await.len(), 1);
    }

    async fn all_three_indexes_name_the_same_set(app: TestApp) {
        let token = app.publisher("main").await;
        for (name, version) in [("a", "1.0"), ("a", "2.0"), ("b", "1.0")] {
            app.upload_conda("main", &token, &Package::noarch(name, version)).await.expect(201);
            app.upload_conda("main", &token, &Package::noarch(name, version).tar_bz2()).await.expect(201);
        }
        app.settle().await;
        let noarch = app.subdir("main", "noarch");
        let names = noarch.names_in_shards().await;
        assert_eq!(names.len(), 6);
        assert_eq!(noarch.names_in_json().await, names);
        assert_eq!(noarch.names_in_zst().await, names);
        let (json, zst) = (noarch.get("repodata.json").await, noarch.get("repodata.json.zst").await);
        assert_eq!(zst.unzstd(), json.body);
    }

    async fn a_record_says_what_the_archive_is_and_when_it_came(app: TestApp) {
        let token = app.publisher("main").await;
        let package = Package::noarch("p", "1.0").says("depends", json!(["python >=3.9"]));
        app.upload_conda("main", &token, &package).await.expect(201);
        app.settle().await;
        let record = &app.subdir("main", "noarch").repodata().await["packages.conda"]["p-1.0-0.conda"];
        let sha256 = bonded_model::Sha256::of(&package.build()).to_string();
        assert_eq!(record["sha256"], sha256.as_str());
        assert_eq!(record["size"], package.build().len());
        assert_eq!(record["depends"], json!(["python >=3.9"]));
        assert_eq!(record["indexed_timestamp"], json!(1_767_323_045_000_i64));
    }

    async fn run_exports_are_served_by_file(app: TestApp) {
        let token = app.publisher("main").await;
        let mut package = Package::new("linux-64", "lib", "1.0");
        package.run_exports = Some(json!({"weak": ["lib >=1.0,<2.0"]}));
        app.upload_conda("main", &token, &package).await.expect(201);
        app.settle().await;
        let linux = app.subdir("main", "linux-64");
        let exports = linux.get("run_exports.json").await.expect(200);
        let file = &exports.json()["packages.conda"]["lib-1.0-0.conda"];
        assert_eq!(file["run_exports"]["weak"], json!(["lib >=1.0,<2.0"]));
        assert_eq!(linux.get("run_exports.json.zst").await.expect(200).unzstd(), exports.body);
    }

    async fn channeldata_knows_every_package(app: TestApp) {
        let token = app.publisher("main").await;
        for (subdir, version) in [("linux-64", "1.0"), ("osx-64", "1.10"), ("osx-64", "1.9")] {
            app.upload_conda("main", &token, &Package::new(subdir, "p", version)).await.expect(201);
            app.get("/main/channeldata.json").await.expect(200);
        }
        let data = app.get("/main/channeldata.json").await.json();
        assert_eq!(data["packages"]["p"]["version"], "1.10");
        assert_eq!(data["packages"]["p"]["subdirs"], json!(["linux-64", "osx-64"]));
        assert_eq!(data["subdirs"], json!(["linux-64", "noarch", "osx-64"]));
    }

    async fn compressed_files_are_files_and_no_encoding(app: TestApp) {
        let token = app.publisher("main").await;
        app.upload_conda("main", &token, &Package::noarch("p", "1.0")).await.expect(201);
        app.settle().await;
        let noarch = app.subdir("main", "noarch");
        let shard = format!("shards/{}.msgpack.zst", noarch.shards().await["p"]);
        for file in INDEX_FILES.into_iter().chain([shard.as_str(), "p-1.0-0.conda"]) {
            let answer = noarch.get(file).header("accept-encoding", "gzip, zstd, br").await.expect(200);
            assert_eq!(answer.header("content-encoding"), "", "{file}");
            let of = if file.ends_with(".zst") { "application/zstd" } else { answer.header("content-type") };
            assert_eq!(answer.header("content-type"), of, "{file}");
        }
    }

    async fn index_files_are_conditional_and_can_be_had_in_parts(app: TestApp) {
        let token = app.publisher("main").await;
        app.upload_conda("main", &token, &Package::noarch("p", "1.0")).await.expect(201);
        app.settle().await;
        let noarch = app.subdir("main", "noarch");
        let mut tags = Vec::new();
        for file in INDEX_FILES {
            let whole = noarch.get(file).await.expect(200);
            let etag = whole.header("etag").to_owned();
            assert!(noarch.get(file).header("if-none-match", &etag).await.expect(304).body.is_empty());
            let part = noarch.get(file).header("range", "bytes=1-4").await.expect(206);
            assert_eq!(part.body, whole.body[1..5]);
            assert!(whole.header("cache-control").contains("must-revalidate"));
            tags.push((file, etag));
        }
        app.upload_conda("main", &token, &Package::noarch("p", "2.0")).await.expect(201);
        app.settle().await;
        for (file, etag) in tags {
            noarch.get(file).header("if-none-match", &etag).await.expect(200);
        }
    }

    async fn a_deleted_package_is_removed_and_can_still_be_downloaded(app: TestApp) {
        let owner = app.user_as("ada", "main", ChannelRole::Publisher).await;
        let token = app.token(&owner, Grant::verbs(&[Verb::Read, Verb::Publish, Verb::Delete])).await;
        let package = Package::noarch("p", "1.0");
        app.upload_conda("main", &token, &package).await.expect(201);
        app.upload_conda("main", &token, &Package::noarch("p", "2.0")).await.expect(201);
        app.settle().await;
        app.get("/main/channeldata.json").await.expect(200);
        app.delete("/api/v1/delete/main/noarch/p-1.0-0.conda").token(&token).await.expect(204);
        app.delete("/api/v1/delete/main/noarch/p-1.0-0.conda").token(&token).await.expect(404);
        let noarch = app.subdir("main", "noarch");
        let shard = noarch.shard(&noarch.shards().await["p"]).await;
        assert!(shard.removed.contains("p-1.0-0.conda") && !shard.names().contains("p-1.0-0.conda"));
        app.settle().await;
        let repodata = noarch.repodata().await;
        assert_eq!(repodata["removed"], json!(["p-1.0-0.conda"]));
        assert_eq!(names_in(&repodata).len(), 1);
        assert_eq!(app.get("/main/noarch/p-1.0-0.conda").await.expect(200).body, package.build());
        for again in [package.clone(), package.file("bin/evil", b"evil")] {
            app.upload_conda("main", &token, &again).await.expect(409);
        }
    }

    async fn a_shard_that_was_replaced_is_served_to_those_who_hold_the_old_index(app: TestApp) {
        let token = app.publisher("main").await;
        app.upload_conda("main", &token, &Package::noarch("p", "1.0")).await.expect(201);
        let noarch = app.subdir("main", "noarch");
        let old = noarch.shards().await["p"].clone();
        app.upload_conda("main", &token, &Package::noarch("p", "2.0")).await.expect(201);
        assert_ne!(noarch.shards().await["p"], old);
        assert_eq!(noarch.shard(&old).await.names().len(), 1);
    }

    async fn a_shard_is_served_only_where_it_was_published(app: TestApp) {
        let secret = inner(&app).await;
        app.upload_conda("inner", &secret, &Package::new("linux-64", "secret", "1.0")).await.expect(201);
        let public = app.publisher("main").await;
        for subdir in ["linux-64", "noarch"] {
            let package = match subdir {
                "noarch" => Package::noarch("p", "1.0"),
                _ => Package::new(subdir, "p", "1.0"),
            };
            app.upload_conda("main", &public, &package).await.expect(201);
        }
        let digest = app.subdir("inner", "linux-64").with(&secret).shards().await["secret"].clone();
        let file = format!("shards/{digest}.msgpack.zst");
        app.subdir("inner", "linux-64").with(&secret).get(&file).await.expect(200);
        for (channel, subdir) in [("main", "linux-64"), ("main", "noarch"), ("main", "osx-64")] {
            app.subdir(channel, subdir).get(&file).await.expect(404);
            app.subdir(channel, subdir).with(&secret).get(&file).await.expect(404);
        }
        app.subdir("inner", "noarch").with(&secret).get(&file).await.expect(404);
        app.subdir("inner", "linux-64").with(&public).get(&file).await.expect(404);
        app.subdir("inner", "linux-64").get(&file).await.expect(401);
        for malformed in ["shards/x.msgpack.zst", "shards/..%2f..%2fx.msgpack.zst", &file.replace(".zst", "")] {
            app.subdir("main", "linux-64").get(malformed).await.expect(404);
        }
    }

    async fn index_files_that_a_restored_backup_lacks_are_made_anew(app: TestApp) {
        let token = inner(&app).await;
        for name in ["p", "q"] {
            app.upload_conda("inner", &token, &Package::noarch(name, "1.0")).await.expect(201);
        }
        app.settle().await;
        let blobs = &app.registry.blobs;
        let lost: Vec<_> = blobs.list(BlobKind::Index).try_collect().await.expect("blobs are listed");
        assert!(!lost.is_empty());
        for blob in lost {
            blobs.delete(blob.key).await.expect("a blob is deleted");
        }
        app.registry.publish_everything().await.expect("everything is published");
        let subdir = app.subdir("inner", "noarch").with(&token);
        assert_eq!(subdir.names_in_json().await, subdir.names_in_shards().await);
        assert_eq!(subdir.names_in_zst().await.len(), 2);
        for digest in subdir.shards().await.values() {
            subdir.get(&format!("shards/{digest}.msgpack.zst")).await.expect(200);
        }
    }

    async fn the_order_that_conda_mangles_is_understood(app: TestApp) {
        let token = inner(&app).await;
        app.upload_conda("inner", &token, &Package::noarch("p", "1.0")).await.expect(201);
        app.settle().await;
        for file in INDEX_FILES {
            let right = app.get(&format!("/inner/noarch/{file}")).token(&token).await.expect(200);
            let mangled = app.get(&format!("/inner/{file}/noarch")).token(&token).await.expect(200);
            assert_eq!(right.body, mangled.body);
        }
        let shards = app.subdir("inner", "noarch").with(&token).shards().await;
        for digest in shards.values() {
            let mangled = app.get(&format!("/inner/shards/{digest}.msgpack.zst/noarch")).token(&token).await;
            let right = app.get(&format!("/inner/noarch/shards/{digest}.msgpack.zst")).token(&token).await;
            assert_eq!(right.expect(200).body, mangled.expect(200).body);
        }
        assert_eq!(shards.len(), 1);
    }

    async fn a_token_in_the_path_opens_a_private_channel_for_conda(app: TestApp) {
        let token = inner(&app).await;
        app.upload_conda("inner", &token, &Package::noarch("p", "1.0")).await.expect(201);
        app.settle().await;
        let reader = app.user_as("rita", "inner", ChannelRole::Reader).await;
        let reading = app.token(&reader, Grant::verbs(&[Verb::Read])).await;
        for prefix in ["/t", "/conda/t"] {
            for file in [
                "noarch/repodata.json",
                "noarch/repodata_shards.msgpack.zst",
                "noarch/p-1.0-0.conda",
                "channeldata.json",
            ] {
                let answer = app.get(&format!("{prefix}/{reading}/inner/{file}")).await.expect(200);
                assert!(answer.header("cache-control").starts_with("private"), "{file}");
                app.head(&format!("{prefix}/{reading}/inner/{file}")).await.expect(200);
            }
        }
    }

    async fn a_python_channel_has_no_subdirs_and_a_conda_channel_no_pages(app: TestApp) {
        let token = app.publisher("main").await;
        app.get("/pypi/noarch/repodata.json").token(&token).await.expect(404);
        app.get("/main/simple/").token(&token).await.expect(404);
        app.upload_conda("pypi", &token, &Package::noarch("p", "1.0")).await.expect(404);
    }
}

//! Subdirs, shards and repodata.

use bonded_model::ChannelFormat;
use bonded_model::conda_index::{NewSubdir, RepodataSet, StaleShard};
use bonded_model::file::CondaFile;
use bonded_model::ids::{FileId, SubdirId};
use bonded_model::project::{Project, Release};
use bonded_model::trust::{KeyBytes, NewSignature, RecordSignature, Signing};
use bonded_store::Store;
use bonded_testkit::on_both;

use crate::world::{file, now, seed, stored, subdir_id, write};

struct Seeded {
    store: Store,
    project: Project,
    release: Release,
    subdir: SubdirId,
}

async fn seeded(store: Store) -> Seeded {
    let (channel, project, release) = seed(&store, ChannelFormat::Conda).await;
    let new = NewSubdir {
        id: subdir_id(),
        channel: channel.id,
        name: "noarch".into(),
        shown: Signing::Off,
        package_key: None,
        created_at: now(),
    };
    let row = write(&store, move |tx| {
        Box::pin(async move {
            let row = tx.ensure_subdir(&new).await?;
            let again = tx.ensure_subdir(&NewSubdir { id: subdir_id(), ..new }).await?;
            assert_eq!(row, again);
            Ok(row)
        })
    })
    .await;
    Seeded { store, project, release, subdir: row.id }
}

impl Seeded {
    async fn publish(&self, filename: &'static str) -> FileId {
        let file = file(&self.project, &self.release, &format!("noarch/{filename}"));
        let id = file.id;
        let conda = CondaFile {
            subdir: self.subdir,
            package: filename.split('-').next().unwrap().into(),
            filename: filename.into(),
            build: "0".into(),
            build_number: 0,
            record: format!(r#"{{"fn":"{filename}"}}"#),
            run_exports: filename.starts_with('a').then(|| "{}".into()),
        };
        assert!(
            write(&self.store, move |tx| Box::pin(async move { tx.insert_conda_file(&file, &conda).await }))
                .await
        );
        id
    }
}

on_both! {
    async fn records_are_paged_with_the_old_archives_first(database: TestDatabase) {
        let seeded = seeded(database.store().await).await;
        for name in ["b-1-0.tar.bz2", "a-1-0.conda", "a-1-0.tar.bz2", "b-1-0.conda", "a-2-0.conda"] {
            seeded.publish(name).await;
        }
        let mut reader = seeded.store.snapshot().await.unwrap();
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = reader.conda_records_after(seeded.subdir, after.as_deref(), 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.filename.clone());
            seen.extend(page.into_iter().map(|record| record.filename));
        }
        assert_eq!(seen, ["a-1-0.tar.bz2", "b-1-0.tar.bz2", "a-1-0.conda", "a-2-0.conda", "b-1-0.conda"]);
        let of_a = reader.conda_records(seeded.subdir, "a").await.unwrap();
        assert_eq!(of_a.len(), 3);
        assert_eq!((of_a[0].record.as_str(), of_a[0].run_exports.as_deref()), (r#"{"fn":"a-1-0.tar.bz2"}"#, Some("{}")));
    }

    async fn signatures_of_a_job_are_kept_only_over_what_still_stands_there_unsigned(database: TestDatabase) {
        let seeded = seeded(database.store().await).await;
        let files = [seeded.publish("a-1-0.conda").await, seeded.publish("b-1-0.conda").await, seeded.publish("c-1-0.conda").await];
        let key = KeyBytes::from([7; 32]);
        let page = seeded.store.snapshot().await.unwrap().unsigned_records(seeded.subdir, &key, None, 9).await.unwrap();
        let made = move |file, mark| {
            let signature = RecordSignature { key, signature: [mark; 64], publisher: false };
            NewSignature { file, signature, signed_at: now() }
        };
        let signed: Vec<_> = page.into_iter().map(|record| { let new = made(record.file, 1); (record, new) }).collect();
        let subdir = seeded.subdir;
        write(&seeded.store, move |tx| Box::pin(async move {
            tx.set_conda_record(files[0], "{}", None).await?;
            tx.insert_signatures(&[made(files[1], 2)]).await?;
            tx.insert_signatures_over(&signed).await
        })).await;
        let kept = seeded.store.read().await.unwrap().all_signatures_between(subdir, None, "c-1-0.conda").await.unwrap();
        let kept: Vec<_> = kept.iter().map(|one| (one.filename.as_str(), one.signature.signature[0])).collect();
        assert_eq!(kept, [("b-1-0.conda", 2), ("c-1-0.conda", 1)], "a changed one is signed by whoever changed it");
    }

    async fn deleted_packages_move_to_the_removed_ones(database: TestDatabase) {
        let seeded = seeded(database.store().await).await;
        let gone = seeded.publish("a-1-0.conda").await;
        seeded.publish("b-1-0.conda").await;
        write(&seeded.store, move |tx| Box::pin(async move { tx.delete_file(gone, now()).await })).await;
        let mut reader = seeded.store.read().await.unwrap();
        assert_eq!(reader.removed_conda_files(seeded.subdir).await.unwrap(), ["a-1-0.conda"]);
        assert_eq!(reader.removed_conda_files_of(seeded.subdir, "a").await.unwrap(), ["a-1-0.conda"]);
        assert!(reader.removed_conda_files_of(seeded.subdir, "b").await.unwrap().is_empty());
        assert!(reader.conda_records(seeded.subdir, "a").await.unwrap().is_empty());
        assert_eq!(reader.conda_records_after(seeded.subdir, None, 9).await.unwrap().len(), 1);
        let summaries = reader.conda_summaries(seeded.project.channel).await.unwrap();
        let summaries: Vec<_> = summaries.iter().map(|row| (row.package.as_str(), row.version.as_str(), row.subdir.as_str())).collect();
        assert_eq!(summaries, [("b", "1.0", "noarch")]);
    }

    async fn a_shard_is_stale_until_one_of_its_last_change_is_set(database: TestDatabase) {
        let Seeded { store, subdir, .. } = seeded(database.store().await).await;
        let serials = write(&store, move |tx| Box::pin(async move {
            Ok([tx.change_shard(subdir, "a").await?, tx.change_shard(subdir, "b").await?, tx.change_shard(subdir, "a").await?])
        })).await;
        assert_eq!(serials, [1, 2, 3]);
        let set = write(&store, move |tx| Box::pin(async move {
            Ok([
                tx.set_shard(subdir, "a", 1, Some(&stored("a1")), now()).await?,
                tx.set_shard(subdir, "b", 2, Some(&stored("b2")), now()).await?,
                tx.set_shard(subdir, "b", 2, Some(&stored("other")), now()).await?,
            ])
        })).await;
        assert_eq!(set, [true, true, false]);
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.stale_shards(subdir, 9).await.unwrap(), [StaleShard { name: "a".into(), changed_serial: 3 }]);
        write(&store, move |tx| Box::pin(async move { tx.set_shard(subdir, "a", 3, Some(&stored("a3")), now()).await })).await;
        assert!(reader.stale_shards(subdir, 9).await.unwrap().is_empty());
        let shards = reader.shards(subdir).await.unwrap();
        assert_eq!(shards.iter().map(|shard| shard.blob).collect::<Vec<_>>(), [stored("a3"), stored("b2")]);
        let (old, new) = (stored("a1").sha256, stored("a3").sha256);
        assert!(reader.is_shard_of(subdir, &new).await.unwrap());
        assert!(reader.is_shard_of(subdir, &old).await.unwrap(), "older shard indexes name it");
        assert!(!reader.is_shard_of(subdir_id(), &new).await.unwrap(), "a digest opens no other subdir");
        let week = now() + chrono::Duration::days(7);
        assert_eq!(reader.retired_until(week).await.unwrap(), [old]);
        assert_eq!(reader.retired_until(week - chrono::Duration::seconds(1)).await.unwrap(), []);
    }

    async fn a_name_without_files_leaves_the_shard_index(database: TestDatabase) {
        let Seeded { store, subdir, .. } = seeded(database.store().await).await;
        write(&store, move |tx| Box::pin(async move {
            let serial = tx.change_shard(subdir, "a").await?;
            tx.set_shard(subdir, "a", serial, Some(&stored("a")), now()).await?;
            let serial = tx.change_shard(subdir, "a").await?;
            tx.set_shard(subdir, "a", serial, None, now()).await
        })).await;
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.shards(subdir).await.unwrap(), []);
        assert_eq!(reader.stale_shards(subdir, 9).await.unwrap(), []);
    }

    async fn an_older_state_never_replaces_a_newer_one(database: TestDatabase) {
        let Seeded { store, subdir, .. } = seeded(database.store().await).await;
        let set = |text: &str| RepodataSet {
            json: stored(text),
            zst: stored("zst"),
            run_exports_json: stored("run"),
            run_exports_zst: stored("run zst"),
        };
        let (old, new) = (set("old"), set("new"));
        let published = write(&store, move |tx| Box::pin(async move {
            Ok([
                tx.publish_shard_index(subdir, 0, &stored("empty"), now()).await?,
                tx.publish_shard_index(subdir, 2, &stored("two"), now()).await?,
                tx.publish_shard_index(subdir, 1, &stored("one"), now()).await?,
                tx.publish_repodata(subdir, 0, &old, now()).await?,
                tx.publish_repodata(subdir, 5, &new, now()).await?,
                tx.publish_repodata(subdir, 5, &old, now()).await?,
            ])
        })).await;
        assert_eq!(published, [true, true, false, true, true, false]);
        let mut reader = store.read().await.unwrap();
        let row = reader.subdir(subdir).await.unwrap().unwrap();
        let (shards, repodata) = (row.shards.unwrap(), row.repodata.unwrap());
        assert_eq!((shards.serial, shards.index, shards.at), (2, stored("two"), now()));
        assert_eq!((repodata.serial, repodata.set), (5, new));
        let mut retired = reader.retired_until(now() + chrono::Duration::days(7)).await.unwrap();
        retired.sort();
        let mut expected = [stored("empty").sha256, stored("old").sha256];
        expected.sort();
        assert_eq!(retired, expected, "blobs that both sets share stay in use");
        assert_eq!(reader.subdirs(row.channel).await.unwrap(), reader.all_subdirs().await.unwrap());
    }
}

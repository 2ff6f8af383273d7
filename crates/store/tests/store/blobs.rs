//! What garbage collection may take.

use bonded_model::ChannelFormat;
use bonded_model::conda_index::{NewSubdir, RepodataSet};
use bonded_model::trust::Signing;
use bonded_testkit::on_both;

use crate::world::{file, now, seed, stored, subdir_id, wheel, write};

on_both! {
    async fn every_use_of_a_blob_keeps_it(database: TestDatabase) {
        let store = database.store().await;
        let (team, acme, one) = seed(&store, ChannelFormat::Python).await;
        let file = file(&acme, &one, "acme-1.0.tar.gz");
        let archive = file.digests.sha256;
        write(&store, move |tx| Box::pin(async move {
            tx.insert_python_file(&file, &wheel()).await?;
            let new = NewSubdir { id: subdir_id(), channel: team.id, name: "noarch".into(), shown: Signing::Off, package_key: None, created_at: now() };
            let subdir = tx.ensure_subdir(&new).await?.id;
            tx.publish_shard_index(subdir, 0, &stored("index"), now()).await?;
            let set = RepodataSet { json: stored("json"), zst: stored("zst"), run_exports_json: stored("run"), run_exports_zst: stored("run zst") };
            tx.publish_repodata(subdir, 0, &set, now()).await?;
            let serial = tx.change_shard(subdir, "a").await?;
            tx.set_shard(subdir, "a", serial, Some(&stored("shard")), now()).await?;
            tx.retire_index(subdir, &stored("retired").sha256, now()).await
        })).await;
        let mut reader = store.read().await.unwrap();
        assert!(reader.is_blob_referenced(&archive).await.unwrap());
        for used in ["metadata", "index", "json", "zst", "run", "run zst", "shard", "retired"] {
            assert!(reader.is_blob_referenced(&stored(used).sha256).await.unwrap(), "{used}");
        }
        assert!(!reader.is_blob_referenced(&stored("orphan").sha256).await.unwrap());
        write(&store, |tx| Box::pin(async move { tx.forget_retired(&stored("retired").sha256, now()).await })).await;
        assert!(!reader.is_blob_referenced(&stored("retired").sha256).await.unwrap());
    }
}

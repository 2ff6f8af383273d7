//! Projects, releases and distributions.

use bonded_model::ChannelFormat;
use bonded_model::project::Yank;
use bonded_testkit::on_both;

use crate::world::{file, now, project, release, seed, wheel, write};

on_both! {
    async fn a_listing_says_everything_about_a_file(database: TestDatabase) {
        let store = database.store().await;
        let (_, acme, one) = seed(&store, ChannelFormat::Python).await;
        let yank = Yank { at: now(), reason: "broken".into() };
        let (first, second) = (file(&acme, &one, "acme-1.0-py3-none-any.whl"), file(&acme, &one, "acme-1.0.tar.gz"));
        let (copies, reason) = ([first.clone(), second.clone()], yank.clone());
        let serial = write(&store, move |tx| Box::pin(async move {
            for file in &copies {
                assert!(tx.insert_python_file(file, &wheel()).await?);
            }
            tx.set_yank(one.id, Some(&reason)).await?;
            tx.bump_serial(acme.id).await?;
            tx.bump_serial(acme.id).await
        })).await;
        assert_eq!(serial, 2);
        let mut reader = store.read().await.unwrap();
        let listings = reader.python_files(acme.id).await.unwrap();
        let files: Vec<_> = listings.iter().map(|listing| listing.file.clone()).collect();
        assert_eq!(files, [first.clone(), second]);
        assert_eq!((&listings[0].python, &listings[0].version, &listings[0].yanked), (&wheel(), &one.version, &Some(yank)));
        let by_name = reader.python_file_by_name(acme.channel, &first.name).await.unwrap();
        assert_eq!(by_name.as_ref(), Some(&listings[0]));
        write(&store, move |tx| Box::pin(async move { tx.set_yank(one.id, None).await })).await;
        assert_eq!(reader.python_files(acme.id).await.unwrap()[0].yanked, None);
    }

    async fn a_deleted_name_never_comes_back(database: TestDatabase) {
        let store = database.store().await;
        let (team, acme, one) = seed(&store, ChannelFormat::Python).await;
        let (first, again) = (file(&acme, &one, "acme-1.0.tar.gz"), file(&acme, &one, "acme-1.0.tar.gz"));
        let (name, blob) = (first.name.clone(), first.digests.sha256);
        let done = write(&store, move |tx| Box::pin(async move {
            Ok([
                tx.insert_python_file(&first, &wheel()).await?,
                tx.delete_file(first.id, now()).await?,
                tx.delete_file(first.id, now()).await?,
                tx.insert_python_file(&again, &wheel()).await?,
            ])
        })).await;
        assert_eq!(done, [true, true, false, false]);
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.python_files(acme.id).await.unwrap(), []);
        assert_eq!(reader.file_by_name(team.id, &name).await.unwrap().unwrap().deleted_at, Some(now()));
        assert!(reader.is_blob_referenced(&blob).await.unwrap(), "lock files still point at it");
        assert_eq!(reader.live_project_names(team.id).await.unwrap(), Vec::<String>::new());
    }

    async fn the_index_names_projects_with_live_files_by_their_bytes(database: TestDatabase) {
        let store = database.store().await;
        let (team, _, _) = seed(&store, ChannelFormat::Python).await;
        let channel = team.id;
        write(&store, move |tx| Box::pin(async move {
            for name in ["b", "a-b", "ab", "a"] {
                let project = project(&team, name);
                let release = release(&project, "1");
                assert!(tx.insert_project(&project).await?);
                assert!(!tx.insert_project(&crate::world::project(&team, name)).await?);
                tx.insert_release(&release).await?;
                tx.insert_python_file(&file(&project, &release, &format!("{name}-1.tar.gz")), &wheel()).await?;
            }
            Ok(())
        })).await;
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.live_project_names(channel).await.unwrap(), ["a", "a-b", "ab", "b"]);
        let counts = reader.counts().await.unwrap();
        assert_eq!((counts.projects, counts.files, counts.bytes), (5, 4, 28));
    }

    async fn projects_and_releases_come_back_as_they_went(database: TestDatabase) {
        let store = database.store().await;
        let (team, acme, one) = seed(&store, ChannelFormat::Python).await;
        let again = release(&acme, "1.0");
        let id = acme.id;
        let inserted = write(&store, move |tx| Box::pin(async move { tx.insert_release(&again).await })).await;
        assert!(!inserted, "one release for each version");
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.project(id).await.unwrap().as_ref(), Some(&acme));
        assert_eq!(reader.project_by_name(team.id, "acme").await.unwrap(), Some(acme));
        assert_eq!(reader.release_by_version(id, "1.0").await.unwrap(), Some(one.clone()));
        assert_eq!(reader.releases(id).await.unwrap(), [one]);
    }
}

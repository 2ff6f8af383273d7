//! Settings, accounts, channels and roles.

use bonded_model::ChannelFormat;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_testkit::on_both;

use crate::world::{add_user, channel, project, user, write};

on_both! {
    async fn a_setting_is_replaced(database: TestDatabase) {
        let store = database.store().await;
        write(&store, |tx| Box::pin(async move {
            tx.put_setting("color", "red").await?;
            tx.put_setting("color", "blue").await
        })).await;
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.setting("color").await.unwrap().as_deref(), Some("blue"));
        assert_eq!(reader.setting("size").await.unwrap(), None);
    }

    async fn an_account_is_found_in_any_spelling_and_its_name_is_taken(database: TestDatabase) {
        let store = database.store().await;
        let mut ada = user("Ada");
        ada.suspended_at = Some(ada.created_at);
        let (first, again) = (ada.clone(), user("ADA"));
        let inserted = write(&store, move |tx| Box::pin(async move {
            Ok((add_user(tx, &first).await?, add_user(tx, &again).await?))
        })).await;
        assert_eq!(inserted, (true, false));
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.user_by_name(&"aDA".parse().unwrap()).await.unwrap(), Some(ada.clone()));
        assert_eq!(reader.user(ada.id).await.unwrap(), Some(ada.clone()));
        assert_eq!(reader.users().await.unwrap(), [ada]);
    }

    async fn channels_are_listed_by_the_bytes_of_their_names(database: TestDatabase) {
        let store = database.store().await;
        let channels = ["b", "a_b", "a-b", "ab"].map(|name| channel(name, ChannelFormat::Conda));
        let copies = channels.clone();
        write(&store, move |tx| Box::pin(async move {
            for channel in &copies {
                assert!(tx.insert_channel(channel).await?);
                assert!(!tx.insert_channel(channel).await?);
            }
            Ok(())
        })).await;
        let mut reader = store.read().await.unwrap();
        let names: Vec<_> = reader.channels().await.unwrap().into_iter().map(|channel| channel.name.to_string()).collect();
        assert_eq!(names, ["a-b", "a_b", "ab", "b"]);
        assert_eq!(reader.channel_by_name("ab").await.unwrap().as_ref(), Some(&channels[3]));
        assert_eq!(reader.channel(channels[0].id).await.unwrap().as_ref(), Some(&channels[0]));
        assert_eq!(reader.channel_by_name("c").await.unwrap(), None);
    }

    async fn roles_are_replaced_and_removed(database: TestDatabase) {
        let store = database.store().await;
        let (ada, team) = (user("ada"), channel("team-a", ChannelFormat::Python));
        let acme = project(&team, "acme");
        let (user_id, channel_id, project_id) = (ada.id, team.id, acme.id);
        write(&store, move |tx| Box::pin(async move {
            add_user(tx, &ada).await?;
            tx.insert_channel(&team).await?;
            tx.insert_project(&acme).await?;
            tx.put_channel_role(team.id, ada.id, ChannelRole::Reader).await?;
            tx.put_channel_role(team.id, ada.id, ChannelRole::Publisher).await?;
            tx.put_project_role(acme.id, ada.id, ProjectRole::Owner).await
        })).await;
        let mut reader = store.read().await.unwrap();
        let roles = reader.roles_of(user_id).await.unwrap();
        assert_eq!(roles.channels.get(&channel_id), Some(&ChannelRole::Publisher));
        assert_eq!(roles.projects.get(&project_id), Some(&ProjectRole::Owner));
        assert_eq!(reader.channel_members(channel_id).await.unwrap()[0].role, ChannelRole::Publisher);
        assert_eq!(reader.project_members(project_id).await.unwrap()[0].name.as_str(), "ada");
        let removed = write(&store, move |tx| Box::pin(async move {
            Ok([
                tx.remove_channel_member(channel_id, user_id).await?,
                tx.remove_channel_member(channel_id, user_id).await?,
                tx.remove_project_member(project_id, user_id).await?,
            ])
        })).await;
        // Whoever leaves a channel leaves its projects.
        assert_eq!(removed, [true, false, false]);
        assert_eq!(reader.roles_of(user_id).await.unwrap(), bonded_model::project::Roles::default());
    }
}

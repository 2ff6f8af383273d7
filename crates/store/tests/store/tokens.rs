//! Tokens and what they reach.

use bonded_model::people::Standing;
use bonded_model::token::{ApiToken, TokenScope};
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Random};
use bonded_testkit::on_both;

use crate::world::{add_user, now, seed, token, user, write};

on_both! {
    async fn a_hash_leads_to_everything_that_decides_about_a_token(database: TestDatabase) {
        let store = database.store().await;
        let (team, acme, _) = seed(&store, ChannelFormat::Python).await;
        let ada = user("ada");
        let hash = ApiToken::generate(&Random::System).hash();
        let scope = TokenScope::Limited { channels: vec![team.id], projects: vec![(team.id, acme.id)] };
        let issued = token(&ada, "ci", scope);
        let (owner, copy) = (ada.clone(), issued.clone());
        write(&store, move |tx| Box::pin(async move {
            add_user(tx, &owner).await?;
            tx.put_channel_role(team.id, owner.id, ChannelRole::Admin).await?;
            assert!(tx.insert_token(&copy, &hash).await?);
            assert!(!tx.insert_token(&token(&owner, "ci", TokenScope::Owner), &ApiToken::generate(&Random::System).hash()).await?);
            Ok(())
        })).await;
        let mut reader = store.read().await.unwrap();
        let principal = reader.principal_by_hash(&hash).await.unwrap().unwrap();
        assert_eq!((principal.authority.token(), &principal.user), (Some(&issued), &ada));
        assert_eq!(principal.standing, Standing::default());
        assert_eq!(principal.channel_roles.get(&team.id), Some(&ChannelRole::Admin));
        assert!(principal.project_roles.is_empty());
        assert!(reader.principal_by_hash(&ApiToken::generate(&Random::System).hash()).await.unwrap().is_none());
        assert_eq!(reader.token(issued.id).await.unwrap(), Some(issued.clone()));
        assert_eq!(reader.tokens().await.unwrap(), vec![issued.clone()]);
        assert_eq!(reader.tokens_of(ada.id).await.unwrap(), [issued]);
        assert_eq!(reader.tokens_of(user("eve").id).await.unwrap(), []);
    }

    async fn revoking_happens_once_and_last_use_only_moves_forward(database: TestDatabase) {
        let store = database.store().await;
        let ada = user("ada");
        let issued = token(&ada, "ci", TokenScope::Owner);
        let id = issued.id;
        let later = now() + chrono::Duration::microseconds(1);
        let revoked = write(&store, move |tx| Box::pin(async move {
            add_user(tx, &ada).await?;
            tx.insert_token(&issued, &ApiToken::generate(&Random::System).hash()).await?;
            tx.touch_tokens(&[(id, later), (id, now())]).await?;
            Ok((tx.revoke_token(id, now()).await?, tx.revoke_token(id, later).await?))
        })).await;
        assert_eq!(revoked, (true, false));
        let token = store.read().await.unwrap().token(id).await.unwrap().unwrap();
        assert_eq!((token.revoked_at, token.last_used_at), (Some(now()), Some(later)));
        assert_eq!(token.scope, TokenScope::Owner);
    }
}

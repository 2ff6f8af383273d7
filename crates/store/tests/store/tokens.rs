//! Tokens and what they reach.

use bonded_model::people::{Client, Standing};
use bonded_model::token::{ApiToken, Minter, Token, TokenHash, TokenScope, TokenState, TokenUse, Verb};
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
            let seen = |at, agent: &str| {
                let address = Some([192, 0, 2, 1].into());
                TokenUse { token: id, at, client: Client { address, agent: agent.into() } }
            };
            tx.touch_tokens(&[seen(later, "pip"), seen(now(), "uv")]).await?;
            Ok((tx.revoke_token(id, now()).await?, tx.revoke_token(id, later).await?))
        })).await;
        assert_eq!(revoked, (true, false));
        let token = store.read().await.unwrap().token(id).await.unwrap().unwrap();
        assert_eq!((token.revoked_at, token.last_used_at), (Some(now()), Some(later)));
        assert_eq!(token.last_client, Client { address: Some([192, 0, 2, 1].into()), agent: "pip".into() });
        assert_eq!(token.scope, TokenScope::Owner);
    }

    async fn a_new_secret_takes_the_place_of_the_old_one_which_is_still_known(database: TestDatabase) {
        let store = database.store().await;
        let ada = user("ada");
        let issued = token(&ada, "ci", TokenScope::Owner);
        let [first, second, third] = hashes();
        let (row, until) = (issued.clone(), now() + chrono::Duration::days(1));
        let rotated = write(&store, move |tx| Box::pin(async move {
            add_user(tx, &ada).await?;
            tx.insert_token(&row, &first).await?;
            assert!(tx.leak_token(row.id, now()).await? && !tx.leak_token(row.id, until).await?);
            let done = tx.rotate_token(&row, &second, until, now()).await?;
            // Of two that rotate the same token, one wins.
            Ok((done, tx.rotate_token(&row, &third, until, now()).await?))
        })).await;
        assert_eq!(rotated, (true, false));
        let mut reader = store.read().await.unwrap();
        let mut found = async |hash: &TokenHash| {
            let principal = reader.principal_by_hash(hash).await.unwrap()?;
            let token = principal.authority.token()?.clone();
            Some((token.presented, token.rotations, token.previous_until, token.leaked_at))
        };
        assert_eq!(found(&first).await, Some((0, 1, Some(until), None)));
        assert_eq!(found(&second).await, Some((1, 1, Some(until), None)));
        assert_eq!(found(&third).await, None);
        assert_eq!(reader.token(issued.id).await.unwrap().unwrap().presented, 1);
    }

    async fn what_a_token_minted_is_known_for_that_and_ends_with_it(database: TestDatabase) {
        let store = database.store().await;
        let ada = user("ada");
        let manager = token(&ada, "manager", TokenScope::Owner);
        let minted = Token {
            minted_by: Some(Minter::from(&manager)),
            ..token(&ada, "minted", TokenScope::Owner)
        };
        let (by_hand, later) = (token(&ada, "by-hand", TokenScope::Owner), now() + chrono::Duration::days(1));
        let [first, second, third] = hashes();
        let rows = [(manager.clone(), first), (minted.clone(), second), (by_hand.clone(), third)];
        write(&store, move |tx| Box::pin(async move {
            add_user(tx, &ada).await?;
            for (row, hash) in rows {
                assert!(tx.insert_token(&row, &hash).await?);
            }
            Ok(())
        })).await;
        assert_eq!(store.read().await.unwrap().token(minted.id).await.unwrap(), Some(minted.clone()));
        let (from, child) = (manager.id, minted.id);
        write(&store, move |tx| Box::pin(async move {
            assert!(tx.revoke_token(from, later).await?);
            let found = tx.token(child).await?.expect("it is there");
            assert_eq!((found.revoked_at, found.state(now())), (None, TokenState::Revoked(later)));
            assert_eq!(tx.revoke_minted_tokens(from, later).await?, [child]);
            assert_eq!(tx.revoke_minted_tokens(from, later).await?, []);
            Ok(())
        })).await;
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.token(child).await.unwrap().unwrap().revoked_at, Some(later));
        assert_eq!(reader.token(by_hand.id).await.unwrap().unwrap().revoked_at, None);
    }

    async fn no_token_is_minted_that_manages_others(database: TestDatabase) {
        let store = database.store().await;
        let ada = user("ada");
        let manager = token(&ada, "manager", TokenScope::Owner);
        let chained = Token {
            minted_by: Some(Minter::from(&manager)),
            verbs: [Verb::Manage].into_iter().collect(),
            ..token(&ada, "chained", TokenScope::Owner)
        };
        let [first, second, _] = hashes();
        let written = store.write(move |tx| Box::pin(async move {
            add_user(tx, &ada).await?;
            assert!(tx.insert_token(&manager, &first).await?);
            tx.insert_token(&chained, &second).await
        }));
        assert!(written.await.is_err());
    }

    async fn every_secret_that_was_replaced_is_known_for_its_token(database: TestDatabase) {
        let store = database.store().await;
        let ada = user("ada");
        let issued = token(&ada, "ci", TokenScope::Owner);
        let [first, second, third] = hashes();
        write(&store, move |tx| Box::pin(async move {
            add_user(tx, &ada).await?;
            tx.insert_token(&issued, &first).await?;
            assert!(tx.rotate_token(&issued, &second, now(), now()).await?);
            assert!(tx.rotate_token(&Token { rotations: 1, ..issued.clone() }, &third, now(), now()).await?);
            let principal = tx.principal_by_hash(&first).await?.expect("it is known");
            let found = principal.authority.token().expect("a token");
            assert_eq!((found.id, found.presented, found.rotations), (issued.id, 0, 2));
            assert_eq!(found.state(now()), TokenState::Replaced);
            assert!(tx.revoke_token(issued.id, now()).await?);
            assert!(!tx.rotate_token(&Token { rotations: 2, ..issued }, &first, now(), now()).await?);
            Ok(())
        })).await;
    }

    async fn a_change_takes_scope_verbs_networks_and_end(database: TestDatabase) {
        let store = database.store().await;
        let (team, acme, _) = seed(&store, ChannelFormat::Python).await;
        let ada = user("ada");
        let scope = TokenScope::Limited { channels: vec![team.id], projects: Vec::new() };
        let issued = token(&ada, "ci", scope);
        let narrow = Token {
            scope: TokenScope::Limited { channels: Vec::new(), projects: vec![(team.id, acme.id)] },
            verbs: [Verb::Read].into_iter().collect(),
            networks: "192.0.2.0/24, 2001:db8::/32".parse().unwrap(),
            expires_at: Some(now()),
            ..issued.clone()
        };
        let copy = narrow.clone();
        let changed = write(&store, move |tx| Box::pin(async move {
            add_user(tx, &ada).await?;
            tx.insert_token(&issued, &ApiToken::generate(&Random::System).hash()).await?;
            tx.change_token(&copy).await
        })).await;
        assert!(changed);
        assert_eq!(store.read().await.unwrap().token(narrow.id).await.unwrap(), Some(narrow));
    }
}

fn hashes() -> [TokenHash; 3] {
    [(); 3].map(|()| ApiToken::generate(&Random::System).hash())
}

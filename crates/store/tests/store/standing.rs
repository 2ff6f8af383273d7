//! What decides about a person, and what depends on them.

use bonded_model::ids::{EmailId, KeyId};
use bonded_model::people::{Factors, KeyInserted, Policy, SecondFactorFor, Standing, WebauthnKey};
use bonded_model::token::{ApiToken, TokenScope};
use bonded_model::user::{ChannelRole, ProjectRole, User};
use bonded_model::{ChannelFormat, Random};
use bonded_store::{Store, Tx};
use bonded_testkit::on_both;

use crate::world::{ada_and_eve, add_user, after, channel, now, project, random, seed, token, user, write};

async fn verify(tx: &mut Tx, user: &User) {
    let primary: EmailId = tx.emails_of(user.id).await.unwrap()[0].id;
    assert!(tx.verify_email(primary, now()).await.unwrap());
}

fn key(of: &User) -> WebauthnKey {
    WebauthnKey {
        id: KeyId::generate(now(), &random()),
        user: of.id,
        name: "blue".into(),
        credential_id: of.name.as_str().into(),
        credential: "{}".into(),
        created_at: now(),
        last_used_at: None,
    }
}

async fn sole(store: &Store, user: &User) -> Vec<String> {
    let found = store.read().await.unwrap().sole_ownerships(user.id).await.unwrap();
    found.iter().map(ToString::to_string).collect()
}

on_both! {
    async fn standing_is_what_the_primary_address_and_the_factors_make_it(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let (owner, team) = (ada.clone(), channel("team", ChannelFormat::Python));
        let team_id = team.id;
        write(&store, move |tx| Box::pin(async move {
            verify(tx, &owner).await;
            assert_eq!(tx.insert_webauthn_key(&key(&owner)).await?, KeyInserted::Done);
            tx.insert_channel(&team).await?;
            tx.put_channel_role(team.id, owner.id, ChannelRole::Reader).await
        })).await;
        let mut reader = store.read().await.unwrap();
        let (user, standing, roles) = reader.person(ada.id).await.unwrap().unwrap();
        assert_eq!(user, User { verified_at: Some(now()), ..ada });
        assert_eq!(standing, Standing { verified: true, factors: Factors { totp: false, key: true } });
        assert_eq!(roles.channels.get(&team_id), Some(&ChannelRole::Reader));
        assert_eq!(reader.person(eve.id).await.unwrap().unwrap().1, Standing::default());
        assert!(reader.person(crate::world::user("nobody").id).await.unwrap().is_none());
    }

    async fn the_policy_of_a_channel_is_kept(database: TestDatabase) {
        let store = database.store().await;
        let (team, other) = (channel("team", ChannelFormat::Python), channel("other", ChannelFormat::Conda));
        let (team_id, other_id) = (team.id, other.id);
        let strict = Policy { second_factor: SecondFactorFor::Everybody, phishing_resistant: true };
        write(&store, move |tx| Box::pin(async move {
            tx.insert_channel(&team).await?;
            tx.insert_channel(&other).await?;
            tx.set_channel_policy(team.id, strict).await
        })).await;
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.channel(team_id).await.unwrap().unwrap().policy, strict);
        let policies = reader.channel_policies().await.unwrap();
        assert_eq!((policies[&team_id], policies[&other_id]), (strict, Policy::NOTHING));
    }

    async fn an_administrator_who_cannot_sign_in_does_not_count(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = (User { admin: true, ..user("ada") }, user("eve"));
        let id = ada.id;
        let found = write(&store, move |tx| Box::pin(async move {
            add_user(tx, &ada).await?;
            add_user(tx, &eve).await?;
            tx.put_password(eve.id, "hash", now()).await?;
            let nobody = tx.can_anybody_administrate().await?;
            tx.put_password(ada.id, "hash", now()).await?;
            let by_password = tx.can_anybody_administrate().await?;
            tx.set_suspended(ada.id, Some(now())).await?;
            Ok([nobody, by_password, tx.can_anybody_administrate().await?])
        })).await;
        assert_eq!(found, [false, true, false]);
        let by_key = write(&store, move |tx| Box::pin(async move {
            let ada = tx.user(id).await?.unwrap();
            tx.set_suspended(id, None).await?;
            tx.delete_password(id).await?;
            assert_eq!(tx.insert_webauthn_key(&key(&ada)).await?, KeyInserted::Done);
            tx.can_anybody_administrate().await
        })).await;
        assert!(by_key);
    }

    async fn what_would_belong_to_nobody_is_named(database: TestDatabase) {
        let store = database.store().await;
        let (team, acme, _) = seed(&store, ChannelFormat::Python).await;
        let (ada, eve) = (User { admin: true, ..user("ada") }, User { admin: true, ..user("eve") });
        let (owner, other) = (ada.clone(), eve.clone());
        let shared = project(&team, "shared");
        write(&store, move |tx| Box::pin(async move {
            add_user(tx, &owner).await?;
            add_user(tx, &other).await?;
            tx.insert_project(&shared).await?;
            tx.put_channel_role(team.id, owner.id, ChannelRole::Admin).await?;
            tx.put_channel_role(team.id, other.id, ChannelRole::Publisher).await?;
            tx.put_project_role(acme.id, owner.id, ProjectRole::Owner).await?;
            tx.put_project_role(acme.id, other.id, ProjectRole::Maintainer).await?;
            tx.put_project_role(shared.id, owner.id, ProjectRole::Owner).await?;
            tx.put_project_role(shared.id, other.id, ProjectRole::Owner).await
        })).await;
        assert_eq!(sole(&store, &ada).await, ["the channel team-a", "the project team-a/ACME"]);
        assert_eq!(sole(&store, &eve).await, [""; 0]);
        let id = eve.id;
        write(&store, move |tx| Box::pin(async move { tx.set_suspended(id, Some(now())).await })).await;
        let everything =
            ["the instance", "the channel team-a", "the project team-a/ACME", "the project team-a/SHARED"];
        assert_eq!(sole(&store, &ada).await, everything);
    }

    async fn only_accounts_that_nobody_came_back_to_are_forgotten(database: TestDatabase) {
        let store = database.store().await;
        let (team, acme, _) = seed(&store, ChannelFormat::Python).await;
        let old = user("old");
        let young = User { created_at: after(10), ..user("young") };
        let administrator = User { admin: true, ..user("administrator") };
        let verified = User { email: "v@example.org".parse().unwrap(), ..user("verified") };
        let [member, owner, publisher] = ["member", "owner", "publisher"].map(user);
        let forgotten = old.id;
        write(&store, move |tx| Box::pin(async move {
            for user in [&old, &young, &administrator, &verified, &member, &owner, &publisher] {
                assert!(add_user(tx, user).await?);
            }
            verify(tx, &verified).await;
            tx.put_channel_role(team.id, member.id, ChannelRole::Reader).await?;
            tx.put_project_role(acme.id, owner.id, ProjectRole::Maintainer).await?;
            let hash = ApiToken::generate(&Random::System).hash();
            tx.insert_token(&token(&publisher, "ci", TokenScope::Owner), &hash).await
        })).await;
        let found = store.read().await.unwrap().forgotten_accounts(after(10)).await.unwrap();
        assert_eq!(found.into_iter().map(|user| user.id).collect::<Vec<_>>(), [forgotten]);
    }
}

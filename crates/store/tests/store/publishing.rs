//! Issuers, trusted publishers, their tokens, and where files come from.

use std::slice::from_ref;
use std::sync::atomic::{AtomicI64, Ordering};

use bonded_model::ids::{AttestationId, IssuerId, PublisherId, TokenId};
use bonded_model::project::Project;
use bonded_model::publishing::{
    Algorithm, Attestation, Grant, Granted, Issuer, Provider, Publisher, PublisherPlace, PublisherToken,
    Source,
};
use bonded_model::token::ApiToken;
use bonded_model::{ChannelFormat, Random, Sha256};
use bonded_testkit::on_both;
use chrono::TimeDelta;

use crate::world::{add_user, file, now, random, seed, user, wheel, write};

fn source(commit: &str) -> Source {
    Source {
        provider: Provider::GitHub,
        issuer: "https://token.actions.githubusercontent.com".into(),
        subject: "repo:acme/rocket:ref:refs/tags/v1.0".into(),
        repository: Some("acme/rocket".into()),
        repository_url: Some("https://github.example/acme/rocket".into()),
        git_ref: Some("refs/tags/v1.0".into()),
        commit: Some(commit.into()),
        workflow: Some("release.yml".into()),
        run: Some("123".into()),
        run_url: None,
        environment: None,
        event: Some("push".into()),
        protected: Some(true),
        owner_id: Some("4711".into()),
        repository_id: None,
    }
}

/// Each is younger than those before: lists are ordered by age.
fn publisher(issuer: &Issuer, place: PublisherPlace, lookup: &str) -> Publisher {
    static AGE: AtomicI64 = AtomicI64::new(0);
    let made = now() + TimeDelta::milliseconds(AGE.fetch_add(1, Ordering::Relaxed));
    Publisher {
        id: PublisherId::generate(made, &random()),
        issuer: issuer.id,
        place,
        config: r#"{"owner":"acme"}"#.into(),
        lookup: lookup.into(),
        created_at: now(),
        created_by: None,
        last_used_at: None,
        last_source: None,
        last_refused_at: None,
        last_refusal: None,
    }
}

fn of(project: &Project) -> PublisherPlace {
    PublisherPlace::Project { channel: project.channel, project: project.id }
}

fn token(issuer: &Issuer, grants: Vec<Grant>) -> PublisherToken {
    PublisherToken {
        id: TokenId::generate(now(), &random()),
        issuer: issuer.id,
        issuer_enabled: true,
        source: source("abc"),
        grants,
        created_at: now(),
        expires_at: now() + TimeDelta::minutes(15),
        burnt_at: None,
    }
}

on_both! {
    async fn a_new_registry_knows_the_issuers_of_the_world_and_learns_others(database: TestDatabase) {
        let store = database.store().await;
        let issuers = store.read().await.unwrap().issuers().await.unwrap();
        let providers: Vec<_> = issuers.iter().map(|issuer| issuer.provider.as_str()).collect();
        assert_eq!(providers, ["activestate", "buildkite", "github", "gitlab", "google"]);
        assert!(issuers.iter().all(|issuer| issuer.enabled && !issuer.private_network));
        let own = Issuer {
            id: IssuerId::generate(now(), &random()),
            url: "https://forge.example".into(),
            provider: Provider::Forgejo,
            name: "Forge".into(),
            enabled: true,
            private_network: true,
            created_at: now(),
            ..issuers[2].clone()
        };
        let changed = Issuer {
            name: "Our forge".into(),
            enabled: false,
            algorithm: Algorithm::Es256,
            private_network: false,
            server: Some("https://git.example".into()),
            ..own.clone()
        };
        let (copy, change) = (own.clone(), changed.clone());
        let done = write(&store, move |tx| Box::pin(async move {
            let again = Issuer { id: IssuerId::generate(now(), &random()), ..copy.clone() };
            Ok([
                tx.insert_issuer(&copy).await?,
                tx.insert_issuer(&again).await?,
                tx.change_issuer(&change).await?,
                tx.change_issuer(&again).await?,
            ])
        })).await;
        assert_eq!(done, [true, false, true, false]);
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.issuer_by_url("https://forge.example").await.unwrap(), Some(changed.clone()));
        assert_eq!(reader.issuer(own.id).await.unwrap(), Some(changed));
        assert_eq!(reader.issuer_by_url("https://forge.example/").await.unwrap(), None);
        let gone = write(&store, move |tx| Box::pin(async move {
            Ok((tx.delete_issuer(own.id).await?, tx.delete_issuer(own.id).await?))
        })).await;
        assert_eq!(gone, (true, false));
    }

    async fn of_many_that_want_to_fetch_keys_one_does_each_minute(database: TestDatabase) {
        let store = database.store().await;
        let issuer = store.read().await.unwrap().issuers().await.unwrap().remove(0).id;
        let minute = TimeDelta::minutes(1);
        let claimed = write(&store, move |tx| Box::pin(async move {
            let soon = now() + TimeDelta::seconds(59);
            Ok([
                tx.claim_refresh(issuer, now(), now() - minute).await?,
                tx.claim_refresh(issuer, now(), now() - minute).await?,
                tx.claim_refresh(issuer, soon, soon - minute).await?,
                tx.claim_refresh(issuer, now() + minute, now()).await?,
            ])
        })).await;
        assert_eq!(claimed, [true, false, false, true]);
        write(&store, move |tx| Box::pin(async move { tx.put_issuer_keys(issuer, "{}", now()).await })).await;
        let keys = store.read().await.unwrap().issuer_keys(issuer).await.unwrap().unwrap();
        assert_eq!((keys.jwks.as_deref(), keys.fetched_at, keys.tried_at), (Some("{}"), Some(now()), Some(now() + minute)));
    }

    async fn an_identity_burns_once_for_each_issuer(database: TestDatabase) {
        let store = database.store().await;
        let issuers = store.read().await.unwrap().issuers().await.unwrap();
        let (one, other) = (issuers[0].id, issuers[1].id);
        let burnt = write(&store, move |tx| Box::pin(async move {
            let (jti, until) = (Sha256::of(b"jti"), now() + TimeDelta::seconds(335));
            let first = [
                tx.burn_identity(one, &jti, until).await?,
                tx.burn_identity(one, &jti, until).await?,
                tx.burn_identity(other, &jti, until).await?,
            ];
            assert_eq!(tx.delete_burnt_identities(until).await?, 0);
            assert_eq!(tx.delete_burnt_identities(until + TimeDelta::seconds(1)).await?, 2);
            Ok(first)
        })).await;
        assert_eq!(burnt, [true, false, true]);
    }

    async fn publishers_are_found_by_issuer_and_lookup(database: TestDatabase) {
        let store = database.store().await;
        let (team, acme, _) = seed(&store, ChannelFormat::Python).await;
        let issuers = store.read().await.unwrap().issuers().await.unwrap();
        let ada = user("ada");
        let pending = PublisherPlace::Pending {
            channel: team.id,
            name: "New_One".into(),
            normalized: "new-one".into(),
            registrant: ada.id,
            expires_at: now() + TimeDelta::days(30),
        };
        let prefix = PublisherPlace::Prefix { channel: team.id, group: None, prefix: "acme-".into() };
        let here = publisher(&issuers[2], of(&acme), "acme/rocket");
        let wide = publisher(&issuers[2], prefix, "acme/tools");
        let elsewhere = publisher(&issuers[3], of(&acme), "acme/rocket");
        let waiting = publisher(&issuers[2], pending, "acmeville/rocket");
        let rows = [here.clone(), wide.clone(), elsewhere.clone(), waiting.clone()];
        let (owner, registrant) = (ada.clone(), ada.id);
        write(&store, move |tx| Box::pin(async move {
            add_user(tx, &owner).await?;
            for row in &rows {
                tx.insert_publisher(row).await?;
            }
            Ok(())
        })).await;
        let mut reader = store.read().await.unwrap();
        let (issuer, project, channel) = (issuers[2].id, acme.id, team.id);
        assert_eq!(reader.publishers_by_lookup(issuer, "acme/rocket").await.unwrap(), from_ref(&here));
        let near = reader.publishers_by_lookup_range(issuer, "acme/", "acme0").await.unwrap();
        assert_eq!(near, [here.clone(), wide.clone()]);
        assert_eq!(reader.publishers_of_project(project).await.unwrap(), [here.clone(), elsewhere]);
        assert_eq!(reader.publishers_of_channel(channel).await.unwrap(), [wide, waiting.clone()]);
        assert_eq!(reader.pending_publishers_in(channel).await.unwrap(), from_ref(&waiting));
        assert_eq!(reader.publishers_of_registrant(registrant).await.unwrap(), from_ref(&waiting));
        assert_eq!(reader.publisher_count_of_issuer(issuer).await.unwrap(), 3);
        assert_eq!(reader.publishers_of_issuer(issuer).await.unwrap().len(), 3);
        assert_eq!(reader.expired_publishers(now() + TimeDelta::days(30)).await.unwrap(), from_ref(&waiting));
        assert_eq!(reader.expired_publishers(now() + TimeDelta::days(29)).await.unwrap(), []);
        let before = now() + TimeDelta::days(31);
        let (id, place) = (waiting.id, of(&acme));
        let told = write(&store, move |tx| Box::pin(async move {
            let waiting = tx.expiring_publishers(before).await?.len();
            tx.publisher_reminded(id, now()).await?;
            let told = tx.expiring_publishers(before).await?.len();
            Ok((waiting, told, tx.fulfil_publisher(id, project).await?, tx.fulfil_publisher(id, project).await?))
        })).await;
        assert_eq!(told, (1, 0, true, false));
        assert_eq!(reader.publisher(id).await.unwrap(), Some(Publisher { place, ..waiting }));
        assert!(!reader.reserves_pending(channel).await.unwrap());
        write(&store, move |tx| Box::pin(async move { tx.reserve_pending(channel, true).await })).await;
        assert!(reader.reserves_pending(channel).await.unwrap());
    }

    async fn a_publisher_remembers_its_last_run_and_its_last_refusal(database: TestDatabase) {
        let store = database.store().await;
        let (_, acme, _) = seed(&store, ChannelFormat::Python).await;
        let issuers = store.read().await.unwrap().issuers().await.unwrap();
        let row = publisher(&issuers[2], of(&acme), "acme/rocket");
        let (copy, later) = (row.clone(), now() + TimeDelta::minutes(1));
        write(&store, move |tx| Box::pin(async move {
            tx.insert_publisher(&copy).await?;
            tx.publisher_refused(copy.id, now(), "another workflow").await
        })).await;
        let refused = store.read().await.unwrap().publisher(row.id).await.unwrap().unwrap();
        assert_eq!((refused.last_refused_at, refused.last_refusal.as_deref()), (Some(now()), Some("another workflow")));
        let id = row.id;
        write(&store, move |tx| Box::pin(async move {
            tx.publisher_used(id, later, &source("abc")).await?;
            tx.set_publisher_config(id, r#"{"environment":"release"}"#, "acme/rocket").await
        })).await;
        let used = store.read().await.unwrap().publisher(row.id).await.unwrap().unwrap();
        let expected = Publisher {
            config: r#"{"environment":"release"}"#.into(),
            last_used_at: Some(later),
            last_source: Some(source("abc")),
            ..refused
        };
        assert_eq!(used, expected);
    }

    async fn a_token_dies_with_its_publisher_and_with_its_issuer(database: TestDatabase) {
        let store = database.store().await;
        let (team, acme, _) = seed(&store, ChannelFormat::Python).await;
        let issuers = store.read().await.unwrap().issuers().await.unwrap();
        let prefix = PublisherPlace::Prefix { channel: team.id, group: None, prefix: "acme-".into() };
        let (one, other) = (publisher(&issuers[2], of(&acme), "a"), publisher(&issuers[2], prefix, "b"));
        let exact = Grant { publisher: one.id, channel: team.id, to: Granted::Project(acme.id) };
        let wide = Grant { publisher: other.id, channel: team.id, to: Granted::NewProjects { prefix: "acme-".into() } };
        let made = token(&issuers[2], vec![exact.clone()]);
        let secret = ApiToken::generate(&Random::System).hash();
        let (rows, copy, more) = ([one.clone(), other.clone()], made.clone(), wide.clone());
        write(&store, move |tx| Box::pin(async move {
            for row in &rows {
                tx.insert_publisher(row).await?;
            }
            tx.insert_publisher_token(&copy, &secret).await?;
            tx.insert_publisher_grant(copy.id, &more).await
        })).await;
        let mut reader = store.read().await.unwrap();
        let found = reader.publisher_token_by_hash(&secret).await.unwrap().unwrap();
        assert_eq!(found, PublisherToken { grants: vec![exact, wide.clone()], ..made.clone() });
        assert!(reader.principal_by_hash(&secret).await.unwrap().is_none(), "it is nobody's");
        let (id, issuer) = (one.id, issuers[2].clone());
        write(&store, move |tx| Box::pin(async move {
            assert!(tx.delete_publisher(id).await?);
            tx.change_issuer(&Issuer { enabled: false, ..issuer }).await
        })).await;
        let left = reader.publisher_token(made.id).await.unwrap().unwrap();
        assert_eq!((left.grants, left.issuer_enabled), (vec![wide], false));
        let (id, end) = (made.id, made.expires_at);
        let ended = write(&store, move |tx| Box::pin(async move {
            let burnt = (tx.burn_publisher_token(id, now()).await?, tx.burn_publisher_token(id, now()).await?);
            let deleted = (tx.delete_publisher_tokens(end).await?, tx.delete_publisher_tokens(end + TimeDelta::days(1)).await?);
            Ok((burnt, deleted))
        })).await;
        assert_eq!(ended, ((true, false), (0, 1)));
    }

    async fn a_file_keeps_its_source_and_its_attestations_in_order(database: TestDatabase) {
        let store = database.store().await;
        let (_, acme, one) = seed(&store, ChannelFormat::Python).await;
        let (traced, plain) = (file(&acme, &one, "acme-1.0.tar.gz"), file(&acme, &one, "acme-1.0-py3-none-any.whl"));
        let statement = |position: i64| Attestation {
            id: AttestationId::generate(now(), &random()),
            file: traced.id,
            position,
            predicate: "https://docs.example/publish/v1".into(),
            source: source("abc"),
            body: format!("{{ \"n\":{position} }}"),
            set_sha256: Sha256::of(&position.to_be_bytes()),
            verified_at: now(),
        };
        let (first, second, taken) = (statement(0), statement(1), statement(1));
        let (files, statements) = ([traced.clone(), plain.clone()], [first.clone(), second.clone(), taken]);
        let kept = write(&store, move |tx| Box::pin(async move {
            for file in &files {
                tx.insert_python_file(file, &wheel()).await?;
            }
            tx.insert_source(files[0].id, &source("abc")).await?;
            let mut kept = Vec::new();
            for statement in &statements {
                kept.push(tx.insert_attestation(statement).await?);
            }
            Ok(kept)
        })).await;
        assert_eq!(kept, [true, true, false]);
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.attestations_of(traced.id).await.unwrap(), [first, second]);
        let known: Vec<_> = reader.sources_of_project(acme.id).await.unwrap().into_iter()
            .map(|known| (known.file, known.source, known.attestations)).collect();
        assert!(known.contains(&(traced.id, Some(source("abc")), 2)) && known.contains(&(plain.id, None, 0)));
    }
}

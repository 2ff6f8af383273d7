//! From the schema before there were people who sign in.

use std::path::Path;

use bonded_model::actor::{Actor, Credential, Origin};
use bonded_model::audit::{AuditEntry, AuditFilter, AuditRow, Event, genesis};
use bonded_model::ids::{RequestId, TokenId};
use bonded_model::people::Policy;
use bonded_model::token::Verbs;
use bonded_model::trust::Signing;
use bonded_model::user::User;
use bonded_store::{Engine, OpenMode, Store};
use bonded_testkit::database::TestDatabase;
use bonded_testkit::on_both;
use sqlx::Connection;
use sqlx::migrate::Migrator;

use crate::world::{now, random, user};

const FIRST: &str = "0001_registry.sql";

/// Makes the tables as the first version had them.
async fn make_first_schema(database: &TestDatabase) {
    let engine = database.url().engine();
    let migrations = format!("{}/../store-{engine}/migrations", env!("CARGO_MANIFEST_DIR"));
    let only_first = tempfile::tempdir().unwrap();
    std::fs::copy(Path::new(&migrations).join(FIRST), only_first.path().join(FIRST)).unwrap();
    let migrator = Migrator::new(only_first.path()).await.unwrap();
    let url = database.url().expose();
    match engine {
        Engine::Sqlite => {
            let mut db = sqlx::SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
            migrator.run_direct(None, &mut db, false).await.unwrap();
            db.close().await.unwrap();
        }
        Engine::Postgres => {
            let mut db = sqlx::PgConnection::connect(&url).await.unwrap();
            migrator.run_direct(None, &mut db, false).await.unwrap();
            db.close().await.unwrap();
        }
    }
}

/// An account as the first version wrote it.
fn insert(user: &User, email: &str, engine: Engine) -> String {
    let id = match engine {
        Engine::Sqlite => format!("x'{}'", user.id.uuid().simple()),
        Engine::Postgres => format!("'{}'", user.id),
    };
    let (name, key, at) = (&user.name, user.name.key(), user.created_at.to_rfc3339());
    format!(
        "INSERT INTO users (id, name, name_key, email, admin, created_at)
         VALUES ({id}, '{name}', '{key}', '{email}', FALSE, '{at}');
         INSERT INTO tokens (id, user_id, name, secret_sha256, verbs, everything, created_at)
         VALUES ({id}, {id}, 'ci', {}, 1, TRUE, '{at}');
         INSERT INTO channels (id, name, format, visibility, created_at)
         VALUES ({id}, '{key}', 'python', 'private', '{at}');",
        match engine {
            Engine::Sqlite => format!("x'{}'", user.id.uuid().simple()),
            Engine::Postgres => format!("'\\x{}'", user.id.uuid().simple()),
        },
    )
}

/// A row of the audit log as the first version wrote it.
fn insert_audit(row: &AuditRow, engine: Engine) -> String {
    let uuid = |id: String| match engine {
        Engine::Sqlite => format!("x'{}'", id.replace('-', "")),
        Engine::Postgres => format!("'{id}'"),
    };
    let hash = |hash: bonded_model::Sha256| match engine {
        Engine::Sqlite => format!("x'{hash}'"),
        Engine::Postgres => format!("'\\x{hash}'"),
    };
    let user = row.user.map_or_else(|| "NULL".to_owned(), |user| uuid(user.to_string()));
    format!(
        "INSERT INTO audit (seq, at, tag, credential, user_id, request_id, body, previous, hash)
         VALUES ({}, '{}', '{}', '{}', {user}, {}, '{}', {}, {})",
        row.seq,
        row.at.to_rfc3339(),
        row.tag,
        row.credential,
        uuid(row.request.to_string()),
        row.body,
        hash(row.previous),
        hash(row.hash),
    )
}

on_both! {
    async fn old_events_are_found_by_whom_they_concern_and_stay_as_they_were(database: TestDatabase) {
        make_first_schema(&database).await;
        let (engine, ada, gone) = (database.url().engine(), user("ada"), user("gone").id);
        database.tamper(&insert(&ada, "ada@example.org", engine)).await.unwrap();
        let origin = Origin { request: RequestId::generate(now(), &random()), address: None };
        // What people write does not pass for the person whom an event names.
        let claim = format!(r#""user":"{}""#, ada.id);
        let refused = Event::Refused { action: claim.clone(), reason: claim.clone() };
        let created = Event::TokenCreated {
            token: TokenId::generate(now(), &random()),
            owner: ada.id,
            name: claim,
            verbs: Verbs::default(),
            expires_at: None,
            by_operator: true,
        };
        let by_operator = |event| AuditEntry::new(now(), &Actor::Operator, &origin, event);
        let entries = [
            by_operator(Event::UserCreated { user: ada.id, name: "ada".into(), admin: false }),
            by_operator(created),
            AuditEntry::of_person(now(), gone, Credential::Token, &origin, refused),
            AuditEntry::of_person(now(), gone, Credential::Token, &origin, Event::MemberRemoved { user: gone }),
        ];
        let mut written = Vec::new();
        for (seq, entry) in (1..).zip(entries) {
            let row = entry.chain(seq, written.last().map_or(genesis(), |row: &AuditRow| row.hash));
            database.tamper(&insert_audit(&row, engine)).await.unwrap();
            written.push(row);
        }
        let store = Store::open(database.url(), OpenMode::MustExist).await.unwrap();
        store.migrate().await.unwrap();
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.audit_rows(0, 10).await.unwrap(), written);
        for (person, expected) in [(ada.id, [2, 1]), (gone, [4, 3])] {
            let filter = AuditFilter { person: Some(person), ..AuditFilter::default() };
            let found = reader.audit_filtered(&filter, 10).await.unwrap();
            assert_eq!(found.iter().map(|row| row.seq).collect::<Vec<_>>(), expected);
        }
    }

    async fn a_token_with_an_absurd_end_is_one_that_never_ends(database: TestDatabase) {
        make_first_schema(&database).await;
        let (engine, ada) = (database.url().engine(), user("ada"));
        database.tamper(&insert(&ada, "ada@example.org", engine)).await.unwrap();
        // PostgreSQL compares times as times: no list of its ever lost such a token.
        if engine == Engine::Sqlite {
            let absurd = "UPDATE tokens SET expires_at = '+12000-01-01T00:00:00+00:00'";
            database.tamper(absurd).await.unwrap();
        }
        let store = Store::open(database.url(), OpenMode::MustExist).await.unwrap();
        store.migrate().await.unwrap();
        let tokens = store.read().await.unwrap().tokens_of(ada.id).await.unwrap();
        assert_eq!(tokens[0].expires_at, None);
    }

    async fn of_accounts_that_share_an_address_the_oldest_keeps_it(database: TestDatabase) {
        make_first_schema(&database).await;
        let [ada, eve, bob] = [user("Ada"), user("eve"), user("bob")];
        let engine = database.url().engine();
        let [first, second] = if ada.id < eve.id { [&ada, &eve] } else { [&eve, &ada] };
        for (user, email) in [(second, "it@example.org"), (first, "IT@Example.org"), (&bob, "bob@example.org")] {
            database.tamper(&insert(user, email, engine)).await.unwrap();
        }
        let store = Store::open(database.url(), OpenMode::MustExist).await.unwrap();
        assert!(!store.is_migrated().await.unwrap());
        store.migrate().await.unwrap();
        assert!(store.is_migrated().await.unwrap());
        let mut reader = store.read().await.unwrap();
        let kept = reader.user(first.id).await.unwrap().unwrap();
        assert_eq!((kept.email.as_str(), kept.verified_at), ("IT@Example.org", Some(first.created_at)));
        let lost = reader.user(second.id).await.unwrap().unwrap();
        assert_eq!((lost.email.as_str(), lost.verified_at), ("it@example.org", None));
        let alone = reader.user_by_verified_email(&"BOB@example.org".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!((alone.id, alone.verified_at), (bob.id, Some(bob.created_at)));
        assert_eq!(reader.users().await.unwrap().len(), 3);
        assert_eq!(reader.emails_of(bob.id).await.unwrap().len(), 1);
        assert!(reader.tokens().await.unwrap().iter().all(|token| token.by_operator));
        assert!(reader.channels().await.unwrap().iter().all(|channel| channel.policy == Policy::NOTHING));
    }

    async fn a_subdir_from_before_there_were_signatures_waits_for_its_first_ones(database: TestDatabase) {
        make_first_schema(&database).await;
        let (engine, ada) = (database.url().engine(), user("ada"));
        let id = match engine {
            Engine::Sqlite => format!("x'{}'", ada.id.uuid().simple()),
            Engine::Postgres => format!("'{}'", ada.id),
        };
        let at = ada.created_at.to_rfc3339();
        let rows = format!(
            "INSERT INTO channels (id, name, format, visibility, created_at) VALUES ({id}, 'main', 'conda', 'public', '{at}');
             INSERT INTO subdirs (id, channel_id, name, serial, created_at) VALUES ({id}, {id}, 'noarch', 0, '{at}')"
        );
        database.tamper(&rows).await.unwrap();
        let store = Store::open(database.url(), OpenMode::MustExist).await.unwrap();
        store.migrate().await.unwrap();
        let rows = store.read().await.unwrap().all_subdirs().await.unwrap();
        assert_eq!((rows[0].shown, rows[0].package_key), (Signing::Server, None));
    }
}

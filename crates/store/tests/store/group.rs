//! What the members of a group owe each other: nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bonded_model::ids::ProjectId;
use bonded_store::{Store, StoreError};
use bonded_testkit::on_both;
use futures::FutureExt;
use futures::future::join_all;

use crate::world::{add_user, now, random, user, write};

async fn users(store: &Store) -> u64 {
    store.read().await.unwrap().counts().await.unwrap().users
}

/// Holds the writer for a moment, so that the writes after it become one group.
fn gather(store: &Store) -> impl Future<Output = ()> + use<> {
    let store = store.clone();
    async move {
        write(&store, |_| {
            Box::pin(async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                Ok(())
            })
        })
        .await;
    }
}

on_both! {
    async fn two_hundred_writes_at_once_all_arrive(database: TestDatabase) {
        let store = database.store().await;
        let writes = (0..200).map(|number| {
            let user = user(&format!("user-{number}"));
            write(&store, move |tx| Box::pin(async move { add_user(tx, &user).await }))
        });
        assert!(join_all(writes).await.into_iter().all(|inserted| inserted));
        assert_eq!(users(&store).await, 200);
    }

    async fn of_fifty_writes_of_one_name_one_wins(database: TestDatabase) {
        let store = database.store().await;
        let writes = (0..50).map(|_| {
            let user = user("ada");
            write(&store, move |tx| Box::pin(async move { add_user(tx, &user).await }))
        });
        assert_eq!(join_all(writes).await.into_iter().filter(|inserted| *inserted).count(), 1);
    }

    async fn an_error_or_a_panic_undoes_its_own_work_only(database: TestDatabase) {
        let store = database.store().await;
        let gathered = tokio::spawn(gather(&store));
        let writes = (0..30).map(|number| {
            let (store, user) = (store.clone(), user(&format!("user-{number}")));
            let work = async move {
                store.write(move |tx| Box::pin(async move {
                    add_user(tx, &user).await?;
                    match number % 3 {
                        0 => Ok(()),
                        1 => Err(StoreError::TooSlow(number)),
                        _ => panic!("a mistake in the work"),
                    }
                })).await
            };
            std::panic::AssertUnwindSafe(work).catch_unwind()
        });
        let done = join_all(writes).await;
        gathered.await.unwrap();
        for (number, done) in done.into_iter().enumerate() {
            match number % 3 {
                0 => assert!(done.unwrap().is_ok()),
                1 => assert!(matches!(done.unwrap(), Err(StoreError::TooSlow(own)) if own == number as u64)),
                _ => assert!(done.is_err(), "the panic reaches its caller"),
            }
        }
        assert_eq!(users(&store).await, 10);
    }

    async fn a_work_that_swallows_an_error_of_the_database_fails_all_the_same(database: TestDatabase) {
        let store = database.store().await;
        let done = store.write(|tx| Box::pin(async move {
            let inserted = add_user(tx, &user("ada")).await?;
            // There is no such project, so there is no serial.
            drop(tx.bump_serial(ProjectId::generate(now(), &random())).await);
            Ok(inserted)
        })).await;
        assert!(matches!(done, Err(StoreError::Failed(_))), "{done:?}");
        assert_eq!(users(&store).await, 0);
        assert!(write(&store, |tx| Box::pin(async move { add_user(tx, &user("eve")).await })).await);
    }

    async fn a_failed_commit_reaches_every_member(database: TestDatabase) {
        let store = database.store().await;
        database.tamper(deferred_violation(store.engine())).await.unwrap();
        let gathered = tokio::spawn(gather(&store));
        let writes = (0..5).map(|number| {
            let (store, user) = (store.clone(), user(&format!("user-{number}")));
            async move {
                store.write(move |tx| Box::pin(async move {
                    tx.put_setting("cause", "failure").await?;
                    add_user(tx, &user).await
                })).await
            }
        });
        let done = join_all(writes).await;
        assert!(done.iter().all(|done| matches!(done, Err(StoreError::Failed(_)))), "{done:?}");
        drop(gathered.await);
        assert_eq!(users(&store).await, 0);
        assert!(write(&store, |tx| Box::pin(async move { add_user(tx, &user("eve")).await })).await);
    }

    async fn a_write_goes_on_when_its_caller_goes_away(database: TestDatabase) {
        let store = database.store().await;
        let ran = Arc::new(AtomicUsize::new(0));
        let count = ran.clone();
        let call = store.write(move |tx| Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            count.fetch_add(1, Ordering::SeqCst);
            add_user(tx, &user("ada")).await
        }));
        assert!(tokio::time::timeout(Duration::from_millis(10), call).await.is_err());
        // The queue is in order: this one comes after it.
        write(&store, |_| Box::pin(async { Ok(()) })).await;
        assert_eq!((ran.load(Ordering::SeqCst), users(&store).await), (1, 1));
    }

    async fn a_snapshot_does_not_see_what_comes_after_it(database: TestDatabase) {
        let store = database.store().await;
        let mut snapshot = store.snapshot().await.unwrap();
        assert_eq!(snapshot.counts().await.unwrap().users, 0);
        write(&store, |tx| Box::pin(async move { add_user(tx, &user("ada")).await })).await;
        assert_eq!(snapshot.counts().await.unwrap().users, 0);
        drop(snapshot);
        assert_eq!(users(&store).await, 1);
    }

    async fn closing_finishes_what_was_accepted(database: TestDatabase) {
        let store = database.store().await;
        let mut queued = Box::pin(write(&store, |tx| Box::pin(async move { add_user(tx, &user("ada")).await })));
        assert!(futures::poll!(queued.as_mut()).is_pending());
        store.close().await;
        assert!(queued.await);
        let late = store.write(|tx| Box::pin(async move { add_user(tx, &user("eve")).await })).await;
        assert!(matches!(late, Err(StoreError::Closed)));
        assert_eq!(users(&database.store().await).await, 1);
    }
}

/// Makes the setting `cause` break a rule that is checked at the end of the transaction only.
const fn deferred_violation(engine: bonded_store::Engine) -> &'static str {
    match engine {
        bonded_store::Engine::Sqlite => {
            "CREATE TABLE doom (id BLOB REFERENCES users DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER doomed AFTER INSERT ON settings WHEN new.key = 'cause'
             BEGIN INSERT INTO doom VALUES (x'00'); END"
        }
        bonded_store::Engine::Postgres => {
            "CREATE TABLE doom (id UUID REFERENCES users DEFERRABLE INITIALLY DEFERRED);
             CREATE FUNCTION doom() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN INSERT INTO doom VALUES (gen_random_uuid()); RETURN NULL; END $$;
             CREATE TRIGGER doomed AFTER INSERT ON settings FOR EACH ROW WHEN (new.key = 'cause')
             EXECUTE FUNCTION doom()"
        }
    }
}

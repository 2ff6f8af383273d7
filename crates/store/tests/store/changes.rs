//! Who hears of what, and when.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bonded_model::ids::ChannelId;
use bonded_store::{Change, Store, StoreError};
use bonded_testkit::on_both;

use crate::world::{now, random, write};

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Change>>>);

impl Heard {
    fn listen(store: &Store) -> Self {
        let heard = Self::default();
        let sink = heard.clone();
        store.on_change(Arc::new(move |change| sink.0.lock().unwrap().push(change.clone())));
        heard
    }

    fn has(&self, change: &Change) -> bool {
        self.0.lock().unwrap().contains(change)
    }

    fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    /// The promise is a second; a machine that is busy with other tests may take longer.
    async fn soon(&self, change: &Change) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            if self.has(change) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }
}

async fn announce(store: &Store, change: Change) {
    write(store, move |tx| {
        Box::pin(async move {
            tx.announce(change);
            tx.put_setting("any", "thing").await
        })
    })
    .await;
}

/// Watchers need a moment to begin: until one hears what another store says.
async fn settled(speaker: &Store, listener: &Store) {
    let probes = Heard::listen(listener);
    loop {
        let probe = Change::Channel(ChannelId::generate(now(), &random()));
        announce(speaker, probe.clone()).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        if probes.has(&probe) {
            return;
        }
    }
}

on_both! {
    async fn this_process_knows_before_the_write_returns_and_others_within_a_second(database: TestDatabase) {
        let (one, two) = (database.store().await, database.store().await);
        settled(&one, &two).await;
        let (here, there) = (Heard::listen(&one), Heard::listen(&two));
        let change = Change::Channel(ChannelId::generate(now(), &random()));
        announce(&one, change.clone()).await;
        assert!(here.has(&change));
        assert!(there.soon(&change).await, "{:?}", there.0);
        assert!(!there.has(&Change::Everything));
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(here.0.lock().unwrap().len(), 1, "nobody hears of their own changes twice");
    }

    async fn a_change_before_the_first_look_is_not_missed(database: TestDatabase) {
        let one = database.store().await;
        let here = Heard::listen(&one);
        let two = database.store().await;
        let change = Change::Channel(ChannelId::generate(now(), &random()));
        announce(&two, change.clone()).await;
        let start = Instant::now();
        while !here.has(&change) && !here.has(&Change::Everything) {
            assert!(start.elapsed() < Duration::from_secs(5), "{:?}", here.0);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn what_was_not_committed_is_not_announced(database: TestDatabase) {
        let (one, two) = (database.store().await, database.store().await);
        settled(&one, &two).await;
        let (here, there) = (Heard::listen(&one), Heard::listen(&two));
        let failed: Result<(), _> = one.write(|tx| Box::pin(async move {
            tx.announce(Change::Jobs);
            Err(StoreError::TooSlow(0))
        })).await;
        assert!(failed.is_err());
        announce(&one, Change::Access).await;
        assert!(there.soon(&Change::Access).await);
        assert!(!there.has(&Change::Jobs) && !here.has(&Change::Jobs));
    }

    async fn a_thousand_changes_of_one_write_all_arrive(database: TestDatabase) {
        let (one, two) = (database.store().await, database.store().await);
        settled(&one, &two).await;
        let there = Heard::listen(&two);
        let changes: Vec<_> = (0..1_000).map(|_| Change::Channel(ChannelId::generate(now(), &random()))).collect();
        let copies = changes.clone();
        write(&one, move |tx| Box::pin(async move {
            copies.into_iter().for_each(|change| tx.announce(change));
            Ok(())
        })).await;
        assert!(there.soon(&changes[999]).await);
        assert!(changes.iter().all(|change| there.has(change)));
    }

    async fn whoever_missed_something_forgets_everything(database: TestDatabase) {
        let (one, two) = (database.store().await, database.store().await);
        announce(&one, Change::Access).await;
        settled(&one, &two).await;
        let there = Heard::listen(&two);
        there.forget();
        database.tamper(lose_changes(one.engine())).await.unwrap();
        assert!(there.soon(&Change::Everything).await);
        settled(&one, &two).await;
        there.forget();
        announce(&one, Change::Jobs).await;
        let heard = there.soon(&Change::Jobs).await;
        assert!(heard || there.has(&Change::Everything), "listening goes on");
    }
}

/// SQLite: somebody prunes rows that were not read. PostgreSQL: every connection is cut.
const fn lose_changes(engine: bonded_store::Engine) -> &'static str {
    match engine {
        bonded_store::Engine::Sqlite => {
            "BEGIN;
            INSERT INTO changes (seq, server, body) VALUES (1000, x'00', 'jobs');
            DELETE FROM changes WHERE seq < 1000; COMMIT"
        }
        bonded_store::Engine::Postgres => {
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"
        }
    }
}

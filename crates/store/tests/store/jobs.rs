//! Background jobs.

use bonded_model::Timestamp;
use bonded_model::ids::JobId;
use bonded_model::job::Job;
use bonded_store::Store;
use bonded_testkit::on_both;
use chrono::Duration;

use crate::world::{now, random, write};

fn at(seconds: i64) -> Timestamp {
    now() + Duration::seconds(seconds)
}

async fn schedule(store: &Store, key: &'static str, run_at: Timestamp) {
    let id = JobId::generate(now(), &random());
    write(store, move |tx| Box::pin(async move { tx.schedule(id, "publish", key, run_at).await })).await;
}

async fn claim(store: &Store, when: Timestamp) -> Option<Job> {
    write(store, move |tx| Box::pin(async move { tx.claim_job(when, when + Duration::seconds(60)).await }))
        .await
}

async fn finish(store: &Store, job: &Job) -> bool {
    let job = job.clone();
    write(store, move |tx| Box::pin(async move { tx.finish_job(&job).await })).await
}

async fn next(store: &Store) -> Option<Timestamp> {
    store.read().await.unwrap().next_job_at().await.unwrap()
}

on_both! {
    async fn a_job_runs_once_when_it_is_due(database: TestDatabase) {
        let store = database.store().await;
        schedule(&store, "a", at(10)).await;
        assert_eq!(next(&store).await, Some(at(10)));
        assert_eq!(claim(&store, at(9)).await, None);
        let job = claim(&store, at(10)).await.unwrap();
        assert_eq!((job.kind.as_str(), job.key.as_str(), job.attempts), ("publish", "a", 1));
        assert_eq!(claim(&store, at(11)).await, None, "somebody has it");
        assert_eq!(next(&store).await, Some(at(70)), "the lease ends");
        assert!(finish(&store, &job).await);
        assert_eq!(next(&store).await, None);
    }

    async fn scheduling_again_makes_a_waiting_job_earlier_but_never_later(database: TestDatabase) {
        let store = database.store().await;
        for seconds in [10, 5, 20] {
            schedule(&store, "a", at(seconds)).await;
        }
        assert_eq!(next(&store).await, Some(at(5)));
        assert!(claim(&store, at(5)).await.is_some());
        assert_eq!(claim(&store, at(30)).await, None, "one job for each kind and key");
    }

    async fn a_job_that_is_scheduled_while_it_runs_runs_again(database: TestDatabase) {
        let store = database.store().await;
        schedule(&store, "a", at(0)).await;
        let first = claim(&store, at(0)).await.unwrap();
        schedule(&store, "a", at(2)).await;
        schedule(&store, "a", at(9)).await;
        assert_eq!(claim(&store, at(3)).await, None, "not while it runs");
        assert!(finish(&store, &first).await);
        let second = claim(&store, at(3)).await.unwrap();
        assert_eq!((second.run_at, second.attempts), (at(2), 1));
        assert!(finish(&store, &second).await);
        assert_eq!(claim(&store, at(99)).await, None);
    }

    async fn a_failed_job_comes_back_with_its_error(database: TestDatabase) {
        let store = database.store().await;
        schedule(&store, "a", at(0)).await;
        let job = claim(&store, at(0)).await.unwrap();
        assert!(write(&store, move |tx| Box::pin(async move { tx.retry_job(&job, at(8), "no disk").await })).await);
        assert_eq!(claim(&store, at(7)).await, None);
        let again = claim(&store, at(8)).await.unwrap();
        assert_eq!((again.attempts, again.last_error.as_deref()), (2, Some("no disk")));
    }

    async fn whoever_lost_the_lease_cannot_finish(database: TestDatabase) {
        let store = database.store().await;
        schedule(&store, "a", at(0)).await;
        let slow = claim(&store, at(0)).await.unwrap();
        let quick = claim(&store, at(60)).await.unwrap();
        assert_eq!(quick.attempts, 2);
        assert!(!finish(&store, &slow).await);
        assert!(finish(&store, &quick).await);
    }
}

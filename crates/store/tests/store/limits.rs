//! Counters of attempts.

use bonded_testkit::on_both;
use futures::future::join_all;

use crate::world::{after, now, write};

on_both! {
    async fn of_twenty_attempts_at_once_each_is_counted(database: TestDatabase) {
        let (one, two) = (database.store().await, database.store().await);
        let attempts = (0..20).map(|number| {
            let store = if number % 2 == 0 { &one } else { &two };
            write(store, |tx| Box::pin(async move { tx.count_limit("sign-in:ada", now(), after(300)).await }))
        });
        let mut counts: Vec<_> = join_all(attempts).await.into_iter().map(|(count, _)| count).collect();
        counts.sort_unstable();
        assert_eq!(counts, (1..=20).collect::<Vec<_>>());
    }

    async fn a_window_ends_when_it_was_said_to_end_and_the_next_one_counts_anew(database: TestDatabase) {
        let store = database.store().await;
        let counts = write(&store, |tx| Box::pin(async move {
            Ok([
                tx.count_limit("a", now(), after(300)).await?,
                tx.count_limit("b", after(1), after(301)).await?,
                tx.count_limit("a", after(299), after(599)).await?,
                tx.count_limit("a", after(300), after(600)).await?,
                tx.count_limit("a", after(301), after(601)).await?,
            ])
        })).await;
        assert_eq!(counts, [(1, after(300)), (1, after(301)), (2, after(300)), (1, after(600)), (2, after(600))]);
    }

    async fn what_is_given_back_can_be_used_again_and_only_in_its_window(database: TestDatabase) {
        let store = database.store().await;
        let counts = write(&store, |tx| Box::pin(async move {
            tx.give_back("a", now()).await?;
            tx.count_limit("a", now(), after(300)).await?;
            tx.give_back("a", after(1)).await?;
            tx.give_back("a", after(1)).await?;
            let given_back = tx.count_limit("a", after(2), after(302)).await?.0;
            tx.give_back("a", after(300)).await?;
            let too_late = tx.count_limit("a", after(3), after(303)).await?.0;
            Ok([given_back, too_late])
        })).await;
        assert_eq!(counts, [1, 2]);
    }
}

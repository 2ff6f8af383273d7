//! Callers that go away while they wait, as those of a client do that hangs up.

use bonded_testkit::on_both;

use crate::world::write;

on_both! {
    async fn whoever_goes_away_while_a_snapshot_begins_leaves_no_old_state_behind(database: TestDatabase) {
        let store = database.store().await;
        for round in 0..400_u32 {
            let mut snapshot = Box::pin(store.snapshot());
            // Each time a little further on its way.
            for _ in 0..round % 40 {
                if futures::poll!(&mut snapshot).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(snapshot);
            let value = round.to_string();
            write(&store, move |tx| Box::pin(async move { tx.put_setting("round", &value).await })).await;
            for _ in 0..2 {
                let seen = store.read().await.unwrap().setting("round").await.unwrap();
                assert_eq!(seen, Some(round.to_string()));
            }
        }
    }
}

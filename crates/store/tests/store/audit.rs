//! The audit chain.

use bonded_model::audit::{AuditRow, genesis};
use bonded_store::{Store, StoreError};
use bonded_testkit::on_both;
use futures::future::join_all;

use crate::world::{add_user, entry, user, write};

async fn rows(store: &Store) -> Vec<AuditRow> {
    let mut reader = store.read().await.unwrap();
    let mut rows: Vec<AuditRow> = Vec::new();
    loop {
        let page = reader.audit_rows(rows.last().map_or(0, |row| row.seq), 50).await.unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

fn assert_chained(rows: &[AuditRow]) {
    let mut previous = genesis();
    for (position, row) in rows.iter().enumerate() {
        assert_eq!((row.seq, row.previous, row.hash), (position as i64 + 1, previous, row.expected_hash()));
        previous = row.hash;
    }
}

on_both! {
    async fn a_row_comes_back_as_it_was_hashed(database: TestDatabase) {
        let store = database.store().await;
        let written = write(&store, |tx| Box::pin(async move { tx.audit(entry("acme")).await })).await;
        let rows = rows(&store).await;
        assert_eq!(rows, [written]);
        assert_chained(&rows);
    }

    async fn many_writers_on_two_servers_leave_no_gap_and_failures_leave_no_row(database: TestDatabase) {
        let stores = [database.store().await, database.store().await];
        let writes = (0..200).map(|number| {
            let store = stores[number % 2].clone();
            async move {
                store.write(move |tx| Box::pin(async move {
                    tx.audit(entry(&format!("first-{number}"))).await?;
                    add_user(tx, &user(&format!("user-{number}"))).await?;
                    tx.audit(entry(&format!("second-{number}"))).await?;
                    if number % 10 == 3 { Err(StoreError::TooSlow(0)) } else { Ok(()) }
                })).await
            }
        });
        let failed = join_all(writes).await.into_iter().filter(Result::is_err).count();
        assert_eq!(failed, 20);
        let rows = rows(&stores[0]).await;
        assert_eq!(rows.len(), 360);
        assert_chained(&rows);
        assert_eq!(stores[1].read().await.unwrap().counts().await.unwrap().users, 180);
    }

    async fn nobody_can_edit_or_drop_a_row(database: TestDatabase) {
        let store = database.store().await;
        write(&store, |tx| Box::pin(async move { tx.audit(entry("acme")).await })).await;
        for attack in ["UPDATE audit SET body = '{}'", "DELETE FROM audit"] {
            let error = database.tamper(attack).await.unwrap_err().to_string();
            assert!(error.contains("append-only"), "{error}");
        }
        assert_chained(&rows(&store).await);
    }
}

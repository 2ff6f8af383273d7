//! The audit chain.

use bonded_model::actor::Origin;
use bonded_model::audit::{
    AuditEntry, AuditFilter, AuditRow, Event, EventKind, PersonEvent, Window, genesis,
};
use bonded_model::ids::{RequestId, UserId};
use bonded_model::{ChannelFormat, Credential};
use bonded_store::{Store, StoreError};
use bonded_testkit::on_both;
use futures::future::join_all;

use crate::world::{add_user, channel, entry, now, project, random, user, write};

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

async fn filtered(store: &Store, filter: AuditFilter, limit: i64) -> Vec<i64> {
    let rows = store.read().await.unwrap().audit_filtered(&filter, limit).await.unwrap();
    rows.into_iter().map(|row| row.seq).collect()
}

fn by(user: UserId, event: impl Into<Event>) -> AuditEntry {
    let origin = Origin { request: RequestId::generate(now(), &random()), address: None };
    AuditEntry::of_person(now(), user, Credential::Session, &origin, event)
}

fn refused() -> Event {
    Event::Refused { action: "publish".into(), reason: "no".into() }
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
        let attacks = [
            "UPDATE audit SET body = '{}'",
            "DELETE FROM audit",
            "UPDATE audit_people SET seq = 7",
            "DELETE FROM audit_people",
        ];
        let ada = user("ada").id;
        write(&store, move |tx| Box::pin(async move { tx.audit(by(ada, refused())).await })).await;
        for attack in attacks {
            let error = database.tamper(attack).await.unwrap_err().to_string();
            assert!(error.contains("append-only"), "{error}");
        }
        assert_chained(&rows(&store).await);
    }

    async fn events_are_found_by_whom_they_concern_where_and_what_they_are(database: TestDatabase) {
        let store = database.store().await;
        let (ada, bob) = (user("ada").id, user("bob").id);
        let (main, team) = (channel("main", ChannelFormat::Conda), channel("team", ChannelFormat::Conda));
        let acme = project(&main, "acme");
        let (in_main, of_acme, in_team) = (main.id, acme.id, team.id);
        write(&store, move |tx| Box::pin(async move {
            let added = |user| Event::MemberAdded { user, role: bonded_model::user::ChannelRole::Reader };
            tx.audit(by(ada, refused())).await?;
            tx.audit(by(bob, added(ada)).in_channel(in_main)).await?;
            tx.audit(by(bob, PersonEvent::ProfileChanged { user: bob })).await?;
            tx.audit(entry("acme").in_channel(in_main).of_project(of_acme)).await?;
            tx.audit(by(ada, added(bob)).in_channel(in_team)).await?;
            tx.audit(by(bob, refused())).await
        })).await;
        let all = AuditFilter::default();
        let adas = AuditFilter { person: Some(ada), ..all };
        assert_eq!(filtered(&store, all, 10).await, [6, 5, 4, 3, 2, 1]);
        assert_eq!(filtered(&store, adas, 10).await, [5, 2, 1]);
        let nobody = AuditFilter { person: Some(user("eve").id), ..all };
        assert!(filtered(&store, nobody, 10).await.is_empty());
        assert_eq!(filtered(&store, AuditFilter { channel: Some(main.id), ..all }, 10).await, [4, 2]);
        assert_eq!(filtered(&store, AuditFilter { channel: Some(main.id), ..adas }, 10).await, [2]);
        assert_eq!(filtered(&store, AuditFilter { project: Some(acme.id), ..all }, 10).await, [4]);
        assert!(filtered(&store, AuditFilter { project: Some(acme.id), ..adas }, 10).await.is_empty());
        assert_eq!(filtered(&store, AuditFilter { kind: Some(EventKind::Refusal), ..all }, 10).await, [6, 1]);
        assert_eq!(filtered(&store, AuditFilter { kind: Some(EventKind::Channel), ..adas }, 10).await, [5, 2]);
        let in_main = AuditFilter { channel: Some(main.id), window: Window::After(2), ..all };
        assert_eq!(filtered(&store, in_main, 10).await, [4]);
        for (filter, older, newer) in [(all, [3, 2], [5, 4]), (adas, [2, 1], [5, 2])] {
            let (before, after) = if filter == all { (4, 3) } else { (5, 1) };
            let page = AuditFilter { window: Window::Before(before), ..filter };
            assert_eq!(filtered(&store, page, 2).await, older);
            let page = AuditFilter { window: Window::After(after), ..filter };
            assert_eq!(filtered(&store, page, 2).await, newer);
        }
    }
}

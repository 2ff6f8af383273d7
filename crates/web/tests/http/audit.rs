//! Everything that changes the registry is on record, and the record shows when somebody changes it.

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_model::{Actor, ChannelFormat, Visibility};
use bonded_registry::access::Yank;
use bonded_registry::admin::{Noted, VerifiedAudit};
use bonded_registry::gc::Collection;
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::{Package, Wheel};
use bonded_testkit::{Engine, TestApp, with_app};
use chrono::TimeDelta;

/// The tags behind position `after`.
async fn tags(app: &TestApp, after: u64) -> Vec<String> {
    let after = i64::try_from(after).expect("a position");
    let rows = app.registry.audit(&app.operator(), after, 1_000).await.expect("the audit log");
    rows.into_iter().map(|row| row.tag).collect()
}

async fn position(app: &TestApp) -> u64 {
    app.counts().await.audit_rows
}

async fn verify(app: &TestApp) -> VerifiedAudit {
    app.registry.verify_audit(&app.operator(), None).await.expect("the audit log")
}

/// Whether the log still has what was noted.
async fn has(app: &TestApp, noted: Noted) -> bool {
    let typed = noted.to_string().parse().expect("it is read as it is printed");
    app.registry.verify_audit(&app.operator(), Some(typed)).await.expect("the audit log").has_noted
}

/// What would be noted if the log ended at this position.
async fn note_at(app: &TestApp, seq: i64) -> Noted {
    let rows = app.registry.audit(&app.operator(), seq - 1, 1).await.expect("the audit log");
    Noted { seq, hash: rows[0].hash }
}

/// Where the chain breaks after somebody who owns the database has taken the triggers away that guard the log.
async fn after_tampering(app: &mut TestApp, statement: &str) -> Option<i64> {
    assert!(app.database.tamper(statement).await.is_err(), "the triggers guard the log");
    app.tamper(match app.registry.store.engine() {
        Engine::Sqlite => "DROP TRIGGER audit_is_never_updated; DROP TRIGGER audit_is_never_deleted",
        Engine::Postgres => "DROP TRIGGER audit_is_append_only ON audit",
    })
    .await;
    app.tamper(statement).await;
    verify(app).await.broken_at
}

with_app! {
    async fn a_new_registry_records_its_own_beginning(app: TestApp) {
        let expected = [
            "instance:registry:create",
            "instance:channel:create",
            "instance:channel:create",
            "instance:trust-root:adopt",
        ];
        assert_eq!(tags(&app, 0).await, expected);
    }

    async fn every_change_of_the_operator_leaves_an_event(app: TestApp) {
        let from = position(&app).await;
        let channel = app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let user = app.user_as("ada", "inner", ChannelRole::Publisher).await;
        let issued = app.issue(&user, Grant::verbs(&[Verb::Read])).await;
        app.registry.revoke_token(&app.operator(), issued.token.id).await.expect("it is revoked");
        app.registry.remove_member(&app.operator(), &channel, &user).await.expect("it was a member");
        let expected = [
            "instance:channel:create",
            "instance:user:create",
            "channel:member:add",
            "user:token:create",
            "user:token:revoke",
            "channel:member:remove",
        ];
        assert_eq!(tags(&app, from).await, expected);
        // What changes nothing leaves nothing.
        app.registry.revoke_token(&app.operator(), issued.token.id).await.expect("it is revoked already");
        assert_eq!(tags(&app, from).await.len(), expected.len());
    }

    async fn every_change_of_a_publisher_leaves_an_event(app: TestApp) {
        let user = app.user_as("ada", "main", ChannelRole::Publisher).await;
        app.member("pypi", &user, ChannelRole::Publisher).await;
        let token = app.token(&user, Grant::verbs(&[Verb::Publish, Verb::Delete])).await;
        let from = position(&app).await;
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
        let answer = app.upload_conda("main", &token, &Package::noarch("p", "1.0")).await.expect(201);
        app.delete("/api/v1/delete/main/noarch/p-1.0-0.conda").token(&token).await.expect(204);
        let expected = [
            "channel:project:create",
            "project:file:publish",
            "channel:project:create",
            "project:file:publish",
            "project:file:delete",
        ];
        assert_eq!(tags(&app, from).await, expected);

        let rows = app.registry.audit(&app.operator(), i64::try_from(from).expect("a position"), 10).await;
        let rows = rows.expect("the audit log");
        assert!(rows.iter().all(|row| row.user == Some(user.id) && row.token.is_some()));
        assert!(rows.iter().all(|row| row.address.as_deref() == Some("127.0.0.1") && row.channel.is_some()));
        assert_eq!(rows[3].request.to_string(), answer.header("x-request-id"));
    }

    async fn yanks_leave_an_event_each_way(app: TestApp) {
        let token = app.publisher("pypi").await;
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
        let from = position(&app).await;
        let channel = app.registry.channel_named(&app.operator(), "pypi").await.expect("the channel");
        let project = app.registry.project_named(&channel, "parcel").await.expect("the project").rules();
        for reason in [Some("broken".to_owned()), None] {
            let action = Yank { channel: channel.clone().into(), project };
            let permit = app.registry.access.permit(&Actor::Operator, action).expect("the operator may");
            let origin = app.registry.local_origin();
            app.registry.set_yank(permit, origin, "1.0", reason).await.expect("the release is there");
        }
        assert_eq!(tags(&app, from).await, ["project:release:yank", "project:release:unyank"]);
    }

    async fn refusals_of_known_callers_are_recorded_and_those_of_strangers_are_not(app: TestApp) {
        let (owner, thief) = (app.publisher("main").await, app.publisher("main").await);
        app.upload_conda("main", &owner, &Package::noarch("p", "1.0")).await.expect(201);
        let from = position(&app).await;
        app.upload_conda("main", &thief, &Package::noarch("p", "2.0")).await.expect(403);
        app.delete("/api/v1/delete/main/noarch/p-1.0-0.conda").token(&thief).await.expect(403);
        app.upload_wheel("pypi", &thief, &Wheel::new("parcel", "1.0")).await.expect(403);
        app.get(&format!("/t/{thief}/main/noarch/repodata.json")).await.expect(403);
        assert_eq!(tags(&app, from).await, ["access:request:refuse"; 4]);
        app.put("/main/noarch/p-3.0-0.conda").body("x").await.expect(401);
        app.post("/pypi/legacy/").await.expect(403);
        assert_eq!(tags(&app, from).await.len(), 4);
    }

    async fn collecting_garbage_is_recorded_when_it_removes_something(app: TestApp) {
        let token = app.publisher("main").await;
        app.upload_conda("main", &token, &Package::noarch("p", "1.0")).await.expect(201);
        app.settle().await;
        let kind = bonded_blobs::BlobKind::File;
        app.registry.blobs.store(kind, bytes::Bytes::from_static(b"orphan")).await.expect("it is stored");
        let from = position(&app).await;
        // Blobs carry the machine's own time, which the test's clock is behind of.
        app.advance(TimeDelta::days(40_000));
        for events in [1, 1] {
            let collection = Collection { min_age: TimeDelta::zero(), dry_run: false };
            app.registry.collect_garbage(&app.operator(), collection).await.expect("it is collected");
            assert_eq!(tags(&app, from).await, vec!["instance:storage:collect"; events]);
        }
        assert_eq!(app.blobs(kind).await, 1);
        app.get("/main/noarch/p-1.0-0.conda").await.expect(200);
    }

    async fn an_untouched_log_is_whole(app: TestApp) {
        let token = app.publisher("pypi").await;
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
        let verified = verify(&app).await;
        assert_eq!(verified.broken_at, None);
        assert_eq!(u64::try_from(verified.events).ok(), Some(position(&app).await));
    }

    async fn an_edited_row_is_found(mut app: TestApp) {
        let token = app.publisher("pypi").await;
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
        let edit = "UPDATE audit SET body = replace(body, 'publisher', 'somebody') WHERE seq = 5";
        assert_eq!(after_tampering(&mut app, edit).await, Some(5));
    }

    async fn an_edited_column_beside_the_body_is_found(mut app: TestApp) {
        app.publisher("pypi").await;
        assert_eq!(after_tampering(&mut app, "UPDATE audit SET address = '192.0.2.1' WHERE seq = 5").await, Some(5));
    }

    async fn a_dropped_row_is_found(mut app: TestApp) {
        app.publisher("pypi").await;
        assert_eq!(after_tampering(&mut app, "DELETE FROM audit WHERE seq = 2").await, Some(2));
    }

    async fn a_row_that_takes_the_place_of_another_is_found(mut app: TestApp) {
        app.publisher("pypi").await;
        let swap = "DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4";
        assert_eq!(after_tampering(&mut app, swap).await, Some(3));
    }

    async fn rows_cut_off_at_the_end_change_the_head(mut app: TestApp) {
        app.publisher("pypi").await;
        let before = verify(&app).await;
        assert_eq!(after_tampering(&mut app, "DELETE FROM audit WHERE seq > 4").await, None);
        assert_ne!(verify(&app).await.head, before.head);
        assert!(!has(&app, before.note()).await);
    }

    async fn an_end_that_was_cut_off_and_grew_again(mut app: TestApp) {
        app.publisher("pypi").await;
        let (early, head) = (note_at(&app, 3).await, verify(&app).await.note());
        assert!(has(&app, early).await && has(&app, head).await);
        assert_eq!(after_tampering(&mut app, &format!("DELETE FROM audit WHERE seq >= {}", head.seq)).await, None);
        for _ in 0..3 {
            app.publisher("pypi").await;
        }
        let grown = verify(&app).await;
        assert!(grown.broken_at.is_none() && grown.events > head.seq, "nothing but what was noted tells");
        assert!(!has(&app, head).await);
        assert!(has(&app, early).await, "what stands before it is as it was");
    }

    async fn a_chain_that_was_computed_anew(mut app: TestApp) {
        app.publisher("pypi").await;
        let head = verify(&app).await.note();
        let rows = app.registry.audit(&app.operator(), 0, 1_000).await.expect("the audit log");
        after_tampering(&mut app, "UPDATE audit SET address = '192.0.2.1' WHERE seq = 5").await;
        let mut previous = rows[3].hash;
        for mut row in rows.into_iter().skip(4) {
            if row.seq == 5 {
                row.address = Some("192.0.2.1".to_owned());
            }
            row.previous = previous;
            row.hash = row.expected_hash();
            previous = row.hash;
            let blob = |hash: bonded_model::Sha256| match app.registry.store.engine() {
                Engine::Sqlite => format!("x'{hash}'"),
                Engine::Postgres => format!("'\\x{hash}'"),
            };
            let statement = format!(
                "UPDATE audit SET previous = {}, hash = {} WHERE seq = {}",
                blob(row.previous),
                blob(row.hash),
                row.seq
            );
            app.tamper(&statement).await;
        }
        assert_eq!(verify(&app).await.broken_at, None, "nothing but what was noted tells");
        assert!(!has(&app, head).await);
    }
}

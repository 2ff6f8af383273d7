//! What is genuine and old: warned of.

use chrono::Duration;

use crate::archive::Archive;
use crate::attacks::registry;
use crate::keys::{MANAGER, Manager, now};
use crate::machine::Machine;
use crate::registry::{BOTH, Form, Registry};

#[tokio::test]
async fn frozen_repodata_is_warned_of() {
    for form in BOTH {
        let mut registry = registry(form).await;
        let machine = Machine::that_trusts(&registry).await;
        assert_eq!(machine.plan(&registry, &["tool"]).await.unwrap().warnings, [""; 0]);
        registry.made_at = now() - Duration::days(45);
        for archive in [Archive::new("tool", "1.0").needs("base"), Archive::new("base", "1")] {
            registry.add(&archive.indexed(Some(registry.made_at)), &[20]);
        }
        registry.publish();
        let warnings = machine.plan(&registry, &["tool"]).await.unwrap().warnings;
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("was made 45 days ago, on 2026-04-17"), "{warnings:?}");
    }
}

#[tokio::test]
async fn frozen_repodata_with_an_unsigned_record_of_today() {
    let mut registry = registry(Form::Full).await;
    let machine = Machine::that_trusts(&registry).await;
    for archive in [Archive::new("tool", "1.0").needs("base"), Archive::new("base", "1")] {
        registry.add(&archive.indexed(Some(now() - Duration::days(45))), &[20]);
    }
    registry.add(&Archive::new("lure", "1"), &[]);
    registry.publish();
    let warnings = machine.plan(&registry, &["tool"]).await.unwrap().warnings;
    assert!(warnings[0].contains("was made 45 days ago"), "{warnings:?}");
}

#[tokio::test]
async fn an_index_of_unknown_age_is_warned_of() {
    let registry = Registry::with(Form::Full, &[Archive::new("tool", "1.0").indexed(None)]).await;
    let machine = Machine::that_trusts(&registry).await;
    let warnings = machine.plan(&registry, &["tool"]).await.unwrap().warnings;
    assert!(warnings[0].contains("does not say when it was made"), "{warnings:?}");
}

#[tokio::test]
async fn a_root_that_expires_soon_is_warned_of() {
    let registry = registry(Form::Shards).await;
    let mut machine = Machine::that_trusts(&registry).await;
    let renewed = Manager { version: 2, days: 999, ..MANAGER };
    registry.site.put("/team/key_mgr.json", renewed.signed_by(10));
    machine.now = now() + Duration::days(340);
    registry.site.remove("/team/noarch/repodata_shards.msgpack.zst");
    let warnings = machine.plan(&registry, &["tool"]).await.unwrap().warnings;
    assert!(warnings[0].starts_with("root 1 of 127.0.0.1 expires on"), "{warnings:?}");
}

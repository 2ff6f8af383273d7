//! Each attack by its name: refused, and nothing is linked.

use chrono::Duration;
use http::StatusCode;
use serde_json::json;

use crate::archive::Archive;
use crate::keys::{FIRST, MANAGER, Manager, now};
use crate::machine::Machine;
use crate::registry::{BOTH, Form, Registry, signature};

const TOOL: &str = "tool-1.0-0.conda";
const UNSIGNED: &str = "not signed by 1 of the keys";
pub(crate) async fn registry(form: Form) -> Registry {
    Registry::with(form, &[Archive::new("tool", "1.0").needs("base"), Archive::new("base", "1")]).await
}

#[tokio::test]
async fn tampered_record() {
    for form in BOTH {
        let mut registry = registry(form).await;
        let machine = Machine::that_trusts(&registry).await;
        registry.tamper(TOOL, |listed| listed.record["depends"] = json!([]));
        machine.refuses(&registry, "tool", UNSIGNED).await;
    }
}

#[tokio::test]
async fn tampered_dependency_is_enough() {
    let mut registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    registry.tamper("base-1-0.conda", |listed| listed.record["license"] = json!("other"));
    machine.refuses(&registry, "tool", "base-1-0.conda").await;
}

#[tokio::test]
async fn tampered_shard_beside_a_true_repodata() {
    let mut registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    registry.listed.get_mut(TOOL).unwrap().record["depends"] = json!([]);
    registry.publish_shards();
    machine.refuses(&registry, "tool", UNSIGNED).await;
}

#[tokio::test]
async fn shard_that_is_not_what_its_name_says() {
    let registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    let shards: Vec<String> =
        registry.site.paths().into_iter().filter(|path| path.contains("/shards/")).collect();
    let other = registry.site.get(&shards[1]);
    registry.site.put(&shards[0], other);
    machine.refuses(&registry, "tool", "is not what its name says").await;
}

#[tokio::test]
async fn shards_withheld_to_show_another_repodata() {
    let mut registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    registry.form = Form::Full;
    registry.tamper(TOOL, |listed| listed.record["depends"] = json!([]));
    machine.refuses(&registry, "tool", UNSIGNED).await;
}

#[tokio::test]
async fn tampered_archive() {
    let registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    let path = format!("/team/noarch/{TOOL}");
    let good = registry.site.get(&path);
    let mut same_size = good.clone();
    let last = same_size.len() - 40;
    same_size[last] ^= 1;
    registry.site.put(&path, same_size);
    machine.refuses(&registry, "tool", "was changed: its SHA-256 is").await;
    registry.site.put(&path, good[..good.len() - 1].to_vec());
    machine.refuses(&registry, "tool", "was changed: it has").await;
    registry.site.put(&path, [good.clone(), vec![0]].concat());
    machine.refuses(&registry, "tool", "was changed: it has more bytes").await;
    registry.site.put(&path, good);
    machine.install(&registry, "tool").await.unwrap();
}

#[tokio::test]
async fn tampered_archive_in_the_cache_is_fetched_anew() {
    let registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    machine.install(&registry, "tool").await.unwrap();
    let digest = bonded_model::Sha256::of(&registry.site.get(&format!("/team/noarch/{TOOL}"))).to_string();
    let cached = machine.environment.client_cache().join("archives").join(digest).join(TOOL);
    let good = std::fs::read(&cached).unwrap();
    std::fs::write(&cached, Archive::new("tool", "6.66").bytes()).unwrap();
    std::fs::remove_dir_all(machine.prefix()).unwrap();
    machine.install(&registry, "tool").await.unwrap();
    assert_eq!(machine.content("share/tool.txt").as_deref(), Some("1.0"));
    assert_eq!(std::fs::read(&cached).unwrap(), good);
}

#[tokio::test]
async fn record_under_another_name() {
    for form in BOTH {
        let mut registry = registry(form).await;
        let machine = Machine::that_trusts(&registry).await;
        let old = registry.listed[TOOL].clone();
        registry.listed.insert("tool-2.0-0.conda".to_owned(), old);
        let bytes = registry.site.get(&format!("/team/noarch/{TOOL}"));
        registry.site.put("/team/noarch/tool-2.0-0.conda", bytes);
        registry.listed.remove(TOOL);
        registry.publish();
        machine.refuses(&registry, "tool", "signed for another file: tool-1.0-0").await;
    }
}

#[tokio::test]
async fn record_of_another_subdir() {
    for form in BOTH {
        let mut registry = registry(form).await;
        let machine = Machine::that_trusts(&registry).await;
        registry.tamper(TOOL, |listed| {
            listed.record["subdir"] = json!("linux-64");
            listed.signatures = [signature(&listed.record, 20)].into_iter().collect();
        });
        machine.refuses(&registry, "tool", "signed for another subdir: linux-64").await;
    }
}

#[tokio::test]
async fn signature_of_another_record() {
    for form in BOTH {
        let mut registry = registry(form).await;
        let machine = Machine::that_trusts(&registry).await;
        let other = registry.listed["base-1-0.conda"].signatures.clone();
        registry.tamper(TOOL, |listed| listed.signatures = other);
        machine.refuses(&registry, "tool", UNSIGNED).await;
    }
}

#[tokio::test]
async fn key_manager_that_no_root_names() {
    let registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    let theirs = Manager { version: 2, packages: &[66], ..MANAGER };
    registry.site.put("/team/key_mgr.json", theirs.signed_by(66));
    machine
        .refuses(&registry, "tool", "key manager 2 is not signed by 1 of the keys that root 1 names")
        .await;
}

#[tokio::test]
async fn one_of_two_signatures() {
    let mut registry = registry(Form::Shards).await;
    let two = Manager { packages: &[20, 21], threshold: 2, ..MANAGER };
    registry.site.put("/team/key_mgr.json", two.signed_by(10));
    let machine = Machine::that_trusts(&registry).await;
    machine.refuses(&registry, "tool", "not signed by 2 of the keys").await;
    for archive in [Archive::new("tool", "1.0").needs("base"), Archive::new("base", "1")] {
        registry.add(&archive, &[20, 21]);
    }
    registry.publish();
    machine.install(&registry, "tool").await.unwrap();
}

#[tokio::test]
async fn one_key_twice_also_in_another_case() {
    let mut registry = registry(Form::Full).await;
    let two = Manager { packages: &[20, 21], threshold: 2, ..MANAGER };
    registry.site.put("/team/key_mgr.json", two.signed_by(10));
    let machine = Machine::that_trusts(&registry).await;
    registry.tamper(TOOL, |listed| {
        let (key, value) = signature(&listed.record, 20);
        listed.signatures.insert(key.to_uppercase(), value);
    });
    machine.refuses(&registry, "tool", "1 valid").await;
}

#[tokio::test]
async fn key_removed_by_the_key_manager() {
    let registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    let renewed = Manager { version: 2, packages: &[21], ..MANAGER };
    registry.site.put("/team/key_mgr.json", renewed.signed_by(10));
    machine.refuses(&registry, "tool", "0 valid").await;
}

#[tokio::test]
async fn expired_key_manager() {
    let registry = registry(Form::Shards).await;
    let mut machine = Machine::that_trusts(&registry).await;
    machine.now = now() + Duration::days(32);
    machine.refuses(&registry, "tool", "key manager 1 expired at").await;
}

#[tokio::test]
async fn rolled_back_key_manager() {
    let registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    let second = Manager { version: 2, packages: &[21], ..MANAGER };
    registry.site.put("/team/key_mgr.json", second.signed_by(10));
    machine.plan(&registry, &["tool"]).await.unwrap();
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(10));
    machine.refuses(&registry, "tool", "older than version 2").await;
    machine.trust(&registry).await;
    machine.refuses(&registry, "tool", "older than version 2").await;
}

#[tokio::test]
async fn signatures_that_disappear_are_no_way_back() {
    let mut registry = registry(Form::Shards).await;
    let machine = Machine::that_trusts(&registry).await;
    registry.site.remove("/team/key_mgr.json");
    machine.refuses(&registry, "tool", "no key manager any more").await;
    for status in [StatusCode::FORBIDDEN, StatusCode::INTERNAL_SERVER_ERROR] {
        registry.site.put("/team/key_mgr.json", MANAGER.signed_by(10));
        registry.site.fail("/team/key_mgr.json", status);
        machine.refuses(&registry, "tool", "key_mgr.json answered").await;
    }
    registry.site.fail("/team/key_mgr.json", StatusCode::OK);
    registry.site.put("/team/key_mgr.json", "<html>");
    machine.refuses(&registry, "tool", "not a key manager").await;
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(10));
    for file in [TOOL, "base-1-0.conda"] {
        registry.tamper(file, |listed| listed.signatures.clear());
    }
    machine.refuses(&registry, "tool", "the record carries no signature, and 127.0.0.1 signs packages").await;
}

#[tokio::test]
async fn a_registry_that_signs_is_not_used_before_somebody_trusts_its_root() {
    let registry = registry(Form::Shards).await;
    let machine = Machine::new();
    machine.refuses(&registry, "tool", "its root is not trusted here yet").await;
    machine.trust(&registry).await;
    machine.install(&registry, "tool").await.unwrap();
}

#[tokio::test]
async fn root_file_names_that_only_begin_right_are_not_read() {
    let registry = registry(Form::Shards).await;
    let mut machine = Machine::new();
    let conda = machine.environment.home.join("conda");
    machine.environment.conda_root = Some(conda.clone());
    std::fs::create_dir_all(conda.join("etc/conda")).unwrap();
    let root = FIRST.signed_by(&[1, 2]);
    for name in ["1.root.json.bak", "1.root.jsonx", "01.root.json", "2.root.json"] {
        std::fs::write(conda.join("etc/conda").join(name), &root).unwrap();
    }
    machine.refuses(&registry, "tool", "its root is not trusted here yet").await;
    std::fs::write(conda.join("etc/conda/1.root.json"), &root).unwrap();
    machine.install(&registry, "tool").await.unwrap();
}

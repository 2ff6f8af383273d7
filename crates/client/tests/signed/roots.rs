//! Roots that do not follow each other, and what a machine remembers of them: nothing of it goes back.

use bonded_client::tokens::{self, choose_root};
use bonded_client::trust::{Pins, TrustError};
use bonded_client::verify::{VerifyError, of_lock, verify};
use chrono::Duration;
use http::StatusCode;

use crate::attacks;
use crate::keys::{FIRST, MANAGER, Manager, Root, now};
use crate::machine::Machine;
use crate::registry::{Form, Registry};

/// The second root: other keys, another key manager.
const SECOND: Root<'static> = Root { version: 2, keys: &[4, 5, 6], threshold: 2, key_manager: 11, days: 365 };

async fn registry() -> Registry {
    attacks::registry(Form::Shards).await
}

/// A registry that went on to its second root, and a machine that knows it.
async fn rotated() -> (Registry, Machine) {
    let registry = registry().await;
    let machine = Machine::that_trusts(&registry).await;
    registry.site.put("/team/2.root.json", SECOND.signed_by(&[1, 2, 4, 5]));
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(11));
    machine.plan(&registry, &["tool"]).await.unwrap();
    (registry, machine)
}

fn pinned(machine: &Machine, registry: &Registry) -> (u64, u64) {
    let pin = Pins::of(&machine.environment).load(&registry.channel().server()).unwrap().unwrap();
    (pin.root().unwrap().version(), pin.key_manager)
}

#[tokio::test]
async fn root_3_offered_to_a_client_at_1() {
    let registry = registry().await;
    let machine = Machine::that_trusts(&registry).await;
    let third = Root { version: 3, ..SECOND };
    registry.site.put("/team/2.root.json", third.signed_by(&[1, 2, 4, 5]));
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(11));
    machine.refuses(&registry, "tool", "root 3 does not follow root 1").await;
}

#[tokio::test]
async fn root_2_signed_by_old_keys_only() {
    let registry = registry().await;
    let machine = Machine::that_trusts(&registry).await;
    registry.site.put("/team/2.root.json", SECOND.signed_by(&[1, 2, 3]));
    machine.refuses(&registry, "tool", "root 2").await;
}

#[tokio::test]
async fn root_2_signed_by_new_keys_only() {
    let registry = registry().await;
    let machine = Machine::that_trusts(&registry).await;
    registry.site.put("/team/2.root.json", SECOND.signed_by(&[1, 4, 5, 6]));
    machine.refuses(&registry, "tool", "root 2").await;
    registry.site.put("/team/2.root.json", SECOND.signed_by(&[1, 2, 4, 5]));
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(11));
    machine.install(&registry, "tool").await.unwrap();
}

#[tokio::test]
async fn rolled_back_root() {
    let (registry, machine) = rotated().await;
    registry.site.put("/team/3.root.json", FIRST.signed_by(&[1, 2]));
    machine.refuses(&registry, "tool", "root 1 does not follow root 2").await;
    registry.site.remove("/team/3.root.json");
    registry.site.remove("/team/2.root.json");
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(10));
    machine.refuses(&registry, "tool", "is not signed by 1 of the keys that root 2 names").await;
}

#[tokio::test]
async fn key_manager_fast_forwarded_with_a_stolen_key() {
    let registry = registry().await;
    let machine = Machine::that_trusts(&registry).await;
    let stolen = Manager { version: u64::MAX >> 12, ..MANAGER };
    registry.site.put("/team/key_mgr.json", stolen.signed_by(10));
    machine.plan(&registry, &["tool"]).await.unwrap();
    registry.site.put("/team/key_mgr.json", Manager { version: 2, ..MANAGER }.signed_by(10));
    machine.refuses(&registry, "tool", "somebody rolls back").await;
    // The next root names another key manager: the thief's versions are forgotten, and those since are not.
    registry.site.put("/team/2.root.json", SECOND.signed_by(&[1, 2, 4, 5]));
    registry.site.put("/team/key_mgr.json", Manager { version: 3, ..MANAGER }.signed_by(11));
    machine.install(&registry, "tool").await.unwrap();
    assert_eq!(pinned(&machine, &registry), (2, 3));
    std::fs::remove_dir_all(machine.prefix()).unwrap();
    registry.site.put("/team/key_mgr.json", Manager { version: 2, ..MANAGER }.signed_by(11));
    machine.refuses(&registry, "tool", "somebody rolls back").await;
}

#[tokio::test]
async fn expired_root() {
    let registry = registry().await;
    let mut machine = Machine::that_trusts(&registry).await;
    machine.now = now() + Duration::days(366);
    let renewed = Manager { version: 2, days: 999, ..MANAGER };
    registry.site.put("/team/key_mgr.json", renewed.signed_by(10));
    machine.refuses(&registry, "tool", "root 1 expired at").await;
}

#[tokio::test]
async fn new_root_withheld_from_somebody_who_trusts_again() {
    let (registry, machine) = rotated().await;
    let second = registry.site.get("/team/2.root.json");
    registry.site.remove("/team/2.root.json");
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(10));
    let refused = machine.tries_to_trust(&registry).await.unwrap_err();
    assert!(refused.contains("was trusted here and is not offered any more"), "{refused}");
    assert_eq!(pinned(&machine, &registry), (2, 1));
    registry.site.put("/team/2.root.json", second);
    machine.trust(&registry).await;
    assert_eq!(pinned(&machine, &registry), (2, 1));
}

#[tokio::test]
async fn a_registry_that_began_anew_is_trusted_only_after_the_old_one_is_forgotten() {
    let registry = registry().await;
    let machine = Machine::that_trusts(&registry).await;
    registry.site.put("/team/key_mgr.json", Manager { version: 7, ..MANAGER }.signed_by(10));
    machine.plan(&registry, &["tool"]).await.unwrap();
    let other = Root { keys: &[7, 8, 9], key_manager: 12, ..FIRST };
    registry.site.put("/team/1.root.json", other.signed_by(&[7, 8]));
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(12));
    let refused = machine.tries_to_trust(&registry).await.unwrap_err();
    assert!(refused.contains("--forget"), "{refused}");
    assert_eq!(pinned(&machine, &registry), (1, 7));
    Pins::of(&machine.environment).forget(&registry.channel().server()).unwrap();
    machine.trust(&registry).await;
    machine.install(&registry, "tool").await.unwrap();
    assert_eq!(pinned(&machine, &registry), (1, 1));
}

#[tokio::test]
async fn a_verified_root_is_kept_also_when_its_key_manager_is_withheld() {
    let registry = registry().await;
    let machine = Machine::that_trusts(&registry).await;
    registry.site.put("/team/2.root.json", SECOND.signed_by(&[1, 2, 4, 5]));
    registry.site.remove("/team/key_mgr.json");
    machine.refuses(&registry, "tool", "no key manager any more").await;
    assert_eq!(pinned(&machine, &registry), (2, 0));
    registry.site.remove("/team/2.root.json");
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(10));
    machine.refuses(&registry, "tool", "the keys that root 2 names").await;
}

#[tokio::test]
async fn a_verified_root_is_kept_also_when_what_follows_it_is_garbage_or_withheld() {
    let garbage = |registry: &Registry| registry.site.put("/team/3.root.json", "<html>");
    let outage = |registry: &Registry| registry.site.fail("/team/3.root.json", StatusCode::BAD_GATEWAY);
    for attack in [&garbage as &dyn Fn(&Registry), &outage] {
        let registry = registry().await;
        let machine = Machine::that_trusts(&registry).await;
        registry.site.put("/team/2.root.json", SECOND.signed_by(&[1, 2, 4, 5]));
        attack(&registry);
        let plan = machine.plan(&registry, &["tool"]).await;
        assert!(plan.is_err() || plan.is_ok_and(|plan| plan.untrusted().count() == 2));
        assert_eq!(pinned(&machine, &registry), (2, 0));
        registry.site.fail("/team/3.root.json", StatusCode::OK);
        for path in ["/team/2.root.json", "/team/3.root.json"] {
            registry.site.remove(path);
        }
        machine.refuses(&registry, "tool", "the keys that root 2 names").await;
    }
}

/// A machine whose conda brings the registry's root along.
async fn with_root_in(registry: &Registry, place: &str) -> Machine {
    let mut machine = Machine::new();
    let prefix = machine.environment.home.join(place);
    std::fs::create_dir_all(prefix.join("etc/conda")).unwrap();
    std::fs::write(prefix.join("etc/conda/1.root.json"), registry.site.get("/team/1.root.json")).unwrap();
    machine.environment.conda_root = Some(machine.environment.home.join("conda"));
    machine.environment.conda_prefix = Some(machine.environment.home.join("active"));
    machine
}

#[tokio::test]
async fn a_forgotten_registry_stays_forgotten_where_conda_has_its_root() {
    let registry = registry().await;
    let machine = with_root_in(&registry, "conda").await;
    machine.install(&registry, "tool").await.unwrap();
    std::fs::remove_dir_all(machine.prefix()).unwrap();
    assert!(Pins::of(&machine.environment).forget(&registry.channel().server()).unwrap());
    machine.refuses(&registry, "tool", "its root is not trusted here yet").await;
    machine.refuses(&registry, "tool", "its root is not trusted here yet").await;
    machine.trust(&registry).await;
    machine.install(&registry, "tool").await.unwrap();
}

/// Everything that a registry may answer that signs nothing, and an attacker who hides that it does.
const HIDDEN: [StatusCode; 4] =
    [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED, StatusCode::GONE];

#[tokio::test]
async fn key_manager_of_a_forgotten_registry_withheld() {
    let registry = registry().await;
    let machine = Machine::that_trusts(&registry).await;
    Pins::of(&machine.environment).forget(&registry.channel().server()).unwrap();
    for status in HIDDEN {
        registry.site.fail("/team/key_mgr.json", status);
        machine.refuses(&registry, "tool", "is not trusted here any more").await;
    }
    registry.site.fail("/team/key_mgr.json", StatusCode::OK);
    registry.site.put("/team/key_mgr.json", "<html>");
    machine.refuses(&registry, "tool", "is not trusted here any more").await;
}

#[tokio::test]
async fn root_and_key_manager_withheld_from_somebody_whose_conda_is_told_to_verify() {
    let registry = registry().await;
    for (place, base) in [("conda/.condarc", ""), (".condarc", "/"), ("active/.condarc", "/team")] {
        let machine = with_root_in(&registry, "conda").await;
        let condarc = machine.environment.home.join(place);
        std::fs::create_dir_all(condarc.parent().unwrap()).unwrap();
        let text = format!("signing_metadata_url_base: http://{}{base}\n", registry.site.address);
        std::fs::write(&condarc, text).unwrap();
        for status in HIDDEN {
            registry.site.fail("/team/1.root.json", status);
            registry.site.fail("/team/key_mgr.json", status);
            machine
                .refuses(&registry, "tool", "as signing_metadata_url_base in conda's configuration says")
                .await;
        }
        for path in ["/team/1.root.json", "/team/key_mgr.json"] {
            registry.site.fail(path, StatusCode::OK);
        }
        machine.install(&registry, "tool").await.unwrap();
    }
}

#[tokio::test]
async fn a_registry_that_conda_is_not_told_of_may_sign_nothing() {
    let registry = registry().await;
    registry.site.remove("/team/key_mgr.json");
    let machine = Machine::new();
    std::fs::write(machine.environment.user_condarc(), "signing_metadata_url_base: https://other.example\n")
        .unwrap();
    machine.install(&registry, "tool").await.unwrap();
}

#[tokio::test]
async fn an_outage_does_not_say_that_a_root_in_condas_prefix_is_of_another_registry() {
    for status in [StatusCode::BAD_GATEWAY, StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT] {
        let registry = registry().await;
        let machine = with_root_in(&registry, "conda").await;
        registry.site.fail("/team/1.root.json", status);
        registry.site.remove("/team/key_mgr.json");
        let error = machine.install(&registry, "tool").await.unwrap_err();
        assert!(error.contains("1.root.json answered"), "{error}");
        assert!(machine.linked().is_empty());
    }
}

#[tokio::test]
async fn root_that_a_package_put_into_the_active_environment() {
    let registry = registry().await;
    let machine = with_root_in(&registry, "active").await;
    machine.refuses(&registry, "tool", "its root is not trusted here yet").await;
}

/// conda believes the newest root that it has, of whatever registry: an older one beside it would be of no use.
#[tokio::test]
async fn root_beside_a_newer_one_of_another_registry() {
    let (registry, machine) = (registry().await, Machine::new());
    let conda = machine.environment.home.join("conda");
    std::fs::create_dir_all(conda.join("etc/conda")).unwrap();
    std::fs::write(conda.join("etc/conda/2.root.json"), SECOND.signed_by(&[1, 2, 4, 5])).unwrap();
    let channel = registry.channel();
    let trust = async |conda| {
        let root = choose_root(&machine.web(&channel), &channel, None, |_| true).await.unwrap();
        tokens::trust(&machine.environment, &channel.server(), &root, conda, now())
    };
    let refused = trust(Some(conda.as_path())).await.unwrap_err().to_string();
    assert!(refused.contains("2.root.json") && refused.contains("the root of another registry"), "{refused}");
    assert!(!conda.join("etc/conda/1.root.json").exists());
    assert!(Pins::of(&machine.environment).load(&channel.server()).unwrap().is_none());
    registry.site.put("/team/2.root.json", SECOND.signed_by(&[1, 2, 4, 5]));
    assert!(trust(Some(conda.as_path())).await.unwrap().is_empty(), "it is the registry's own");
}

#[tokio::test]
async fn a_registry_that_does_not_answer_is_no_registry_that_lies() {
    let registry = registry().await;
    let outages = [StatusCode::BAD_GATEWAY, StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT];
    let machines = [Machine::that_trusts(&registry).await, Machine::new()];
    for (machine, status) in machines.iter().flat_map(|machine| outages.map(|status| (machine, status))) {
        registry.site.fail("/team/key_mgr.json", status);
        let error = machine.plan(&registry, &["tool"]).await.unwrap_err();
        assert!(error.contains(&format!("key_mgr.json answered {}", status.as_u16())), "{error}");
        let explicit = machine.environment.home.join("explicit.txt");
        let url = format!("http://{}/team/noarch/tool-1.0-0.conda", registry.site.address);
        std::fs::write(&explicit, format!("@EXPLICIT\n{url}#{}\n", "ab".repeat(32))).unwrap();
        let unknown = verify(&machine.environment, &of_lock(&explicit).unwrap(), machine.now).await;
        assert!(matches!(unknown, Err(VerifyError::Trust(TrustError::Web(_)))), "{unknown:?}");
        // One that answers, and says no, is another thing.
        registry.site.fail("/team/key_mgr.json", StatusCode::OK);
    }
}

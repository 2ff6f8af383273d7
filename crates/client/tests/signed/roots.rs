//! What a machine remembers of roots: nothing of it goes back.

use bonded_client::trust::Pins;

use crate::archive::Archive;
use crate::keys::{FIRST, MANAGER, Manager, Root};
use crate::machine::Machine;
use crate::registry::{Form, Registry};

/// The second root: other keys, another key manager.
const SECOND: Root<'static> = Root { version: 2, keys: &[4, 5, 6], threshold: 2, key_manager: 11, days: 365 };

async fn registry() -> Registry {
    Registry::with(Form::Shards, &[Archive::new("tool", "1.0")]).await
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

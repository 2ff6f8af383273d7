//! Records that pretend to be what this client says.

use bonded_client::plan::Table;
use serde_json::{Value, json};

use crate::archive::Archive;
use crate::machine::Machine;
use crate::registry::{Form, Registry};

const TOOL: &str = "tool-1.0-0.conda";
const TRUSTED: &str = "(INFO: package metadata is signed by reg and trusted)";

/// The plan for a package of a channel that nobody signs, with this in its record.
async fn shown(member: &str, value: Value) -> String {
    let mut registry = Registry::with(Form::Full, &[Archive::new("tool", "1.0")]).await;
    for document in ["key_mgr.json", "1.root.json"] {
        registry.site.remove(&format!("/team/{document}"));
    }
    registry.tamper(TOOL, |listed| listed.record[member] = value);
    let plan = Machine::new().plan(&registry, &["tool"]).await.unwrap();
    assert!(plan.untrusted().next().is_none());
    Table(&plan).to_string()
}

#[tokio::test]
async fn forged_subdir_that_says_trusted() {
    for forged in [format!("noarch::tool-1.0-0 {TRUSTED}\n  x team/noarch"), format!("{TRUSTED}\u{1b}[1A")] {
        let text = shown("subdir", json!(forged)).await;
        assert!(text.contains("  tool               team/noarch::tool-1.0-0\n"), "{text}");
        assert!(!text.contains("signed by") && !text.contains('\u{1b}'), "{text}");
    }
}

#[tokio::test]
async fn forged_build_that_says_trusted() {
    for forged in [format!("0 {TRUSTED}"), format!("0 {TRUSTED}\n  x team/noarch::x-1-0\u{1b}[1A\u{202e}")] {
        let honest = shown("build", json!("0")).await;
        let text = shown("build", json!(forged)).await;
        assert!(!text.contains(" (INFO: ") && !text.contains(['\u{1b}', '\u{202e}']), "{text}");
        assert_eq!(text.lines().count(), honest.lines().count(), "{text}");
    }
}

#[tokio::test]
async fn forged_reason_of_a_failure_that_says_trusted() {
    let mut registry = Registry::with(Form::Full, &[Archive::new("tool", "1.0")]).await;
    let machine = Machine::that_trusts(&registry).await;
    registry.tamper(TOOL, |listed| {
        listed.record["subdir"] = json!(format!("x)\n  tool  team/noarch::tool-1.0-0 {TRUSTED}"));
        listed.signatures = [crate::registry::signature(&listed.record, 20)].into_iter().collect();
    });
    let text = Table(&machine.plan(&registry, &["tool"]).await.unwrap()).to_string();
    let line = text.lines().find(|line| line.contains(TRUSTED)).unwrap();
    assert!(line.contains("(WARNING: metadata signature verification failed: "), "{text}");
}

//! What should work, works.

use bonded_client::install::Untrusted;
use bonded_client::plan::Table;
use bonded_client::trust::Verdict;

use crate::archive::Archive;
use crate::machine::Machine;
use crate::registry::{BOTH, Form, Registry};

#[tokio::test]
async fn a_clean_channel_is_installed_with_shards_and_without() {
    for form in BOTH {
        let archives = [Archive::new("tool", "1.0").needs("base >=1"), Archive::new("base", "1.2")];
        let registry = Registry::with(form, &archives).await;
        let machine = Machine::that_trusts(&registry).await;
        machine.install(&registry, "tool").await.unwrap();
        assert_eq!(machine.content("share/tool.txt").as_deref(), Some("1.0"));
        assert_eq!(machine.content("share/base.txt").as_deref(), Some("1.2"));
        let meta = machine.content("conda-meta/tool-1.0-0.json").unwrap();
        assert!(meta.contains(&format!("http://{}/team/noarch/tool-1.0-0.conda", registry.site.address)));
        assert!(meta.contains("\"requested_specs\""));
    }
}

#[tokio::test]
async fn the_plan_reads_as_conda_writes_it() {
    let registry = Registry::with(Form::Shards, &[Archive::new("tool", "1.0")]).await;
    let machine = Machine::that_trusts(&registry).await;
    let plan = machine.plan(&registry, &["tool"]).await.unwrap();
    let text = Table(&plan).to_string();
    let size = bonded_client::plan::size(Archive::new("tool", "1.0").bytes().len() as u64);
    let expected = format!(
        "## Package Plan ##\n\n  environment location: {}\n\n  added / updated specs:\n    - tool\n\n\
         The following packages will be downloaded:\n\n\
         \x20   package                    |            build\n\
         \x20   ---------------------------|-----------------\n\
         \x20   tool-1.0                   |                0  {size:>10}  team\n\
         \x20   ------------------------------------------------------------\n\
         \x20                                          Total:  {size:>10}\n\n\
         The following NEW packages will be INSTALLED:\n\n\
         \x20 tool               team/noarch::tool-1.0-0 \
         (INFO: package metadata is signed by 127.0.0.1 and trusted)\n",
        machine.prefix().display()
    );
    assert_eq!(text, expected);
    let verdicts: Vec<_> = plan.installs().map(|(_, verdict)| verdict.clone()).collect();
    assert_eq!(verdicts, [Verdict::Trusted { signer: "127.0.0.1".to_owned() }]);
    assert_eq!(plan.to_json()["changes"][0]["signature"]["status"], "trusted");
    assert!(machine.linked().is_empty(), "a plan changes nothing");
}

#[tokio::test]
async fn updates_keep_what_is_there_and_say_so() {
    let mut registry =
        Registry::with(Form::Shards, &[Archive::new("tool", "1.0"), Archive::new("other", "1")]).await;
    let machine = Machine::that_trusts(&registry).await;
    machine.install(&registry, "tool").await.unwrap();
    machine.install(&registry, "other").await.unwrap();
    assert_eq!(machine.content("share/tool.txt").as_deref(), Some("1.0"), "what is not mentioned stays");
    assert!(machine.plan(&registry, &["tool"]).await.unwrap().changes.is_empty());

    registry.add(&Archive::new("tool", "2.0"), &[20]);
    registry.publish();
    let plan = machine.plan(&registry, &["tool >=2"]).await.unwrap();
    let text = Table(&plan).to_string();
    assert!(text.contains("packages will be UPDATED"), "{text}");
    assert!(text.contains("1.0-0 --> team/noarch::tool-2.0-0 (INFO: "), "{text}");
    machine.install(&registry, "tool >=2").await.unwrap();
    assert_eq!(machine.content("share/tool.txt").as_deref(), Some("2.0"));
    assert_eq!(machine.content("share/other.txt").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_registry_that_signs_nothing_is_used_without_a_word() {
    let registry = Registry::with(Form::Full, &[Archive::new("tool", "1.0")]).await;
    registry.site.remove("/team/key_mgr.json");
    registry.site.remove("/team/1.root.json");
    let machine = Machine::new();
    let plan = machine.plan(&registry, &["tool"]).await.unwrap();
    assert!(plan.installs().all(|(_, verdict)| *verdict == Verdict::Unsigned));
    assert!(!Table(&plan).to_string().contains("INFO"));
    machine.install(&registry, "tool").await.unwrap();
    assert_eq!(machine.content("share/tool.txt").as_deref(), Some("1.0"));
}

#[tokio::test]
async fn only_who_says_so_gets_what_cannot_be_trusted() {
    let mut registry = Registry::with(Form::Shards, &[Archive::new("tool", "1.0")]).await;
    registry.tamper("tool-1.0-0.conda", |listed| listed.signatures.clear());
    let machine = Machine::that_trusts(&registry).await;
    machine.refuses(&registry, "tool", "the record carries no signature").await;
    machine.install_with(&registry, "tool", Untrusted::Warn).await.unwrap();
    assert_eq!(machine.content("share/tool.txt").as_deref(), Some("1.0"));
}

#[tokio::test]
async fn a_package_is_asked_of_a_channel_as_the_plan_names_it() {
    for form in BOTH {
        let registry = Registry::with(form, &[Archive::new("tool", "1.0")]).await;
        let machine = Machine::that_trusts(&registry).await;
        for spec in ["team::tool", "team/noarch::tool", &format!("{}::tool", registry.channel())] {
            assert_eq!(machine.plan(&registry, &[spec]).await.unwrap().installs().count(), 1, "{spec}");
        }
        machine.install(&registry, "team::tool").await.unwrap();
        assert!(machine.plan(&registry, &["tool"]).await.unwrap().changes.is_empty());
    }
    let registry = Registry::with(Form::Full, &[Archive::new("tool", "1.0")]).await;
    let error = Machine::that_trusts(&registry).await.plan(&registry, &["other::tool"]).await.unwrap_err();
    assert!(error.contains("no channel of this command is called \"other\""), "{error}");
}

#[tokio::test]
async fn what_nobody_offers_is_said_and_specifications_are_checked() {
    let registry = Registry::with(Form::Shards, &[Archive::new("tool", "1.0")]).await;
    let machine = Machine::that_trusts(&registry).await;
    let error = machine.plan(&registry, &["absent"]).await.unwrap_err();
    assert!(error.starts_with("no set of packages satisfies this:") && error.contains("absent"), "{error}");
    for spec in ["", "https://h/noarch/tool-1.0-0.conda", "tool*"] {
        let error = machine.plan(&registry, &[spec]).await.unwrap_err();
        assert!(error.contains("asks for no package"), "{spec}: {error}");
    }
}

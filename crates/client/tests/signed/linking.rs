//! Packages that would write outside of the environment, and indexes that would write outside of the cache.

use bonded_client::install::Untrusted;
use serde_json::json;

use crate::archive::Archive;
use crate::machine::Machine;
use crate::registry::{BOTH, Form, Registry};

/// Archives of which one reaches out of the environment: nothing of them is installed.
async fn refused(archives: &[Archive], file: &str) {
    let registry = Registry::with(Form::Shards, archives).await;
    let machine = Machine::that_trusts(&registry).await;
    let outside = machine.environment.home.join("outside");
    std::fs::create_dir(&outside).unwrap();
    let why = format!("{file} is made to reach out of the environment");
    for archive in archives {
        if archive.file() == file {
            machine.refuses(&registry, &archive.name, &why).await;
        }
    }
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    assert!(!machine.environment.home.join("evil").exists());
}

#[tokio::test]
async fn link_that_leads_out_of_the_environment() {
    for to in ["../../outside", "/", "../../../../../../../../tmp", "../../env2"] {
        refused(&[Archive::new("tool", "1.0").link_at("share/x", to)], "tool-1.0-0.conda").await;
        refused(&[Archive::new("tool", "1.0").hidden_link_at("share/x", to)], "tool-1.0-0.conda").await;
    }
}

#[tokio::test]
async fn file_below_another_packages_link_that_leads_out() {
    let linker = Archive::new("linker", "1").link_at("share/x", "../../outside");
    let tool = Archive::new("tool", "1.0").needs("linker").file_at("share/x/evil");
    let registry = Registry::with(Form::Shards, &[linker, tool]).await;
    let machine = Machine::that_trusts(&registry).await;
    std::fs::create_dir(machine.environment.home.join("outside")).unwrap();
    machine.refuses(&registry, "tool", "is made to reach out of the environment").await;
    assert!(!machine.environment.home.join("outside/evil").exists());
}

#[tokio::test]
async fn links_that_lead_out_only_together() {
    let linker = Archive::new("linker", "1").link_at("a/b/c/d", "../../..");
    let tool = Archive::new("tool", "1.0").needs("linker").link_at("a/b/c/d/out", "../../../outside");
    refused(&[linker.clone(), tool.clone()], "tool-1.0-0.conda").await;
    // Neither when the first one is there already.
    let registry = Registry::with(Form::Shards, &[linker, tool]).await;
    let machine = Machine::that_trusts(&registry).await;
    machine.install(&registry, "linker").await.unwrap();
    let refused = machine.install(&registry, "tool").await.unwrap_err();
    assert!(refused.contains("is made to reach out of the environment"), "{refused}");
    assert!(!machine.prefix().join("out").is_symlink());
}

#[tokio::test]
async fn listed_path_outside_of_the_environment() {
    for path in ["../evil", "share/../../evil", "/tmp/evil", ".."] {
        refused(&[Archive::new("tool", "1.0").listing(path)], "tool-1.0-0.conda").await;
    }
}

#[tokio::test]
async fn links_within_the_environment_are_linked() {
    let base = Archive::new("base", "1")
        .file_at("lib/real/x")
        .link_at("lib64", "lib")
        .link_at("bin/x", "../lib/real/x");
    let tool = Archive::new("tool", "1.0").needs("base").file_at("lib64/tool");
    let registry = Registry::with(Form::Shards, &[base, tool]).await;
    let machine = Machine::that_trusts(&registry).await;
    machine.install(&registry, "base").await.unwrap();
    machine.install(&registry, "tool").await.unwrap();
    assert_eq!(machine.content("bin/x").as_deref(), Some("1"));
    assert_eq!(machine.content("lib64/tool").as_deref(), Some("1.0"));
}

/// A registry that signs nothing lists `tool` under another name.
async fn listed_as(form: Form, machine: &Machine, file: &str, build: &str) -> Result<(), String> {
    let mut registry = Registry::with(form, &[Archive::new("tool", "1.0")]).await;
    registry.site.remove("/team/key_mgr.json");
    registry.site.remove("/team/1.root.json");
    let mut listed = registry.listed.remove("tool-1.0-0.conda").unwrap();
    listed.record["build"] = json!(build);
    registry.listed.insert(file.to_owned(), listed);
    registry.publish();
    machine.install_with(&registry, "tool", Untrusted::Warn).await
}

#[tokio::test]
async fn file_name_that_leads_out_of_the_cache() {
    for form in BOTH {
        let machine = Machine::new();
        let precious = machine.environment.home.join("x-1-0.conda");
        std::fs::write(&precious, "precious").unwrap();
        let absolute = precious.to_str().unwrap().to_owned();
        for file in [absolute.as_str(), "tool-../../../../x-1-0.conda", "tool-1.0-0/../../x-1-0.conda"] {
            assert!(listed_as(form, &machine, file, "0").await.is_err());
            assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious");
        }
        assert!(machine.linked().is_empty());
    }
}

#[tokio::test]
async fn build_string_that_leads_out_of_the_environment() {
    for form in BOTH {
        let machine = Machine::new();
        assert!(listed_as(form, &machine, "tool-1.0-0.conda", "/../../../x").await.is_err());
        assert!(machine.linked().is_empty() && !machine.environment.home.join("x.json").exists());
        listed_as(form, &machine, "tool-1.0-0.conda", "0").await.unwrap();
    }
}

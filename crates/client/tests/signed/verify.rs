//! Proving what is there already.

use std::path::Path;

use bonded_client::channel::ChannelRef;
use bonded_client::plan::Platform;
use bonded_client::trust::Verdict;
use bonded_client::verify::{Claim, Proof, VerifyError, best, of_archive, of_lock, of_prefix, verify};
use bonded_model::Sha256;
use serde_json::json;

use crate::archive::Archive;
use crate::machine::Machine;
use crate::registry::{BOTH, Form, Registry};

const TOOL: &str = "tool-1.0-0.conda";

async fn installed(form: Form) -> (Registry, Machine) {
    let archives = [Archive::new("tool", "1.0").needs("base"), Archive::new("base", "1")];
    let registry = Registry::with(form, &archives).await;
    let machine = Machine::that_trusts(&registry).await;
    machine.install(&registry, "tool").await.unwrap();
    (registry, machine)
}

async fn proved(machine: &Machine, claims: &[Claim]) -> Vec<Proof> {
    verify(&machine.environment, claims, machine.now).await.unwrap()
}

/// Why the package is not trusted; empty when it is.
fn reason<'a>(proofs: &'a [Proof], file: &str) -> &'a str {
    match &proofs.iter().find(|proof| proof.file == file).unwrap().verdict {
        Verdict::Failed { reason } => reason,
        Verdict::Trusted { .. } => "",
        Verdict::Unsigned => "unsigned",
    }
}

fn trusted(proofs: &[Proof]) -> usize {
    proofs.iter().filter(|proof| matches!(proof.verdict, Verdict::Trusted { .. })).count()
}

#[tokio::test]
async fn an_environment_is_proved_and_what_was_changed_in_it_is_found() {
    for form in BOTH {
        let (_registry, machine) = installed(form).await;
        let claims = of_prefix(&machine.prefix()).unwrap();
        assert_eq!(trusted(&proved(&machine, &claims).await), 2);

        let meta = machine.prefix().join("conda-meta/tool-1.0-0.json");
        let text = std::fs::read_to_string(&meta).unwrap();
        let without = text.replace("\"base\"", "\"base >=1\"");
        assert_ne!(without, text);
        std::fs::write(&meta, without).unwrap();
        let proofs = proved(&machine, &of_prefix(&machine.prefix()).unwrap()).await;
        assert_eq!(reason(&proofs, TOOL), "its dependencies in the environment is not what is signed");
        assert_eq!(reason(&proofs, "base-1-0.conda"), "");
    }
}

#[tokio::test]
async fn a_package_that_left_the_channel_or_was_changed_there_is_not_proved() {
    let (mut registry, machine) = installed(Form::Shards).await;
    let claims = of_prefix(&machine.prefix()).unwrap();
    registry.tamper("base-1-0.conda", |listed| listed.record["license"] = json!("other"));
    registry.listed.remove(TOOL);
    registry.publish();
    let proofs = proved(&machine, &claims).await;
    assert!(reason(&proofs, TOOL).starts_with("the channel does not list it"), "{proofs:?}");
    assert!(reason(&proofs, "base-1-0.conda").contains("not signed by"), "{proofs:?}");
}

#[tokio::test]
async fn lock_files_are_proved_by_the_digests_that_they_name() {
    let (registry, machine) = installed(Form::Shards).await;
    let base = format!("http://{}/team/noarch", registry.site.address);
    let digest = |archive: &Archive| Sha256::of(&archive.bytes()).to_string();
    let tool = digest(&Archive::new("tool", "1.0").needs("base"));
    let path = machine.environment.home.join("lock");
    let proofs = async |text: String| {
        std::fs::write(&path, text).unwrap();
        proved(&machine, &of_lock(&path).unwrap()).await
    };

    let explicit = proofs(format!("@EXPLICIT\n{base}/{TOOL}#sha256:{tool}\n{base}/base-1-0.conda\n")).await;
    assert_eq!(reason(&explicit, TOOL), "");
    assert!(reason(&explicit, "base-1-0.conda").contains("there is no digest"));
    let wrong = proofs(format!("@EXPLICIT\n{base}/{TOOL}#{}\n", "ab".repeat(32))).await;
    assert!(reason(&wrong, TOOL).contains("another is signed"), "{wrong:?}");

    let conda_lock = |digest: &str| {
        format!(
            "version: 1\nmetadata:\n  content_hash:\n    linux-64: abc\n  channels:\n  - url: {base}\n\
             \x20   used_env_vars: []\n  platforms:\n  - linux-64\n  sources:\n  - environment.yml\npackage:\n\
             - name: tool\n  version: '1.0'\n  manager: conda\n  platform: linux-64\n  dependencies:\n    base: ''\n\
             \x20 url: {base}/{TOOL}\n  hash:\n    md5: 5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d\n    sha256: {digest}\n\
             \x20 category: main\n  optional: false\n"
        )
    };
    assert_eq!(reason(&proofs(conda_lock(&tool)).await, TOOL), "");
    assert!(reason(&proofs(conda_lock(&"ab".repeat(32))).await, TOOL).contains("another is signed"));

    let pixi = |digest: &str| {
        format!(
            "version: 6\nenvironments:\n  default:\n    channels:\n    - url: http://h/team/\n    packages:\n\
             \x20     linux-64:\n      - conda: {base}/{TOOL}\npackages:\n- conda: {base}/{TOOL}\n  sha256: {digest}\n\
             \x20 depends:\n  - base\n"
        )
    };
    assert_eq!(reason(&proofs(pixi(&tool)).await, TOOL), "");
    assert!(reason(&proofs(pixi(&"ab".repeat(32))).await, TOOL).contains("another is signed"));
    std::fs::write(&path, "no lock: true\n").unwrap();
    assert!(matches!(of_lock(&path), Err(VerifyError::Lock(..))));
}

#[tokio::test]
async fn an_archive_is_proved_by_its_bytes() {
    let (registry, machine) = installed(Form::Full).await;
    let path = machine.environment.home.join(TOOL);
    let bytes = Archive::new("tool", "1.0").needs("base").bytes();
    let channels = [registry.channel()];
    let proofs =
        async |path: &Path| proved(&machine, &of_archive(path, &channels, Platform::Linux64).unwrap()).await;
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(trusted(&proofs(&path).await), 1);
    let renamed = machine.environment.home.join("base-1-0.conda");
    std::fs::rename(&path, &renamed).unwrap();
    assert_eq!(trusted(&proofs(&renamed).await), 0);
    std::fs::write(&path, &bytes[1..]).unwrap();
    assert_eq!(trusted(&proofs(&path).await), 0);
}

#[tokio::test]
async fn what_comes_from_a_registry_that_signs_nothing_is_said_to_be_unsigned() {
    let registry = Registry::with(Form::Full, &[Archive::new("tool", "1.0")]).await;
    registry.site.remove("/team/key_mgr.json");
    let machine = Machine::new();
    machine.install(&registry, "tool").await.unwrap();
    let proofs = proved(&machine, &of_prefix(&machine.prefix()).unwrap()).await;
    assert_eq!(reason(&proofs, TOOL), "unsigned");
    assert!(matches!(of_prefix(&machine.environment.home), Err(VerifyError::NoEnvironment(_))));
}

#[tokio::test]
async fn tampered_archive_is_told_of_before_anything_else() {
    let (registry, machine) = installed(Form::Full).await;
    let unsigned = Registry::with(Form::Full, &[Archive::new("other", "1")]).await;
    unsigned.site.remove("/team/key_mgr.json");
    let path = machine.environment.home.join(TOOL);
    let bytes = Archive::new("tool", "1.0").needs("base").bytes();
    let found = async |bytes: &[u8], channels: &[ChannelRef]| {
        std::fs::write(&path, bytes).unwrap();
        let claims = of_archive(&path, channels, Platform::Linux64).unwrap();
        best(proved(&machine, &claims).await).unwrap().verdict
    };
    let other = Registry::with(Form::Full, &[Archive::new("other", "1")]).await;
    machine.trust(&other).await;
    let (here, there, nowhere) = (registry.channel(), other.channel(), unsigned.channel());
    for channels in [[here.clone(), there.clone(), nowhere.clone()], [nowhere.clone(), there.clone(), here]] {
        assert!(matches!(found(&bytes, &channels).await, Verdict::Trusted { .. }));
        let Verdict::Failed { reason } = found(&bytes[1..], &channels).await else { panic!("it passes") };
        assert!(reason.contains("another is signed"), "{reason}");
    }
    for channels in [[there.clone(), nowhere.clone()], [nowhere.clone(), there]] {
        let Verdict::Failed { reason } = found(&bytes, &channels).await else { panic!("it passes") };
        assert!(reason.starts_with("the channel does not list it"), "{reason}");
    }
    assert_eq!(found(&bytes, &[nowhere]).await, Verdict::Unsigned);
}

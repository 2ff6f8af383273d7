//! Setting tokens, and where they go.

use std::fs;
use std::path::Path;

use bonded_client::channel::ChannelRef;
use bonded_client::tokens::{self, SetToken, TokenError, Which, choose_root};
use bonded_model::Random;
use bonded_model::token::ApiToken;
use bonded_signing::Fingerprint;
use http::StatusCode;

use crate::archive::Archive;
use crate::keys::{FIRST, MANAGER, Root, now};
use crate::machine::Machine;
use crate::registry::{Form, Registry};

pub(crate) fn token(number: u64) -> ApiToken {
    ApiToken::generate(&Random::seeded(number))
}

/// A private registry, and what somebody wants to set for it.
pub(crate) async fn private(machine: &Machine) -> (Registry, SetToken) {
    let registry = Registry::with(Form::Shards, &[Archive::new("tool", "1.0")]).await;
    registry.site.put("/api/bonded/v1/tokens", "{}");
    registry.site.ask_for(token(1).expose());
    let wanted = SetToken {
        token: token(1),
        channels: vec![registry.channel()],
        whole_server: false,
        condarc: machine.environment.user_condarc(),
        root: None,
        conda: None,
    };
    (registry, wanted)
}

async fn set(machine: &Machine, wanted: &SetToken) -> Result<Vec<String>, TokenError> {
    let web = machine.web(&wanted.channels[0]);
    let stored = tokens::set(&machine.environment, &web, wanted, now()).await?;
    Ok(stored.files.iter().map(|file| file.display().to_string()).collect())
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_token_is_stored_where_conda_and_rattler_look_and_beside_others() {
    let machine = Machine::new();
    let (registry, mut wanted) = private(&machine).await;
    let environment = &machine.environment;
    fs::create_dir_all(environment.home.join(".rattler")).unwrap();
    fs::write(environment.rattler_credentials(), r#"{"other.example": {"BearerToken": "theirs"}}"#).unwrap();
    fs::write(environment.user_condarc(), "channels:\n  - mine # first\nssl_verify: true\n").unwrap();
    let conda = environment.home.join("conda");
    fs::create_dir_all(conda.join("pkgs/cache")).unwrap();
    let mut machine = machine;
    machine.environment.conda_root = Some(conda.clone());
    let environment = &machine.environment;

    let web = machine.web(&registry.channel());
    let channel = registry.channel();
    wanted.root = Some(choose_root(&web, &channel, None, |_| true).await.unwrap());
    wanted.conda = Some(conda.clone());
    set(&machine, &wanted).await.unwrap();

    let address = &registry.site.address;
    let port = address.rsplit(':').next().unwrap();
    let file = environment.conda_tokens().join(format!("http%3A%2F%2F127.0.0.1%3A{port}%2Fteam%2F.token"));
    assert_eq!(fs::read_to_string(&file).unwrap(), token(1).expose());
    assert_eq!(mode(&file), 0o600);
    let credentials = fs::read_to_string(environment.rattler_credentials()).unwrap();
    let credentials: serde_json::Value = serde_json::from_str(&credentials).unwrap();
    assert_eq!(credentials["127.0.0.1"]["BearerToken"], token(1).expose());
    assert_eq!(credentials["other.example"]["BearerToken"], "theirs");
    assert_eq!(mode(&environment.rattler_credentials()), 0o600);
    let condarc = fs::read_to_string(environment.user_condarc()).unwrap();
    assert_eq!(
        condarc,
        format!(
            "channels:\n  - http://{address}/team\n  - mine # first\nssl_verify: true\nadd_anaconda_token: true\n\
             extra_safety_checks: true\nrepodata_use_shards: false\nsigning_metadata_url_base: http://{address}\n"
        )
    );
    assert!(!condarc.contains(token(1).expose()));
    assert!(conda.join("etc/conda/1.root.json").is_file());
    assert!(!conda.join("pkgs/cache").exists(), "the index cache is emptied");

    let listed = tokens::list(environment).unwrap();
    assert_eq!(listed.len(), 3);
    assert!(!format!("{listed:?}").contains(token(1).expose()) && !format!("{listed:?}").contains("theirs"));
    machine.install(&registry, "tool").await.unwrap();

    tokens::disable(&environment.user_condarc()).unwrap();
    let condarc = fs::read_to_string(environment.user_condarc()).unwrap();
    assert!(
        condarc.contains("extra_safety_checks: false\n")
            && !condarc.contains("signing_metadata")
            && !condarc.contains("shards"),
        "{condarc}"
    );

    let removed = tokens::remove(environment, &Which::Below(vec![channel.url().clone()])).unwrap();
    assert_eq!((removed.gone.len(), removed.kept.len(), file.exists()), (2, 0, false));
    let left = tokens::list(environment).unwrap();
    assert_eq!(left.iter().map(|token| token.place.as_str()).collect::<Vec<_>>(), ["other.example"]);
}

#[tokio::test]
async fn the_token_is_never_sent_to_the_trust_urls() {
    let machine = Machine::new();
    let (registry, mut wanted) = private(&machine).await;
    let web = machine.web(&registry.channel());
    wanted.root = Some(choose_root(&web, &registry.channel(), None, |_| true).await.unwrap());
    set(&machine, &wanted).await.unwrap();
    machine.install(&registry, "tool").await.unwrap();
    let seen = registry.site.seen();
    let is_trust = |path: &str| path.ends_with(".root.json") || path.ends_with("key_mgr.json");
    let (trust, rest): (Vec<_>, Vec<_>) = seen.into_iter().partition(|seen| is_trust(&seen.path));
    assert!(trust.len() > 3);
    for seen in trust {
        assert!(seen.authorization.is_none() && !seen.path.contains("/t/"), "{seen:?}");
    }
    assert!(rest.iter().all(|seen| seen.authorization.is_some() || seen.path.starts_with("/t/")), "{rest:?}");
}

#[tokio::test]
async fn a_token_that_the_registry_refuses_changes_nothing() {
    let machine = Machine::new();
    let (registry, mut wanted) = private(&machine).await;
    for whole_server in [false, true] {
        (wanted.token, wanted.whole_server) = (token(2), whole_server);
        assert!(matches!(set(&machine, &wanted).await, Err(TokenError::Refused(_))));
    }
    wanted.token = token(1);
    registry.site.fail("/api/bonded/v1/tokens", StatusCode::NOT_FOUND);
    assert!(matches!(set(&machine, &wanted).await, Err(TokenError::NoRegistry(_))));
    wanted.whole_server = false;
    registry.site.fail("/team/noarch/repodata.json", StatusCode::NOT_FOUND);
    assert!(matches!(set(&machine, &wanted).await, Err(TokenError::NotReadable(_))));
    registry.site.fail("/team/noarch/repodata.json", StatusCode::BAD_GATEWAY);
    assert!(matches!(set(&machine, &wanted).await, Err(TokenError::Answer(_, 502))));
    let entries = fs::read_dir(&machine.environment.home).unwrap().count();
    assert_eq!(entries, 0, "nothing was written");
}

#[tokio::test]
async fn a_root_is_pinned_by_its_fingerprint_or_by_a_yes_and_by_nothing_else() {
    let machine = Machine::new();
    let registry = Registry::with(Form::Shards, &[Archive::new("tool", "1.0")]).await;
    let second = Root { version: 2, key_manager: 11, ..FIRST };
    registry.site.put("/team/2.root.json", second.signed_by(&[1, 2]));
    registry.site.put("/team/key_mgr.json", MANAGER.signed_by(11));
    let channel = registry.channel();
    let web = machine.web(&channel);
    let newest = |root: tokens::Root| root.newest().map(|root| (root.version(), root.fingerprint())).unwrap();
    let (version, fingerprint) = newest(choose_root(&web, &channel, None, |_| true).await.unwrap());
    assert_eq!(version, 2);
    // Who knows the first root's fingerprint gets to the second by its signatures.
    let first = bonded_signing::TrustedRoot::pin(&FIRST.signed_by(&[1, 2]), None).unwrap().fingerprint();
    for known in [first, fingerprint] {
        let chosen = choose_root(&web, &channel, Some(&known), |_| panic!("nobody is asked")).await.unwrap();
        assert_eq!(newest(chosen), (2, fingerprint));
    }
    assert!(matches!(choose_root(&web, &channel, None, |_| false).await, Err(TokenError::Declined)));
    let other: Fingerprint = "00".repeat(32).parse().unwrap();
    let refused = choose_root(&web, &channel, Some(&other), |_| true).await;
    assert!(matches!(refused, Err(TokenError::Fingerprint { version: 2, .. })));
}

#[tokio::test]
async fn another_registrys_root_in_conda_is_not_replaced() {
    let machine = Machine::new();
    let (registry, mut wanted) = private(&machine).await;
    let conda = machine.environment.home.join("conda");
    fs::create_dir_all(conda.join("etc/conda")).unwrap();
    let theirs = Root { keys: &[7, 8], ..FIRST }.signed_by(&[7, 8]);
    fs::write(conda.join("etc/conda/1.root.json"), &theirs).unwrap();
    let web = machine.web(&registry.channel());
    wanted.root = Some(choose_root(&web, &registry.channel(), None, |_| true).await.unwrap());
    wanted.conda = Some(conda.clone());
    assert!(matches!(set(&machine, &wanted).await, Err(TokenError::RootFile(_))));
    assert_eq!(fs::read(conda.join("etc/conda/1.root.json")).unwrap(), theirs);
}

#[tokio::test]
async fn without_a_conda_none_is_told_to_verify() {
    let machine = Machine::new();
    let (registry, mut wanted) = private(&machine).await;
    let web = machine.web(&registry.channel());
    wanted.root = Some(choose_root(&web, &registry.channel(), None, |_| true).await.unwrap());
    set(&machine, &wanted).await.unwrap();
    let condarc = fs::read_to_string(machine.environment.user_condarc()).unwrap();
    assert!(!condarc.contains("safety") && !condarc.contains("signing"), "{condarc}");
    machine.install(&registry, "tool").await.unwrap();
}

#[tokio::test]
async fn a_token_for_all_of_a_registry_needs_no_channel_that_it_reads() {
    let machine = Machine::new();
    let (registry, mut wanted) = private(&machine).await;
    wanted.whole_server = true;
    wanted.channels = vec![ChannelRef::parse("main", &registry.channel().server()).unwrap()];
    // Whoever may only read may not look at tokens.
    registry.site.fail("/api/bonded/v1/tokens", StatusCode::FORBIDDEN);
    registry.site.fail("/-/noarch/repodata.json", StatusCode::FORBIDDEN);
    assert!(matches!(set(&machine, &wanted).await, Err(TokenError::TooMighty(_))));
    registry.site.fail("/-/noarch/repodata.json", StatusCode::NOT_FOUND);
    set(&machine, &wanted).await.unwrap();
    let stored = tokens::list(&machine.environment).unwrap();
    assert_eq!(stored[0].place, registry.channel().server().as_str());
}

#[tokio::test]
async fn a_token_for_a_channel_is_not_set_beside_another_for_all() {
    let machine = Machine::new();
    let (registry, mut wanted) = private(&machine).await;
    wanted.whole_server = true;
    set(&machine, &wanted).await.unwrap();
    wanted.whole_server = false;
    set(&machine, &wanted).await.unwrap();
    (wanted.whole_server, wanted.token) = (false, token(2));
    registry.site.ask_for(token(2).expose());
    let before = fs::read_to_string(machine.environment.rattler_credentials()).unwrap();
    assert!(matches!(set(&machine, &wanted).await, Err(TokenError::Broader { .. })));
    assert_eq!(fs::read_to_string(machine.environment.rattler_credentials()).unwrap(), before);
    let only_channel = Which::Below(vec![registry.channel().url().clone()]);
    let removed = tokens::remove(&machine.environment, &only_channel).unwrap();
    assert_eq!((removed.gone.len(), removed.kept.len()), (1, 2), "two are for all of the registry");
    tokens::remove(&machine.environment, &Which::Below(vec![registry.channel().server()])).unwrap();
    set(&machine, &wanted).await.unwrap();
}

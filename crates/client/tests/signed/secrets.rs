//! What a channel's URL holds stays between its host and us.

use std::path::Path;

use bonded_client::archives::Progress;
use bonded_client::channel::ChannelRef;
use bonded_client::install::{Untrusted, install};
use bonded_client::plan::{Plan, Platform, Table, Wanted, plan};
use bonded_client::tokens::{self, SetToken, TokenError, choose_root};
use bonded_model::Random;
use bonded_model::token::ApiToken;

use crate::archive::Archive;
use crate::keys::now;
use crate::machine::Machine;
use crate::registry::{BOTH, Form, Registry};
use crate::server::{Seen, Site};

async fn registry(form: Form) -> Registry {
    Registry::with(form, &[Archive::new("tool", "1.0")]).await
}

/// The registry's channel, as somebody writes it who puts secrets into its URL.
fn channel(registry: &Registry, before_host: &str, before_path: &str) -> ChannelRef {
    let url = format!("http://{before_host}{}{before_path}/team", registry.site.address);
    ChannelRef::parse(&url, &"http://alias.example/".parse().unwrap()).unwrap()
}

/// Trusts, plans and installs, all by the channel's URL.
async fn installed(machine: &Machine, channel: ChannelRef) -> Plan {
    let web = machine.web(&channel);
    let root = choose_root(&web, &channel, None, |_| true).await.unwrap();
    tokens::trust(&machine.environment, &channel.server(), &root, None, now()).unwrap();
    let (prefix, specs) = (machine.prefix(), vec!["tool".to_owned()]);
    let wanted = Wanted { specs, channels: vec![channel], prefix, platform: Platform::Linux64 };
    let plan = plan(&machine.environment, &web, wanted, now()).await.unwrap();
    let progress = Progress::hidden();
    install(&machine.environment, &web, &plan, Untrusted::Stop, &progress).await.unwrap();
    plan
}

/// Whether a text stands in any file below a directory, or in its name.
fn stands_below(directory: &Path, text: &str) -> bool {
    std::fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let in_name = path.to_string_lossy().contains(text);
        in_name
            || match path.is_dir() {
                true => stands_below(&path, text),
                false => String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(text),
            }
    })
}

fn assert_no_trace(machine: &Machine, plan: &Plan, secret: &str) {
    let shown = format!("{} {} {:?}", Table(plan), plan.to_json(), plan.warnings);
    assert!(!shown.contains(secret), "{shown}");
    assert!(!stands_below(&machine.environment.home, secret));
}

fn of_trust(seen: Vec<Seen>) -> Vec<Seen> {
    let is_trust = |path: &str| path.ends_with(".root.json") || path.ends_with("key_mgr.json");
    seen.into_iter().filter(|seen| is_trust(&seen.path)).collect()
}

#[tokio::test]
async fn a_token_in_a_channels_url_leaves_no_trace() {
    let token = ApiToken::generate(&Random::seeded(1));
    let registry = registry(Form::Shards).await;
    registry.site.ask_for(token.expose());
    let machine = Machine::new();
    let plan = installed(&machine, channel(&registry, "", &format!("/t/{}", token.expose()))).await;
    assert_no_trace(&machine, &plan, token.expose());
    let meta = machine.content("conda-meta/tool-1.0-0.json").unwrap();
    assert!(meta.contains("/team/noarch/tool-1.0-0.conda"), "{meta}");
}

#[tokio::test]
async fn a_password_in_a_channels_url_leaves_no_trace_and_is_not_sent_to_the_trust_urls() {
    for form in BOTH {
        let registry = registry(form).await;
        registry.site.ask_for("YWRhOnMzY0ByZXQ=");
        let machine = Machine::new();
        let plan = installed(&machine, channel(&registry, "ada:s3c%40ret@", "")).await;
        for secret in ["s3c@ret", "s3c%40ret", "YWRhOnMzY0ByZXQ="] {
            assert_no_trace(&machine, &plan, secret);
        }
        let trust = of_trust(registry.site.seen());
        assert!(trust.len() > 3 && trust.iter().all(|seen| seen.authorization.is_none()), "{trust:?}");
    }
}

#[tokio::test]
async fn where_a_registry_redirects_to_is_told_no_secret() {
    let token = ApiToken::generate(&Random::seeded(1));
    for (before_host, before_path, credential) in [
        ("", format!("/t/{}", token.expose()), token.expose()),
        ("ada:s3c%40ret@", String::new(), "YWRhOnMzY0ByZXQ="),
    ] {
        let (registry, bucket) = (registry(Form::Full).await, Site::start().await);
        registry.site.ask_for(credential);
        for path in ["/team/noarch/tool-1.0-0.conda", "/team/noarch/repodata.json", "/team/key_mgr.json"] {
            bucket.put(path, registry.site.get(path));
            registry.site.redirect(path, &format!("http://{}{path}", bucket.address));
        }
        let machine = Machine::new();
        installed(&machine, channel(&registry, before_host, &before_path)).await;
        let seen = bucket.seen();
        assert!(seen.len() >= 3);
        for seen in seen {
            assert!(seen.authorization.is_none() && seen.referer.is_none(), "{seen:?}");
        }
    }
}

/// Rattler's credentials know hosts without ports; the index of shards may name any URL, and nobody signs it.
#[tokio::test]
async fn index_that_leads_to_another_port_of_the_host_gets_no_token() {
    for (is_signed, which) in [(true, 0), (true, 1), (false, 0), (false, 1)] {
        let (mut registry, other) = (registry(Form::Shards).await, Site::start().await);
        registry.site.ask_for("hush");
        let machine = Machine::new();
        let file = machine.environment.rattler_credentials();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, r#"{"127.0.0.1": {"BearerToken": "hush"}}"#).unwrap();
        match is_signed {
            true => machine.trust(&registry).await,
            false => registry.site.remove("/team/key_mgr.json"),
        }
        for path in registry.site.paths() {
            other.put(&path, registry.site.get(&path));
        }
        let place = ["", "shards/"][which];
        registry.base_urls[which] = format!("http://{}/team/noarch/{place}", other.address);
        registry.publish_shards();
        let installed = machine.install(&registry, "tool").await;
        if is_signed {
            let refused = installed.unwrap_err();
            assert!(refused.contains("leads away from the channel's server"), "{refused}");
            assert!(machine.linked().is_empty() && other.seen().is_empty());
        } else {
            installed.unwrap();
            let seen = other.seen();
            assert!(!seen.is_empty() && seen.iter().all(|seen| seen.authorization.is_none()), "{seen:?}");
        }
        assert!(registry.site.seen().iter().any(|seen| seen.authorization.as_deref() == Some("Bearer hush")));
    }
}

#[tokio::test]
async fn a_token_is_not_carried_to_where_its_check_is_redirected() {
    let token = ApiToken::generate(&Random::seeded(1));
    let (registry, other) = (registry(Form::Full).await, Site::start().await);
    registry.site.ask_for(token.expose());
    registry.site.redirect("/team/noarch/repodata.json", &format!("http://{}/x", other.address));
    let machine = Machine::new();
    let channel = registry.channel();
    let web = machine.web(&channel);
    let condarc = machine.environment.user_condarc();
    let (root, conda) = (None, None);
    let wanted = SetToken { token, channels: vec![channel], whole_server: false, condarc, root, conda };
    let refused = tokens::set(&machine.environment, &web, &wanted, now()).await;
    assert!(matches!(refused, Err(TokenError::Answer(_, 302))));
    assert!(other.seen().is_empty());
}

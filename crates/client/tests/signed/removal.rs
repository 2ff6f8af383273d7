//! What goes when tokens are removed, and what stays.

use std::fs;
use std::path::PathBuf;

use bonded_client::tokens::{self, Removed, Which};
use url::Url;

use crate::machine::Machine;
use crate::tokens::{private, token};

const THEIRS: &str = "their-own-secret";

/// A machine with tokens for channels, as `set` stores them: the last one is the one that rattler has for the host.
fn with_tokens(stored: &[(&str, &str)]) -> Machine {
    let machine = Machine::new();
    let directory = machine.environment.conda_tokens();
    fs::create_dir_all(&directory).unwrap();
    for (place, secret) in stored {
        let name: String = url::form_urlencoded::byte_serialize(place.as_bytes()).collect();
        fs::write(directory.join(format!("{name}.token")), secret).unwrap();
        rattler_has(&machine, secret);
    }
    machine
}

fn rattler_has(machine: &Machine, secret: &str) {
    let path = machine.environment.rattler_credentials();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!(r#"{{"h": {{"BearerToken": "{secret}"}}, "g": {{"BearerToken": "theirs"}}}}"#))
        .unwrap();
}

fn remove(machine: &Machine, place: &str) -> Removed {
    let place: Url = place.parse().unwrap();
    tokens::remove(&machine.environment, &Which::Below(vec![place])).unwrap()
}

/// The places that still have a token.
fn left(machine: &Machine) -> Vec<String> {
    let mut left: Vec<String> =
        tokens::list(&machine.environment).unwrap().into_iter().map(|token| token.place).collect();
    left.sort();
    left
}

#[test]
fn removing_a_channels_token_leaves_those_of_other_channels_and_programs() {
    let machine = with_tokens(&[("https://h/b/", THEIRS), ("https://h/ab/", "x"), ("https://h/a/", "x")]);
    let removed = remove(&machine, "https://h/a/");
    assert_eq!(removed.gone.iter().map(|token| token.place.as_str()).collect::<Vec<_>>(), ["https://h/a/"]);
    assert_eq!(removed.kept.iter().map(|token| token.place.as_str()).collect::<Vec<_>>(), ["h"]);
    assert_eq!(left(&machine), ["g", "h", "https://h/ab/", "https://h/b/"]);
}

#[test]
fn the_hosts_token_goes_with_the_last_channel_that_uses_it() {
    let machine = with_tokens(&[("https://h/b/", "two"), ("https://h/a/", "one")]);
    assert!(remove(&machine, "https://h/a/").kept.is_empty(), "channel b has another token");
    assert_eq!(left(&machine), ["g", "https://h/b/"]);
    rattler_has(&machine, "two");
    remove(&machine, "https://h/b/");
    assert_eq!(left(&machine), ["g"]);
}

#[test]
fn removing_a_registrys_tokens_leaves_none_below_it() {
    let machine = with_tokens(&[("https://h/a/", "one"), ("https://h/", "two"), ("https://g/", "three")]);
    rattler_has(&machine, "one");
    remove(&machine, "https://h/");
    assert_eq!(left(&machine), ["g", "https://g/"]);
}

#[test]
fn removing_all_leaves_what_no_bonded_server_made() {
    let machine = with_tokens(&[("https://h/b/", THEIRS), ("https://h/a/", token(1).expose())]);
    tokens::remove(&machine.environment, &Which::Bonded).unwrap();
    assert_eq!(left(&machine), ["g", "https://h/b/"]);
}

#[tokio::test]
async fn every_index_cache_is_emptied_or_told_of() {
    let mut machine = Machine::new();
    let (_registry, wanted) = private(&machine).await;
    let home = machine.environment.home.clone();
    let caches: Vec<PathBuf> = ["named", "configured", "shared", ".conda/pkgs"]
        .iter()
        .map(|name| home.join(name).join("cache"))
        .collect();
    for cache in &caches {
        fs::create_dir_all(cache.join("x")).unwrap();
    }
    machine.environment.conda_packages = vec![home.join("named")];
    machine.environment.conda_prefix = Some(home.join("env"));
    fs::create_dir_all(home.join("env")).unwrap();
    fs::write(home.join("env/.condarc"), "pkgs_dirs:\n  - ~/configured\n  - $SOMEWHERE/pkgs\n  - ''\n")
        .unwrap();
    fs::write(&wanted.condarc, format!("pkgs_dirs: ['{}', '~/broken']\n", home.join("shared").display()))
        .unwrap();
    fs::create_dir_all(home.join("broken")).unwrap();
    fs::write(home.join("broken/cache"), "no directory").unwrap();
    let web = machine.web(&wanted.channels[0]);
    let stored = tokens::set(&machine.environment, &web, &wanted, machine.now).await.unwrap();
    assert!(caches.iter().all(|cache| !cache.exists()), "{caches:?}");
    assert_eq!(
        stored.full_caches,
        [home.join("broken/cache"), PathBuf::from("$SOMEWHERE/pkgs/cache"), "cache".into()]
    );
}

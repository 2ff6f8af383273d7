//! Samples of the page about a channel's signatures.

use bonded_model::trust::{Signing, SigningProgress};

use super::places::{head, hostile_head};
use super::{HOSTILE, Sample, hostile, hours, sample, signed_in, stranger};
use crate::Shell;
use crate::places::{Chain, Head, KeyManager, PublisherKey, Root, ServerKey, Signatories, Tab, Term, Trust};

pub(super) fn samples() -> Vec<Sample> {
    let open = Trust {
        shell: stranger(),
        head: conda(vec![Tab::Overview, Tab::Trust]),
        base_url: "https://packages.example/registry".into(),
        signing: Signing::Server,
        chain: Some(chain()),
        administers: false,
    };
    let own = conda(vec![Tab::Overview, Tab::Trust, Tab::People, Tab::Tokens, Tab::Settings, Tab::Activity]);
    let development = Trust {
        shell: Shell { development_root: true, ..signed_in() },
        head: own.clone(),
        chain: Some(development()),
        administers: true,
        ..open.clone()
    };
    let resigning = Trust { chain: Some(resigning()), ..open.clone() };
    let ended = Trust { chain: Some(ended()), ..open.clone() };
    let publishers = Trust {
        shell: hostile(),
        head: Head { tabs: own.tabs.clone(), ..hostile_head(Tab::Trust) },
        signing: Signing::Publisher,
        chain: Some(publishers()),
        administers: true,
        ..open.clone()
    };
    let keyless = Trust { signing: Signing::Publisher, ..open.clone() };
    let off = Trust { head: own, signing: Signing::Off, chain: None, administers: true, ..open.clone() };
    let rootless = Trust { chain: None, ..open.clone() };
    vec![
        sample("trust", open),
        sample("trust.development", development),
        sample("trust.resigning", resigning),
        sample("trust.ended", ended),
        sample("trust.publishers", publishers),
        sample("trust.no-publisher", keyless),
        sample("trust.off", off),
        sample("trust.no-root", rootless),
    ]
}

fn conda(tabs: Vec<Tab>) -> Head {
    Head { name: "main".into(), python: false, tabs, ..head(Tab::Trust) }
}

fn root(version: u64) -> Root {
    Root { version, fingerprint: vec!["97f6"; 16].join(" "), made_at: hours(0), expires_at: hours(24 * 365) }
}

fn signatories(keys: u8, threshold: u32) -> Signatories {
    Signatories { keys: (0..keys).map(|number| [0xa0 + number; 32].into()).collect(), threshold }
}

fn server_key(byte: u8) -> ServerKey {
    ServerKey { key: [byte; 32].into(), made_at: hours(0), leaving_since: None }
}

/// After a ceremony.
fn chain() -> Chain {
    Chain {
        root: root(3),
        root_term: Term::Good,
        root_keys: signatories(3, 2),
        key_manager_keys: signatories(1, 1),
        earlier: vec![root(2), root(1)],
        key_manager: KeyManager {
            version: 12,
            made_at: hours(0),
            renewed_at: hours(372),
            expires_at: hours(744),
            term: Term::Good,
            threshold: 1,
        },
        server_keys: vec![server_key(0x1f)],
        publisher_keys: Vec::new(),
        resigning: None,
    }
}

fn development() -> Chain {
    Chain { root: root(1), root_keys: signatories(1, 1), earlier: Vec::new(), ..chain() }
}

fn resigning() -> Chain {
    let old = ServerKey { leaving_since: Some(hours(3)), ..server_key(0x2e) };
    Chain {
        root_term: Term::Short,
        key_manager: KeyManager { term: Term::Short, ..chain().key_manager },
        server_keys: vec![server_key(0x1f), old],
        resigning: Some(SigningProgress { records: 100_000, signed: 42_000 }),
        ..chain()
    }
}

fn ended() -> Chain {
    Chain {
        root_term: Term::Over,
        key_manager: KeyManager { term: Term::Over, threshold: 2, ..chain().key_manager },
        ..chain()
    }
}

fn publishers() -> Chain {
    let key = |name: &str, by: &str| PublisherKey {
        key: [0x3d; 32].into(),
        name: name.into(),
        by: by.into(),
        at: hours(2),
    };
    Chain { publisher_keys: vec![key("ada's", ""), key(HOSTILE, HOSTILE)], ..chain() }
}

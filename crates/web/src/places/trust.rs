//! Who signs the packages of a conda channel.

use axum::extract::State;
use axum::response::Response;
use bonded_model::trust::PublisherKeyView;
use bonded_model::user::ChannelRole;
use bonded_pages::places::{Chain, KeyManager, PublisherKey, Root, ServerKey, Signatories, Tab, Term, Trust};
use bonded_registry::trust::{self, ChannelTrust, RootSummary, TrustPage};

use super::head;
use super::looker::Looker;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::Path;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.get("/channels/{channel}/trust", show)
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let looker = Looker::of(&app, &visitor).await?;
    let found = match app.trust_page(&looker.actor, &name).await {
        Ok(found) => found,
        Err(error) => return Err(looker.refuse(&app, &visitor, error).await),
    };
    let TrustPage { channel, role, trust } = found;
    let mut shell = looker.shell(&visitor);
    shell.development_root = trust.as_ref().is_some_and(|trust| trust.development);
    Ok(visitor.page(&Trust {
        shell,
        head: head::of_channel(&channel, role, Tab::Trust),
        base_url: app.base_url().to_owned(),
        signing: channel.signing,
        chain: trust.and_then(chain),
        administers: role == Some(ChannelRole::Admin),
    }))
}

/// Who may sign what; nothing where there is no root.
fn chain(trust: ChannelTrust) -> Option<Chain> {
    let (newest, earlier) = trust.roots.split_first()?;
    let manager = trust.key_manager;
    let server_key = |key: &bonded_model::trust::PackageManagerKey| ServerKey {
        key: key.key,
        made_at: key.made_at,
        leaving_since: key.leaving_since,
    };
    Some(Chain {
        root: root(newest),
        root_term: term(trust.root_term),
        root_keys: Signatories { keys: newest.root_keys.clone(), threshold: newest.root_threshold },
        key_manager_keys: Signatories {
            keys: newest.key_manager_keys.clone(),
            threshold: newest.key_manager_threshold,
        },
        earlier: earlier.iter().map(root).collect(),
        key_manager: KeyManager {
            version: manager.version,
            made_at: manager.made_at,
            renewed_at: manager.renewed_at,
            expires_at: manager.expires_at,
            term: term(manager.term),
            threshold: manager.threshold,
        },
        server_keys: trust.server_keys.iter().map(server_key).collect(),
        publisher_keys: trust.publisher_keys.into_iter().map(publisher_key).collect(),
        resigning: trust.resigning,
    })
}

fn root(root: &RootSummary) -> Root {
    Root {
        version: root.version,
        fingerprint: root.fingerprint.clone(),
        made_at: root.made_at,
        expires_at: root.expires_at,
    }
}

fn publisher_key(key: PublisherKeyView) -> PublisherKey {
    PublisherKey {
        key: key.key,
        name: key.name,
        by: key.added_by.map_or_else(String::new, |by| by.to_string()),
        at: key.added_at,
    }
}

const fn term(term: trust::Term) -> Term {
    match term {
        trust::Term::Good => Term::Good,
        trust::Term::Short => Term::Short,
        trust::Term::Over => Term::Over,
    }
}

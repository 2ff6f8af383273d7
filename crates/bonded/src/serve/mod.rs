//! `bonded serve`

mod connections;
mod greeting;
mod metrics;
mod scanners;
mod sigstore;
mod stop;
mod tls;

use std::io::{Write, stdout};

use anyhow::Context;
use bonded_registry::Registry;
use bonded_store::OpenMode;
use bonded_web::{App, Front, Reach};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::{instance, open, remembered};
use connections::Listening;
use metrics::Metrics;
use scanners::Scanners;
use tls::Tls;

/// Serves until it is told to stop.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let mode = if config.own_database {
        instance::create_data_directory(&config.data)?;
        OpenMode::CreateIfMissing
    } else {
        OpenMode::MustExist
    };
    let store = open::database(config, mode).await?;
    instance::create_data_directory(&config.data)?;
    store.migrate().await.context("the database cannot be brought to this version's schema")?;
    let tls = config.tls.clone().map(|(cert, key)| Tls::load(cert, key)).transpose()?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("{} cannot be listened on", config.listen))?;
    let address = listener.local_addr()?;
    let metrics = match config.metrics_listen {
        Some(address) => Some(Metrics::listen(address).await?),
        None => None,
    };
    let people = config.people.settings(config.base_url(address));
    remembered::remember(&store, &people).await?;
    let base_url = people.base_url.clone();
    if config.base_url.is_none() && !address.ip().is_loopback() {
        tracing::warn!(base_url, "without --base-url, links in mails may lead others nowhere");
    }
    let registry = open::registry(config, store, people).await?;
    let scanners = config.scanner_keys.as_deref().map(|path| Scanners::load(path, &registry)).transpose()?;
    registry.trust_sigstore(sigstore::verifier(config.sigstore_trusted_root.as_deref())?);
    let permit = registry.operator()?;
    let mut out = stdout();
    if registry.set_up(&permit).await? {
        out.write_all(greeting::first_start(config, &base_url).as_bytes())?;
    }
    let trust =
        registry.set_up_trust(&permit).await.context("the keys of signed conda channels are not in order")?;
    if trust.development {
        out.write_all(greeting::development_root(&trust).as_bytes())?;
    }
    if let Some(link) = registry.setup_link(&permit).await? {
        out.write_all(greeting::first_administrator(&link).as_bytes())?;
    }
    if let Some(metrics) = &metrics {
        writeln!(out, "metrics on http://{}/metrics", metrics.address()?)?;
    }
    // Whoever reads that the server is there may end it at once.
    let stop = stop::asked();
    let scheme = if tls.is_some() { "https" } else { "http" };
    writeln!(out, "listening on {scheme}://{address}")?;
    out.flush()?;

    let stopping = CancellationToken::new();
    let worker = tokio::spawn(sweep_and_work(registry.clone(), stopping.clone()));
    let scanners = scanners.map(|scanners| tokio::spawn(scanners.follow(registry.clone())));
    let metrics = metrics.map(|metrics| tokio::spawn(metrics.serve(registry.clone(), stopping.clone())));
    let by_tls = registry.settings.people.is_secure();
    let reach = Reach { prefix: config.prefix(), by_tls, trusted_proxies: config.trusted_proxies.clone() };
    let router = bonded_web::router(App::new(registry.clone()));
    let front = Front::new(router, reach, registry.clock.clone(), registry.random.clone())
        .reading_path_tokens(registry.clone());
    Listening { listener, tls, front }.serve(stop).await;

    tracing::info!("stopping");
    stopping.cancel();
    if let Some(scanners) = scanners {
        scanners.abort();
    }
    worker.await?;
    if let Some(metrics) = metrics {
        metrics.await?;
    }
    registry.store.close().await;
    Ok(())
}

async fn sweep_and_work(registry: Registry, stopping: CancellationToken) {
    registry.sweep().await;
    registry.work(stopping).await;
}

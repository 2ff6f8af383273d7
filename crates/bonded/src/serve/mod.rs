//! `bonded serve`

mod connections;
mod greeting;
mod stop;
mod tls;

use std::io::{Write, stdout};

use anyhow::Context;
use bonded_store::OpenMode;
use bonded_web::{App, Front, Reach};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::{instance, open};
use connections::Listening;
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
    let registry = open::registry(config, store).await?;
    instance::ensure_key(&config.instance_key(), &registry.random)?;
    let is_new = registry.set_up(&registry.operator()?).await?;

    let tls = config.tls.clone().map(|(cert, key)| Tls::load(cert, key)).transpose()?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("{} cannot be listened on", config.listen))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let address = format!("{scheme}://{}", listener.local_addr()?);
    let base_url = match &config.base_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => address.clone(),
    };
    let mut out = stdout();
    if is_new {
        out.write_all(greeting::first_start(config, &base_url).as_bytes())?;
    }
    writeln!(out, "listening on {address}")?;
    out.flush()?;

    let stopping = CancellationToken::new();
    let worker = tokio::spawn(registry.clone().work(stopping.clone()));
    let reach = Reach { prefix: config.prefix(), trusted_proxies: config.trusted_proxies.clone() };
    let router = bonded_web::router(App::new(registry.clone(), base_url));
    let front = Front::new(router, reach, registry.clock.clone(), registry.random.clone());
    Listening { listener, tls, front }.serve(stop::asked()).await;

    tracing::info!("stopping");
    stopping.cancel();
    worker.await?;
    registry.store.close().await;
    Ok(())
}

//! Opening what a command works on.

use anyhow::{Context, bail};
use bonded_blobs::Blobs;
use bonded_model::{Clock, Random};
use bonded_registry::Registry;
use bonded_store::{OpenMode, Store};

use crate::config::{Config, shown};

/// The use cases over an existing registry. A registry that is not there is an error, never a fresh one.
pub(crate) async fn existing(config: &Config) -> anyhow::Result<Registry> {
    if !config.data.is_dir() {
        bail!(
            "there is no data directory {}; say where it is with --data, or run 'bonded serve' once to create it",
            shown(&config.data)
        );
    }
    let store = database(config, OpenMode::MustExist).await?;
    registry(config, store).await
}

/// The database, not yet migrated.
pub(crate) async fn database(config: &Config, mode: OpenMode) -> anyhow::Result<Store> {
    Store::open(&config.database, mode)
        .await
        .with_context(|| format!("the database {} cannot be opened", config.database))
}

/// The use cases over an open database.
pub(crate) async fn registry(config: &Config, store: Store) -> anyhow::Result<Registry> {
    let (clock, random) = (Clock::default(), Random::default());
    let blobs = Blobs::open(&config.blobs, &config.staging(), &config.s3)
        .with_context(|| format!("the storage {} cannot be opened", config.blobs))?;
    Ok(Registry::new(store, blobs, clock, random, config.settings()))
}

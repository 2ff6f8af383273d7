//! Opening what a command works on.

use anyhow::{Context, bail};
use bonded_blobs::Blobs;
use bonded_factors::range;
use bonded_model::{Clock, Random};
use bonded_registry::Registry;
use bonded_registry::people::{PeopleSettings, Services};
use bonded_store::{OpenMode, Store};

use crate::config::{Config, shown};
use crate::{key_check, remembered};

/// The use cases over an existing registry. A registry that is not there is an error, never a fresh one.
pub(crate) async fn existing(config: &Config) -> anyhow::Result<Registry> {
    if !config.data.is_dir() {
        bail!(
            "there is no data directory {}; say where it is with --data, or run 'bonded serve' once to create it",
            shown(&config.data)
        );
    }
    let store = database(config, OpenMode::MustExist).await?;
    if !store.is_migrated().await? {
        bail!(
            "the database is of an older version: run 'bonded migrate', or start this version's server once"
        );
    }
    let base_url = config.base_url(config.listen);
    let people = remembered::recall(&store, config.people.settings(base_url)).await?;
    registry(config, store, people).await
}

/// The database, not yet migrated.
pub(crate) async fn database(config: &Config, mode: OpenMode) -> anyhow::Result<Store> {
    Store::open(&config.database, mode)
        .await
        .with_context(|| format!("the database {} cannot be opened", config.database))
}

/// The use cases over an open, migrated database.
pub(crate) async fn registry(
    config: &Config,
    store: Store,
    people: PeopleSettings,
) -> anyhow::Result<Registry> {
    let (clock, random) = (Clock::default(), Random::default());
    let services = Services {
        key: key_check::load(&store, &config.instance_key(), &random).await?,
        trust: config.trust.clone(),
        mailer: config.people.mailer(&config.data)?,
        breaches: config.people.breached_passwords.clone().map(range::Service::new).transpose()?,
    };
    let blobs = Blobs::open(&config.blobs, &config.staging(), &config.s3)
        .with_context(|| format!("the storage {} cannot be opened", config.blobs))?;
    Ok(Registry::new(store, blobs, clock, random, services, config.settings(people)))
}

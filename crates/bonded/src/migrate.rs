//! `bonded migrate`

use bonded_model::Random;
use bonded_store::OpenMode;

use crate::cli::Migrate;
use crate::config::Config;
use crate::{instance, key_check, open};

/// Brings the database to this version's schema.
pub(crate) async fn run(config: &Config, migrate: &Migrate) -> anyhow::Result<()> {
    let mode = if migrate.create {
        instance::create_data_directory(&config.data)?;
        OpenMode::CreateIfMissing
    } else {
        OpenMode::MustExist
    };
    let store = open::database(config, mode).await?;
    store.migrate().await?;
    if migrate.replace_key {
        instance::create_data_directory(&config.data)?;
        key_check::replace(&store, &config.instance_key(), &Random::default()).await?;
    }
    store.close().await;
    Ok(())
}

//! Whether the instance key is the one that the database was sealed under. Another one would open nothing: neither the
//! authenticator apps of people nor the mails that wait. So it is found out at the start, not when somebody signs in.

use std::path::Path;

use anyhow::bail;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bonded_factors::sealing::InstanceKey;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_model::ids::RequestId;
use bonded_model::{Actor, Clock, Random};
use bonded_store::{Change, Store, StoreError};

use crate::config::shown;
use crate::instance;

/// A setting: nothing, sealed under the key. Whoever can open it has the right key.
const SEALED: &str = "instance-key";

/// The key in the file, which is made for a new database and checked against one that knows its key.
pub(crate) async fn load(store: &Store, path: &Path, random: &Random) -> anyhow::Result<InstanceKey> {
    let known = store.read().await?.setting(SEALED).await?;
    if known.is_some() && !path.exists() {
        bail!("there is no instance key {}: {ADVICE}", shown(path));
    }
    let key = instance::load_key(path, random)?;
    let known = match known {
        Some(known) => known,
        None => keep(store, seal(&key, random)).await?,
    };
    if !opens(&key, &known) {
        bail!("the instance key {} is not the one of this database: {ADVICE}", shown(path));
    }
    Ok(key)
}

const ADVICE: &str = "copy instance.key from the data directory of the server that created the database, or from a \
                      backup; if it is lost for good, run 'bonded migrate --replace-key', after which authenticator \
                      apps have to be set up again and clients of signed conda channels have to pin a new root";

/// Takes the key in the file for the right one from now on. What was sealed under another one is lost.
pub(crate) async fn replace(store: &Store, path: &Path, random: &Random) -> anyhow::Result<()> {
    let key = instance::load_key(path, random)?;
    let known = store.read().await?.setting(SEALED).await?;
    if known.is_some_and(|known| opens(&key, &known)) {
        return Ok(());
    }
    let (sealed, now) = (seal(&key, random), Clock::System.now());
    let origin = Origin { request: RequestId::generate(now, random), address: None };
    let forgotten = AuditEntry::new(now, &Actor::Operator, &origin, TrustEvent::TrustForgotten);
    let write = store.write(move |tx| {
        Box::pin(async move {
            tx.put_setting(SEALED, &sealed).await?;
            // The keys that sign conda channels were sealed under the old key too.
            if !tx.trust_roots().await?.is_empty() {
                tx.forget_trust().await?;
                tx.audit(forgotten).await?;
                tx.announce(Change::Everything);
            }
            Ok::<_, StoreError>(())
        })
    });
    Ok(write.await?)
}

/// Remembers the key, unless another server was faster; gives what is remembered.
async fn keep(store: &Store, sealed: String) -> Result<String, StoreError> {
    let write = store.write(move |tx| {
        Box::pin(async move {
            if let Some(known) = tx.setting(SEALED).await? {
                return Ok(known);
            }
            tx.put_setting(SEALED, &sealed).await?;
            Ok(sealed)
        })
    });
    write.await
}

fn seal(key: &InstanceKey, random: &Random) -> String {
    STANDARD.encode(key.seal(SEALED, b"", b"", random))
}

fn opens(key: &InstanceKey, sealed: &str) -> bool {
    STANDARD.decode(sealed).is_ok_and(|sealed| key.open(SEALED, b"", &sealed).is_ok())
}

#[cfg(test)]
mod tests {
    use bonded_store::{DatabaseUrl, OpenMode};

    use super::*;

    #[tokio::test]
    async fn a_database_opens_under_its_own_key_only_until_that_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(directory.path().join("bonded.db"));
        let store = Store::open(&url, OpenMode::CreateIfMissing).await.unwrap();
        store.migrate().await.unwrap();
        let (own, other) = (directory.path().join("own.key"), directory.path().join("other.key"));
        load(&store, &own, &Random::seeded(1)).await.unwrap();
        load(&store, &own, &Random::seeded(2)).await.unwrap();
        let missing = load(&store, &other, &Random::seeded(3)).await.unwrap_err();
        assert!(missing.to_string().contains("there is no instance key") && !other.exists(), "{missing}");
        instance::load_key(&other, &Random::seeded(3)).unwrap();
        let wrong = load(&store, &other, &Random::seeded(4)).await.unwrap_err();
        assert!(wrong.to_string().contains("not the one of this database"), "{wrong}");
        replace(&store, &other, &Random::seeded(5)).await.unwrap();
        load(&store, &other, &Random::seeded(6)).await.unwrap();
        assert!(load(&store, &own, &Random::seeded(7)).await.is_err());
        store.close().await;
    }
}

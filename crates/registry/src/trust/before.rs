//! What a record was signed with before the server signs it: so that it signs none that was changed in the database. Only
//! public keys are needed for that, of which the secret halves may be lost or stolen.

use std::collections::BTreeSet;

use bonded_model::conda_index::SubdirRow;
use bonded_model::trust::{KeyBytes, RecordSignature, Signing, UnsignedRecord};
use bonded_store::Queries;

use super::KeyRole;
use super::ended::{ENDED_KEYS, ended_keys};
use super::state::{bytes, public};
use super::upload::published_text;
use crate::Error;

/// A record that was changed behind the server's back, or that lost its signature there, is not signed anew.
#[derive(Debug, thiserror::Error)]
#[error("the record of {0} is not what was signed before: it was changed in the database")]
pub(super) struct Changed(pub(super) String);

/// The keys of which one must have signed a record.
pub(super) struct Before {
    own: BTreeSet<KeyBytes>,
    publishers: BTreeSet<KeyBytes>,
}

impl Before {
    /// `None` in a subdir whose records were not signed before.
    pub(super) async fn of(queries: &mut Queries, row: &SubdirRow) -> Result<Option<Self>, Error> {
        let (shown, key) = (row.shown, row.package_key);
        if shown == Signing::Off || (shown == Signing::Server && key.is_none()) {
            return Ok(None);
        }
        let present = queries.package_manager_keys().await?.into_iter().map(|key| key.key);
        let mut own: BTreeSet<_> = present.collect();
        // What came after the key that readers see had ended was signed by others, which may have ended as well.
        if key.is_some_and(|key| own.insert(key)) {
            let ended = queries.setting(ENDED_KEYS).await?;
            own.extend(ended_keys(ended.as_deref()).iter().filter_map(of_packages));
        }
        let mut publishers = BTreeSet::new();
        if shown == Signing::Publisher {
            let keys = queries.publisher_keys().await?.into_iter();
            publishers.extend(keys.filter(|key| key.channel == row.channel).map(|key| key.key));
        }
        Ok(Some(Self { own, publishers }))
    }

    /// Whether one of the keys signed this very record.
    ///
    /// # Errors
    /// An internal [`Changed`] if none did.
    pub(super) fn check<'a>(
        &self,
        record: &UnsignedRecord,
        made: impl IntoIterator<Item = &'a RecordSignature>,
    ) -> Result<(), Error> {
        let text = published_text(record)?;
        for made in made.into_iter().filter(|made| self.counts(made)) {
            let made =
                bonded_signing::RecordSignature { key: public(&made.key), signature: made.signature.into() };
            if made.verifies(text.as_bytes()).map_err(Error::internal)? {
                return Ok(());
            }
        }
        Err(Error::internal(Changed(record.filename.clone())))
    }

    fn counts(&self, made: &RecordSignature) -> bool {
        if made.publisher { self.publishers.contains(&made.key) } else { self.own.contains(&made.key) }
    }
}

fn of_packages((role, key): &(KeyRole, bonded_signing::PublicKey)) -> Option<KeyBytes> {
    (*role == KeyRole::PackageManager).then(|| bytes(key))
}

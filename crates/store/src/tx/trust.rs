//! What can be changed of signed conda channels.

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, SubdirId};
use bonded_model::trust::{
    KeyBytes, NewSignature, PublisherKey, Signing, TrustKeyManager, TrustRoot, UnsignedRecord,
};

use super::Tx;
use crate::StoreError;
use crate::connection::run_queries;

impl Tx {
    /// Adds a key manager document. False when there is one of its version, or of a later one.
    ///
    /// # Errors
    /// When the database cannot be reached or fails.
    pub async fn insert_trust_key_manager(&mut self, made: &TrustKeyManager) -> Result<bool, StoreError> {
        let newest = self.trust_key_manager().await?;
        if newest.is_some_and(|newest| newest.version >= made.version) {
            return Ok(false);
        }
        self.put_trust_key_manager(made).await
    }

    run_queries! {
        /// Installs a root document. False when there is one of its version.
        pub fn insert_trust_root(root: &TrustRoot) -> bool = trust::insert_root;
        // A step of [`Tx::insert_trust_key_manager`].
        fn put_trust_key_manager(made: &TrustKeyManager) -> bool = trust::insert_key_manager;
        /// Adds a key that signs records. There must be no present one.
        pub fn insert_package_manager_key(key: &KeyBytes, at: Timestamp) -> () = trust::insert_package_manager_key;
        /// The present key that signs records is being replaced from now on.
        pub fn replace_package_manager_key(at: Timestamp) -> () = trust::replace_package_manager_key;
        /// Forgets a key that signed records. False when it was forgotten already.
        pub fn delete_package_manager_key(key: &KeyBytes) -> bool = trust::delete_package_manager_key;
        /// Adds a publisher's key. False when the channel has this key, or one of this name.
        pub fn insert_publisher_key(new: &PublisherKey) -> bool = trust::insert_publisher_key;
        /// Forgets a publisher's key. False when the channel has no such key.
        pub fn delete_publisher_key(channel: ChannelId, key: &KeyBytes) -> bool = trust::delete_publisher_key;
        /// Sets who signs the records of a channel.
        pub fn set_channel_signing(channel: ChannelId, signing: Signing) -> () = channels::set_signing;
        /// Sets whose signatures are published of a subdir: with the server's, by which key. All of its records must have
        /// them.
        pub fn set_shown(subdir: SubdirId, shown: Signing, key: Option<&KeyBytes>) -> () = subdirs::set_shown;
        /// Forgets all trust documents and the server's own keys, because the keys are lost. What they signed stays.
        pub fn forget_trust() -> () = trust::forget;
        /// Adds signatures over records, in place of those that the same keys made before.
        pub fn insert_signatures(signatures: &[NewSignature]) -> () = signatures::insert;
        /// Adds signatures over records that are still what was signed, and that the key has not signed meanwhile.
        pub fn insert_signatures_over(signed: &[(UnsignedRecord, NewSignature)]) -> () = signatures::insert_over;
        /// Forgets a key's signatures over the records of a subdir.
        pub fn delete_signatures(subdir: SubdirId, key: &KeyBytes) -> () = signatures::delete_of_key;
    }
}
